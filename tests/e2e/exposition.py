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
    """What the plugin must say about one series, and its value."""
    id: str
    context: str
    dimension: str
    units: str
    algorithm: str
    family: str
    title: str
    type: str
    priority: int
    labels: dict
    value: float


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
        """gauge or counter, or the reason of the ledger why the sample has no chart."""
        base = re.sub(r"_(bucket|sum|count)$", "", sample.name)
        if self.types.get(base) in ("histogram", "summary") and sample.name not in self.types:
            return "series_unsupported"
        kind = self.types.get(sample.name, "untyped")
        if kind in ("histogram", "summary"):
            return "series_unsupported"
        if kind == "gauge" and sample.name.endswith("_info"):
            return "series_info"
        if kind == "untyped":
            if not sample.name.endswith("_total"):
                return "series_untyped"
            kind = "counter"
        return kind if math.isfinite(sample.value) else "sample_not_finite"

    def losses(self):
        """{reason: count} of one cycle."""
        kinds = collections.Counter(self.kind(sample) for sample in self.samples)
        return {kind: count for kind, count in kinds.items() if kind not in ("gauge", "counter")}

    def charts(self, job):
        """{chart id: Chart}; one series each."""
        found = {}
        for sample in self.samples:
            kind = self.kind(sample)
            if kind in ("gauge", "counter"):
                chart = make_chart(job, sample, kind, self.helps.get(sample.name, ""))
                found[chart.id] = chart
        return found

    def value(self, name, **labels):
        """The one sample with these labels, or the sum of several."""
        values = [sample.value for sample in self.samples
                  if sample.name == name and all(sample.labels.get(key) == value for key, value in labels.items())]
        if not values:
            raise KeyError(f"{name} {labels}")
        return sum(values)


def make_chart(job, sample, kind, help_text):
    units = unit(sample.name)
    if kind == "counter" and units not in ("seconds", "time"):
        units += "/s"
    own = sample.name.startswith(("go_", "process_"))
    return Chart(id=f"prometheus_{job}.{sample.name}" + "".join(
                     f"-{key}={in_id(value)}" for key, value in sorted(sample.labels.items()) if value),
                 context=f"prometheus.{job}.{sample.name}", dimension=sample.name, units=units,
                 algorithm="incremental" if kind == "counter" else "absolute", family=family(sample.name),
                 title=help_text.replace("'", "").removesuffix(".") or f'Metric "{sample.name}"',
                 type="area" if units in ("bytes", "bytes/s") else "line", priority=70010 if own else 70000,
                 labels=sample.labels | {"_collect_job": job}, value=sample.value)


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
