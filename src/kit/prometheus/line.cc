// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/kit/prometheus/line.h>
#include <cppd/kit/prometheus/number.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

namespace cppd::prometheus {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool blank_byte(char c) { return c == ' ' || c == '\t'; }
bool name_start(char c) { return letter(c) || c == ':'; }

/// As valid_utf8, fast for the usual texts.
bool is_utf8(std::string_view text) {
  const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii || valid_utf8(text);
}

/// Equal keys keep their order. The usual few labels are sorted in place and without the memory of a stable sort.
void sort_by_key(std::vector<Label>& labels) {
  constexpr std::size_t kFew = 64;
  if (std::ranges::is_sorted(labels, {}, &Label::key)) return;
  if (labels.size() <= kFew) {
    for (auto label = labels.begin(); label != labels.end(); ++label)
      std::rotate(std::upper_bound(labels.begin(), label, label->key,
                                   [](std::string_view key, const Label& other) { return key < other.key; }),
                  label, label + 1);
    return;
  }
  std::vector<std::pair<Label, std::size_t>> numbered;
  for (const auto& label : labels) numbered.emplace_back(label, numbered.size());
  std::ranges::sort(numbered, {}, [](const auto& each) { return std::pair{each.first.key, each.second}; });
  std::ranges::transform(numbered, labels.begin(), [](const auto& each) { return each.first; });
}

bool declares(std::string_view word, FamilyType& type) {
  if (word == "counter") return type = FamilyType::counter, true;
  if (word == "gauge") return type = FamilyType::gauge, true;
  if (word == "histogram") return type = FamilyType::histogram, true;
  if (word == "summary") return type = FamilyType::summary, true;
  if (word == "untyped") return type = FamilyType::unknown, true;
  return false;
}

}  // namespace

std::string_view describe(ParseErrc reason) {
  switch (reason) {
    case ParseErrc::bad_start: return "a line starts with neither a name, a brace nor a comment";
    case ParseErrc::bad_comment_name: return "no metric name follows HELP or TYPE";
    case ParseErrc::help_not_utf8: return "help text is not UTF-8";
    case ParseErrc::no_label_name: return "a label name or a closing brace is missing";
    case ParseErrc::no_equal_sign: return "no equal sign follows a label name";
    case ParseErrc::no_label_value: return "a quoted label value is missing or stays open";
    case ParseErrc::label_value_not_utf8: return "a label value is not UTF-8";
    case ParseErrc::name_twice: return "a second metric name";
    case ParseErrc::name_missing: return "no metric name";
    case ParseErrc::no_value: return "no value";
    case ParseErrc::bad_value: return "the value is no number";
    case ParseErrc::value_out_of_range: return "the value is too large";
    case ParseErrc::bad_timestamp: return "the timestamp is no integer";
    case ParseErrc::trailing_text: return "text follows the sample";
  }
  return "";
}

