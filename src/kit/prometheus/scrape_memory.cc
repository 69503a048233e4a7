// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/prometheus/number.h>
#include <cppd/kit/prometheus/scrape_memory.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>

#include "scrape_change.h"

namespace cppd::prometheus {
namespace {

/// True when only a value can follow `key`. Without a blank or a brace at its end, `m` could go on as `m5`.
bool ends_firmly(std::string_view key) { return key.ends_with(' ') || key.ends_with('\t') || key.ends_with('}'); }

std::uint32_t line_ends(std::string_view text) { return static_cast<std::uint32_t>(std::ranges::count(text, '\n')); }

/// Reads any value, with a timestamp or without, and gives the line end behind it; null for everything else.
const char* parse_unusual_tail(const char* at, const char* end, double& value) {
  const auto* behind = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
  if (behind == nullptr) return nullptr;
  const auto* number_end = std::find_if(at, behind, [](char c) { return c == ' ' || c == '\t'; });
  const auto parsed = parse_value({at, static_cast<std::size_t>(number_end - at)});
  if (!parsed) return nullptr;
  value = *parsed;
  std::string_view rest{number_end, static_cast<std::size_t>(behind - number_end)};
  if (rest.size() > 18) return nullptr;  // a timestamp that may not fit: parsed like a new line
  const bool plain = std::ranges::all_of(rest, [](char c) { return c == ' ' || c == '\t' || (c >= '0' && c <= '9'); });
  rest = rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
  const bool one_word = rest.find_last_not_of(" \t") + 1 == std::min(rest.find_first_of(" \t"), rest.size());
  return plain && one_word ? behind : nullptr;
}

/// Names, each once.
class NameKeeper {
 public:
  std::string_view keep(std::string_view name) {
    if (!names_.empty() && last_ == name) return last_;
    const auto found = known_.find(name);
    last_ = found != known_.end() ? *found : *known_.insert(names_.emplace_back(name)).first;
    return last_;
  }

