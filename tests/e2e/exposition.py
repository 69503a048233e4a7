# SPDX-License-Identifier: GPL-3.0-or-later
"""A second reader of the Prometheus text format: which charts a page implies, by the rules of automatic charts alone.

For good pages of real exporters; it shares nothing with the program.
"""
import collections
import math
import re
from dataclasses import dataclass

SAMPLE = re.compile(r'([A-Za-z_:][\w:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$')
LABEL = re.compile(r'([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)",?')
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


@dataclass(frozen=True)
class Sample:
    name: str
    labels: dict
    value: float


@dataclass(frozen=True)
class Chart:
    """What the plugin must say about one series, and its values by dimension."""
    id: str
    context: str
    name: str
    units: str
    algorithm: str
    family: str
    title: str
    type: str
    priority: int
    labels: dict
    values: dict


class Page:
    def __init__(self, text):
        self.types, self.helps, self.samples = {}, {}, []
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ", 3)
                self.types[name] = kind
            elif line.startswith("# HELP "):
                _, _, name, text_of = (line.split(" ", 3) + [""])[:4]
                self.helps[name] = " ".join(text_of.replace("\\n", "\n").replace("\\\\", "\\").split())
            elif line and not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                self.samples.append(Sample(name, {key: re.sub(r'\\[\\"n]', lambda m: ESCAPES[m[0]], text)
                                                  for key, text in LABEL.findall(labels or "")}, float(value)))

    def kind(self, sample):
        """gauge, counter, histogram or summary, or the reason of the ledger why the sample has no chart."""
        base = self.base(sample)
        if base != sample.name or self.types.get(base) in ("histogram", "summary"):
            return self.types[base]
        kind = self.types.get(sample.name, "untyped")
        if kind == "gauge" and sample.name.endswith("_info"):
            return "series_info"
        if kind == "untyped":
            if not sample.name.endswith("_total"):
                return "series_untyped"
            kind = "counter"
        return kind if math.isfinite(sample.value) else "sample_not_finite"

    def base(self, sample):
        """The name of the family."""
        base = re.sub(r"_(bucket|sum|count)$", "", sample.name)
        part = self.types.get(base) in ("histogram", "summary") and sample.name not in self.types
        return base if part else sample.name

    def points(self):
        """{(family, labels): {part: value}} of histograms and summaries; a bucket is its bound, a quantile its share."""
        found = collections.defaultdict(dict)
        for sample in self.samples:
            if self.kind(sample) not in ("histogram", "summary"):
                continue
            labels = {key: text for key, text in sample.labels.items() if key not in ("le", "quantile")}
            limit = sample.labels.get("le", sample.labels.get("quantile"))
            part = sample.name.removeprefix(self.base(sample)) if limit is None else float(limit)
            found[self.base(sample), tuple(sorted(labels.items()))][part] = sample.value
        return found

    def silent(self, point):
        """A summary that has seen nothing has no charts."""
        quantiles = [value for part, value in point.items() if part not in ("_sum", "_count")]
        return bool(quantiles) and all(map(math.isnan, quantiles))

    def losses(self):
        """{reason: count} of one cycle."""
        kinds = collections.Counter(self.kind(sample) for sample in self.samples)
        lost = collections.Counter({kind: count for kind, count in kinds.items()
                                    if kind not in ("gauge", "counter", "histogram", "summary")})
        for point in self.points().values():
            if self.silent(point):
                lost["sample_not_finite"] += len(point)
        return dict(lost)

    def charts(self, job):
        """{chart id: Chart}."""
        found = []
        for sample in self.samples:
            kind = self.kind(sample)
            if kind in ("gauge", "counter"):
                found.append(make_chart(job, sample.name, sample.labels, self.helps.get(sample.name, ""), kind,
                                        unit(sample.name), {sample.name: sample.value}))
        for (name, labels), point in self.points().items():
            if not self.silent(point):
                found += self.charts_of_point(job, name, dict(labels), point)
        return {chart.id: chart for chart in found}

    def charts_of_point(self, job, name, labels, point):
        summary = self.types[name] == "summary"
        units = unit(name) + ("/s" if summary and unit(name) not in ("seconds", "time") else "")
        limits = sorted(part for part in point if part not in ("_sum", "_count"))
        if summary:
            shown, kind = {f"quantile_{limit:g}": point[limit] for limit in limits}, "gauge"
        else:
            below = [0] + [point[limit] for limit in limits]
            shown = {f"{limit:g}".replace("inf", "+Inf"): point[limit] - below[i] for i, limit in enumerate(limits)}
            kind = "heatmap"
        made = lambda suffix, kind, units, values: make_chart(job, name + suffix, labels, self.helps.get(name, ""), kind,
                                                              units, values, name)
        charts = [made("", kind, units, shown)] if shown else []
        return charts + [made("_sum", "counter", units, {f"{name}_sum": point["_sum"]}),
                         made("_count", "counter", "events", {f"{name}_count": point["_count"]})]

    def value(self, name, **labels):
        """The one sample with these labels, or the sum of several."""
        values = [sample.value for sample in self.samples
                  if sample.name == name and all(sample.labels.get(key) == value for key, value in labels.items())]
        if not values:
            raise KeyError(f"{name} {labels}")
        return sum(values)


def make_chart(job, name, labels, help_text, kind, units, values, of=None):
    """`of` is the histogram or summary of which `name` is a part."""
    of = of or name
    if kind == "heatmap":
        units = "observations/s"
    elif kind == "counter" and units not in ("seconds", "time") and not units.endswith("/s"):
        units += "/s"
    own = of.startswith(("go_", "process_"))
    return Chart(id=f"prometheus_{job}.{name}" + "".join(
                     f"-{key}={in_id(value)}" for key, value in sorted(labels.items()) if value),
                 context=f"prometheus.{job}.{name}", name=name, units=units,
                 algorithm="absolute" if kind == "gauge" else "incremental", family=family(of),
                 title=help_text.replace("'", "").removesuffix(".") or f'Metric "{of}"',
                 type="heatmap" if kind == "heatmap" else "area" if units in ("bytes", "bytes/s") else "line",
                 priority=70010 if own else 70000, labels=labels | {"_collect_job": job}, values=values)


def in_id(value):
    if "\\" in value:
        raise ValueError(f"{value}: no real exporter that is used here has a backslash in a label")
    return value.replace(" ", "_").replace(".", "_").replace("'", "")


def unit(name):
    while (shorter := re.sub(r"_(total|sum|count|ratio)$", "", name)) != name:
        name = shorter
    if "_" not in name:
        word = re.search(r"[A-Z][^A-Z]*$", name)
        word = word[0].lower() if word else "events"
        return {"pkts": "packets", "octets": "bytes", "mtu": "octets", "speed": "bits"}.get(word, word)
    last = name.rsplit("_", 1)[1]
    return {"hertz": "Hz", "": "events"}.get(last, last)


def family(name):
    if name.startswith(("go_", "process_")):
        return name.split("_", 1)[0]
    parts = name.split("_")
    joined = "_".join(parts[:2]) if len(parts) >= 3 else name
    return joined.rstrip("0123456789") or joined