/// A place in the text. At its end it reads a line end, as a last line may lack one.
class EntryReader::Cursor {
 public:
  Cursor(std::string_view text, bool last) : text_{text}, last_{last} {}

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  [[nodiscard]] bool at_line_end() const { return peek() == '\n'; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  void skip(std::size_t bytes = 1) { at_ = std::min(at_ + bytes, text_.size()); }
  template <class Predicate>
  void skip_while(Predicate predicate) {
    while (at_ < text_.size() && predicate(text_[at_])) ++at_;
  }
  void skip_blanks() { skip_while(blank_byte); }
  /// The rest of the physical line, without its end.
  std::string_view rest_of_line() const {
    const auto rest = text_.substr(at_);
    return rest.substr(0, rest.find('\n'));
  }
  /// Behind the end of the physical line that holds `from`.
  [[nodiscard]] std::size_t behind_line(std::size_t from) const {
    const auto end = text_.find('\n', from);
    return end == std::string_view::npos ? text_.size() : end + 1;
  }

  /// The text between double quotes. Line ends may be part of it, though not behind a backslash.
  bool read_quoted(std::string_view& into) {
    if (peek() != '"') return false;
    const auto begin = ++at_;
    for (bool broken = false;; skip()) {
      skip_while([](char c) { return c != '"' && c != '\\' && c != '\n'; });
      if (broken && at_ > kBrokenLineBytesMax) return too_long_ = true, false;
      if (peek() == '"') break;
      if (peek() == '\\') {
        skip();
        if (at_line_end()) return false;
      }
      if (at_end()) return false;
      broken |= at_line_end();
    }
    into = since(begin);
    skip();
    return true;
  }

  /// True when more text could change what the entry is.
  [[nodiscard]] bool ran_out() const { return at_end() && !last_ && !too_long_; }

  void fail(Entry& entry, ParseErrc reason) const {
    entry.kind = Entry::Kind::bad;
    entry.reason = reason;
    entry.bad_at = at_;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool last_;
  bool too_long_ = false;
};

Entry EntryReader::read(std::string_view text, bool last) {
  Entry entry;
  if (!last && !text.contains('\n')) {
    entry.kind = Entry::Kind::incomplete;
    return entry;
  }
  Cursor cursor{text, last};
  cursor.skip_blanks();
  const char c = cursor.peek();
  if (cursor.at_line_end()) {
    entry.kind = Entry::Kind::blank;
  } else if (c == '\0') {
    entry.kind = Entry::Kind::end;
  } else if (c == '#') {
    read_comment(cursor, entry);
  } else {
    read_sample(cursor, entry);
  }
  if (cursor.ran_out()) {
    entry.kind = Entry::Kind::incomplete;
    return entry;
  }
  // A label value or a quoted name in a comment may hold line ends; anything bad is one physical line.
  const bool bad = entry.kind == Entry::Kind::bad;
  entry.bytes = cursor.behind_line(bad ? 0 : cursor.at());
  if (bad) entry.bad_at = std::min(entry.bad_at, text.substr(0, entry.bytes).find_last_not_of('\n') + 1);
  return entry;
}

Entry EntryReader::read_key(std::string_view key) {
  Entry entry;
  Cursor cursor{key, true};
  cursor.skip_blanks();
  read_sample(cursor, entry);  // ends with no_value
  entry.kind = Entry::Kind::sample;
  return entry;
}

void EntryReader::read_comment(Cursor& cursor, Entry& entry) {
  entry.kind = Entry::Kind::blank;
  cursor.skip();
  if (!blank_byte(cursor.peek())) return;
  cursor.skip_blanks();
  const auto rest = cursor.rest_of_line();
  const bool help = rest.starts_with("HELP");
  if (!help && !rest.starts_with("TYPE")) return;
  if (rest.size() == 4 || !blank_byte(rest[4])) return;
  cursor.skip(4);
  cursor.skip_blanks();
  read_meta(cursor, entry, help);
}

void EntryReader::read_meta(Cursor& cursor, Entry& entry, bool help) {
  if (cursor.peek() == '"') {
    if (!cursor.read_quoted(entry.name)) return cursor.fail(entry, ParseErrc::bad_comment_name);
  } else if (name_start(cursor.peek())) {
    const auto begin = cursor.at();
    cursor.skip_while([](char c) { return name_start(c) || digit(c); });
    entry.name = cursor.since(begin);
  } else {
    return cursor.fail(entry, ParseErrc::bad_comment_name);
  }
  // The byte behind the name separates, whatever it is. Only blanks are no text.
  if (!cursor.at_line_end()) cursor.skip();
  auto text = cursor.rest_of_line();
  if (std::ranges::all_of(text, blank_byte)) text = {};
  if (!help) {
    if (!declares(text, entry.type)) return;
    entry.kind = Entry::Kind::type;
    unescaped_.clear();
    unescaped_.reserve(entry.name.size());
    entry.name = unescape(entry.name, true);
    last_type_ = entry.type;
    return;
  }
  if (!is_utf8(text)) return cursor.fail(entry, ParseErrc::help_not_utf8);
  entry.kind = Entry::Kind::help;
  unescaped_.clear();
  unescaped_.reserve(entry.name.size() + 2 * text.size());
  entry.name = unescape(entry.name, true);
  entry.text = unescape(text, false);
  if (!entry.text.contains('\n')) return;
  const auto begin = unescaped_.size();
  const std::string several_lines{entry.text};
  for (const auto word : words(several_lines)) {
    if (unescaped_.size() > begin) unescaped_ += ' ';
    unescaped_ += word;
  }
  entry.text = std::string_view{unescaped_}.substr(begin);
}

void EntryReader::read_sample(Cursor& cursor, Entry& entry) {
  labels_.clear();
  bool named = name_start(cursor.peek());
  if (named) {
    const auto begin = cursor.at();
    cursor.skip_while([](char c) { return name_start(c) || digit(c); });
    entry.name = cursor.since(begin);
    cursor.skip_blanks();
  } else if (cursor.peek() != '{') {
    return cursor.fail(entry, ParseErrc::bad_start);
  }
  if (cursor.peek() == '{') {
    cursor.skip();
    if (!read_labels(cursor, entry, named)) return;
    cursor.skip_blanks();
  }
  if (!named) return cursor.fail(entry, ParseErrc::name_missing);
  entry.kind = Entry::Kind::sample;
  entry.key_bytes = cursor.at();
  finish_labels(entry);
  read_value(cursor, entry);
}

/// Everything between the braces. Commas between pairs may be left out, and one may follow the last pair.
bool EntryReader::read_labels(Cursor& cursor, Entry& entry, bool& named) {
  const auto fail = [&](ParseErrc reason) {
    cursor.fail(entry, reason);
    return false;
  };
  for (cursor.skip_blanks(); cursor.peek() != '}'; cursor.skip_blanks()) {
    const bool quoted = cursor.peek() == '"';
    std::string_view key;
    if (quoted) {
      if (!cursor.read_quoted(key)) return fail(ParseErrc::no_label_name);
    } else if (letter(cursor.peek())) {
      const auto begin = cursor.at();
      cursor.skip_while([](char c) { return letter(c) || digit(c); });
      key = cursor.since(begin);
    } else {
      return fail(ParseErrc::no_label_name);
    }
    cursor.skip_blanks();
    if (cursor.peek() == ',' || cursor.peek() == '}') {
      if (named) return fail(ParseErrc::name_twice);
      if (!quoted) return fail(ParseErrc::no_equal_sign);
      named = true;
      entry.name = key;
      if (cursor.peek() == ',') cursor.skip();
      continue;
    }
    if (cursor.peek() != '=') return fail(ParseErrc::no_equal_sign);
    cursor.skip();
    cursor.skip_blanks();
    std::string_view raw;
    if (!cursor.read_quoted(raw)) return fail(ParseErrc::no_label_value);
    if (!is_utf8(raw)) return fail(ParseErrc::label_value_not_utf8);
    labels_.push_back({key, raw});
    cursor.skip_blanks();
    if (cursor.peek() == ',') cursor.skip();
  }
  cursor.skip();
  return true;
}

void EntryReader::read_value(Cursor& cursor, Entry& entry) {
  const auto begin = cursor.at();
  cursor.skip_while([](char c) { return c != '{' && c != '\n' && !blank_byte(c); });
  const auto text = cursor.since(begin);
  if (text.empty() || text[0] == '\0') return cursor.fail(entry, ParseErrc::no_value);
  const auto value = parse_value(text);
  if (!value) {
    const bool large = value.error() == NumberError::out_of_range;
    return cursor.fail(entry, large ? ParseErrc::value_out_of_range : ParseErrc::bad_value);
  }
  entry.value = *value;
  cursor.skip_blanks();
  if (cursor.at_line_end()) return;

  const auto time_begin = cursor.at();
  cursor.skip_while(digit);
  const auto time = cursor.since(time_begin);
  if (time.empty()) return cursor.fail(entry, ParseErrc::trailing_text);
  std::int64_t milliseconds = 0;
  if (std::from_chars(time.data(), time.data() + time.size(), milliseconds).ec != std::errc{})
    return cursor.fail(entry, ParseErrc::bad_timestamp);
  cursor.skip_blanks();
  if (!cursor.at_line_end()) cursor.fail(entry, ParseErrc::trailing_text);
}

/// Takes the escapes out of name and labels, rewrites bounds and sorts. The buffer is made large enough first, so that
/// no view into it moves.
void EntryReader::finish_labels(Entry& entry) {
  constexpr std::size_t kBoundBytesMax = 32;
  std::size_t bytes = entry.name.size();
  for (const auto& label : labels_) bytes += label.key.size() + label.value.size() + kBoundBytesMax;
  unescaped_.clear();
  unescaped_.reserve(bytes);
  entry.name = unescape(entry.name, true);
  const auto bound_key = last_type_ == FamilyType::histogram ? std::string_view{"le"}
                         : last_type_ == FamilyType::summary ? std::string_view{"quantile"}
                                                             : std::string_view{};
  for (auto& label : labels_) {
    label.key = unescape(label.key, true);
    label.value = unescape(label.value, true);
    if (bound_key.empty() || label.key != bound_key) continue;
    if (const auto bound = parse_go_float(label.value)) {
      const auto begin = unescaped_.size();
      unescaped_ += format_bound(*bound);
      label.value = std::string_view{unescaped_}.substr(begin);
    }
  }
  sort_by_key(labels_);
  entry.labels = labels_;
}

/// Without its escapes: `\\`, `\n` and, in quoted texts, `\"`. Other pairs are kept as they are.
std::string_view EntryReader::unescape(std::string_view raw, bool quotes) {
  if (!raw.contains('\\')) return raw;
  const auto begin = unescaped_.size();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char next = raw[i] == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (next == 'n') {
      unescaped_ += '\n', ++i;
    } else if (next == '\\' || (next == '"' && quotes)) {
      unescaped_ += next, ++i;
    } else {
      unescaped_ += raw[i];
    }
  }
  return std::string_view{unescaped_}.substr(begin);
}

}  // namespace cppd::prometheus