 private:
  std::deque<std::string> names_;
  boost::unordered_flat_set<std::string_view> known_;
  std::string_view last_;
};

}  // namespace

void ScrapeMemory::Lines::push(std::string_view key, std::uint64_t user, Line line) {
  users.push_back(user);
  lines.push_back(line);
  keys.push(key);
}

void ScrapeMemory::Lines::finish() {
  users.shrink_to_fit();
  lines.shrink_to_fit();
  keys.finish();
}

/// Samples on their way to the sink.
class ScrapeMemory::Batch {
 public:
  explicit Batch(ScrapeSink& sink) : sink_{sink} {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void add(std::uint64_t user, double value) {
    samples_[count_] = {user, value};
    count_ += user != kIgnored ? 1 : 0;
    if (count_ == kBatch) flush();
  }
  void flush() {
    if (count_ > 0) sink_.on_known(std::span{samples_}.first(count_));
    count_ = 0;
  }

 private:
  ScrapeSink& sink_;
  std::size_t count_ = 0;
  std::array<KnownSample, kBatch> samples_;
};

ScrapeMemory::ScrapeMemory() = default;
ScrapeMemory::~ScrapeMemory() = default;
ScrapeMemory::ScrapeMemory(ScrapeMemory&&) noexcept = default;
ScrapeMemory& ScrapeMemory::operator=(ScrapeMemory&&) noexcept = default;

void ScrapeMemory::begin(ScrapeSink& sink) {
  sink_ = &sink;
  change_.reset();
  if (expected_.capacity() > kCarryKeptBytes) expected_ = {};
  next_ = 0;
  lines_.keys.rewind(expected_);
  if (carry_.capacity() > kCarryKeptBytes) std::string{}.swap(carry_);  // assigning an empty one keeps the capacity
  carry_.clear();
  line_number_ = 1;
  ended_ = false;
  changed_ = false;
  bad_lines_.clear();
  bad_line_count_ = 0;
}

void ScrapeMemory::feed(std::string_view chunk) {
  if (ended_ || chunk.empty()) return;
  if (!carry_.empty()) {
    const auto end = chunk.find('\n');
    carry_ += chunk.substr(0, end == std::string_view::npos ? end : end + 1);
    if (end == std::string_view::npos) return;
    chunk.remove_prefix(end + 1);
    carry_.erase(0, consume(carry_, false));
    if (!carry_.empty()) {  // an open quote: it needs more than its line
      carry_ += chunk;
      carry_.erase(0, consume(carry_, false));
      return;
    }
  }
  if (!ended_) carry_ = chunk.substr(consume(chunk, false));
}

void ScrapeMemory::finish() {
  if (!carry_.empty() && !ended_) {
    if (carry_.back() != '\n') carry_ += '\n';
    consume(carry_, true);
  }
  carry_.clear();
  if (change_ == nullptr && next_ < lines_.size()) change_ = std::make_unique<Change>(lines_, next_);
  if (change_ != nullptr) {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const auto user = lines_.users[i];
      if (lines_.lines[i].kind == LineKind::sample && !change_->taken[i] && user != kIgnored) sink_->on_gone(user);
    }
    lines_ = std::move(change_->page);
    lines_.finish();
    change_.reset();
    changed_ = true;
  }
  sink_ = nullptr;
}

/// Takes whole entries from the front of `text` and returns how many bytes they have.
std::size_t ScrapeMemory::consume(std::string_view text, bool last) {
  const char* const end = text.data() + text.size();
  const char* at = text.data();
  while (at < end && !ended_) {
    at = match_known(at, end);
    std::size_t bytes = 0;
    if (at == end || !take_entry({at, static_cast<std::size_t>(end - at)}, last, bytes)) break;
    at += bytes;
  }
  return ended_ ? text.size() : static_cast<std::size_t>(at - text.data());
}

/// The steady path: walks as far as lines are those that are expected.
const char* ScrapeMemory::match_known(const char* at, const char* end) {
  const auto* const lines = lines_.lines.data();
  const auto* const users = lines_.users.data();
  const std::size_t count = lines_.size();
  Batch batch{*sink_};
  for (; next_ < count; ++next_, lines_.keys.advance(expected_)) {
    const auto& line = lines[next_];
    const auto key = expected_.text();
    if (change_ != nullptr && change_->taken[next_]) continue;
    if (line.always_parsed || static_cast<std::size_t>(end - at) < key.size() + kShortNumberBytesMax) break;
    if (std::memcmp(at, key.data(), key.size()) != 0) break;
    const char* behind = at + key.size();
    if (line.kind == LineKind::sample) {
      double value = 0;
      const char* number = behind;
      behind = parse_short_number(number, value);
      if (behind == nullptr || *behind != '\n') behind = parse_unusual_tail(number, end, value);
      if (behind == nullptr) break;
      ++behind;
      batch.add(users[next_], value);
    }
    at = behind;
    ++line_number_;
    if (change_ != nullptr) accept_known(next_, key);
  }
  batch.flush();
  return at;
}

/// One entry that the steady path did not take: it is new or has moved, ends near the end of the piece, or is always
/// parsed. False when its end has not come yet.
bool ScrapeMemory::take_entry(std::string_view text, bool last, std::size_t& bytes) {
  const auto entry = reader_.read(text, last);
  if (entry.kind == Entry::Kind::incomplete) return false;
  if (entry.kind == Entry::Kind::end) return ended_ = true;
  bytes = entry.bytes;
  const auto whole = text.substr(0, bytes);
  const auto ends = line_ends(whole);
  if (entry.kind == Entry::Kind::sample)
    take_sample(entry, text.substr(0, entry.key_bytes), ends == 1);
  else
    take_other(entry, whole);
  line_number_ += ends;
  return true;
}

void ScrapeMemory::take_sample(Entry entry, std::string_view key, bool one_line) {
  if (std::size_t index = 0; find_known(key, index)) {
    const KnownSample known{lines_.users[index], entry.value};
    if (known.user != kIgnored) sink_->on_known({&known, 1});
    if (change_ != nullptr) accept_known(index, key);
    expect(index + 1);
    return;
  }
  if (!change_->learned) {
    change_->learn_page_so_far(reader_);
    const double value = entry.value;
    entry = reader_.read_key(key);  // bounds are written as the last TYPE line asks for
    entry.value = value;
  }
  const auto& declared = change_->declared_for(entry.name);
  const auto user = sink_->on_new({entry.name, entry.labels, declared.type, declared.help, entry.value});
  change_->page.push(key, user, {LineKind::sample, !one_line || !ends_firmly(key)});
}

void ScrapeMemory::take_other(const Entry& entry, std::string_view whole) {
  if (entry.kind == Entry::Kind::bad) note_bad(entry);
  if (std::size_t index = 0; find_known(whole, index)) {
    if (change_ != nullptr) accept_known(index, whole);
    expect(index + 1);
    return;
  }
  const bool declares = entry.kind == Entry::Kind::help || entry.kind == Entry::Kind::type;
  const bool bad = entry.kind == Entry::Kind::bad;
  const auto kind = bad ? LineKind::bad : declares ? LineKind::declare : LineKind::text;
  if (declares && change_->learned) change_->learn(entry);
  change_->page.push(whole, kIgnored, {kind, bad || line_ends(whole) != 1});
}

/// Finds the line of the old page that has these bytes. When it is not the one that is expected, the page has changed.
bool ScrapeMemory::find_known(std::string_view key, std::size_t& index) {
  if (change_ == nullptr) {
    index = next_;
    if (next_ < lines_.size() && expected_.text() == key) return true;
    change_ = std::make_unique<Change>(lines_, next_);
  }
  return change_->find(key, next_, index);
}

/// Moves a line of the old page to the new one.
void ScrapeMemory::accept_known(std::size_t index, std::string_view key) {
  const auto line = lines_.lines[index];
  change_->taken[index] = true;
  change_->page.push(key, lines_.users[index], line);
  if (change_->learned && line.kind == LineKind::declare) change_->learn(reader_.read(key, true));
}

void ScrapeMemory::expect(std::size_t index) {
  next_ = index;
  lines_.keys.seek(expected_, index);
}

void ScrapeMemory::note_bad(const Entry& entry) {
  ++bad_line_count_;
  if (bad_lines_.size() < kBadLinesKept)
    bad_lines_.push_back({line_number_, static_cast<std::uint32_t>(entry.bad_at + 1), entry.reason});
}

void ScrapeMemory::for_each_sample(const std::function<void(const RememberedSample&)>& visit) {
  std::vector<Sample> verdicts, by_line(lines_.size());
  NameKeeper names;  // classifiers borrow them
  Classifier classifier;
  EntryReader reader;
  KeyPack::Cursor cursor;
  lines_.keys.rewind(cursor);
  for (std::size_t i = 0; i < lines_.size(); ++i, lines_.keys.advance(cursor)) {
    const auto kind = lines_.lines[i].kind;
    if (kind == LineKind::sample && lines_.users[i] != kIgnored) {
      const auto entry = reader.read_key(cursor.text());
      classifier.add(static_cast<std::uint32_t>(i), names.keep(entry.name), entry.labels, verdicts);
    } else if (kind == LineKind::declare) {
      const auto entry = reader.read(cursor.text(), true);
      if (entry.kind == Entry::Kind::type) classifier.declare(names.keep(entry.name), entry.type, verdicts);
    }
  }
  classifier.finish(verdicts);
  for (const auto& verdict : verdicts) by_line[verdict.series] = verdict;

  reader.set_last_type(FamilyType::unknown);
  lines_.keys.rewind(cursor);
  for (std::size_t i = 0; i < lines_.size(); ++i, lines_.keys.advance(cursor)) {
    const auto kind = lines_.lines[i].kind;
    if (kind == LineKind::declare) (void)reader.read(cursor.text(), true);
    if (kind != LineKind::sample || lines_.users[i] == kIgnored) continue;
    const auto entry = reader.read_key(cursor.text());
    visit({lines_.users[i], entry.name, entry.labels, by_line[i].component, by_line[i].type});
  }
}

void ScrapeMemory::for_each_help(const std::function<void(std::string_view name, std::string_view text)>& visit) const {
  EntryReader reader;
  KeyPack::Cursor cursor;
  lines_.keys.rewind(cursor);
  for (std::size_t i = 0; i < lines_.size(); ++i, lines_.keys.advance(cursor)) {
    if (lines_.lines[i].kind != LineKind::declare) continue;
    const auto entry = reader.read(cursor.text(), true);
    if (entry.kind == Entry::Kind::help) visit(entry.name, entry.text);
  }
}

std::size_t ScrapeMemory::memory_bytes() const {
  return sizeof(*this) + lines_.users.capacity() * sizeof(std::uint64_t) + lines_.lines.capacity() * sizeof(Line) +
         lines_.keys.memory_bytes() + expected_.capacity() + carry_.capacity() +
         bad_lines_.capacity() * sizeof(BadLine);
}

}  // namespace cppd::prometheus
