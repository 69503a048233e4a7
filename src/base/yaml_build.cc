// SPDX-License-Identifier: GPL-3.0-or-later
// From libyaml's events to the tree: anchors, aliases, merge keys, bounds and places.
#include <cppd/base/yaml.h>

#include "yaml_scalar.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <memory>

namespace cppd::yaml {
namespace {

/// libyaml counts characters; a Location counts bytes. Places are asked for in ascending order, nearly always.
class Columns {
 public:
  explicit Columns(std::string_view text)
      : text_(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text),
        ascii_(std::none_of(text_.begin(), text_.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
  }

  /// 1-based byte column of the 0-based character `column` of the 0-based `line`.
  std::uint32_t bytes(std::size_t line, std::size_t column) {
    if (ascii_) return static_cast<std::uint32_t>(column + 1);
    if (line < line_ || (line == line_ && column < column_)) rewind(line);
    while (at_ < text_.size() && (line_ < line || (line_ == line && column_ < column))) step();
    return static_cast<std::uint32_t>(at_ - line_begin_ + 1);
  }

 private:
  void rewind(std::size_t line) {
    if (line < line_) line_ = line_begin_ = 0;
    at_ = line_begin_;
    column_ = 0;
  }
  void step() {
    const auto byte = static_cast<unsigned char>(text_[at_]);
    const auto rest = text_.substr(at_);
    std::size_t length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    const bool pair = rest.starts_with("\r\n");
    const bool breaks = byte == '\n' || byte == '\r' || rest.starts_with("\u0085") || rest.starts_with("\u2028") ||
                        rest.starts_with("\u2029");
    if (pair) length = 2;
    at_ = std::min(at_ + length, text_.size());
    ++column_;
    if (!breaks) return;
    ++line_;
    column_ = 0;
    line_begin_ = at_;
  }

  std::string_view text_;
  bool ascii_;
  std::size_t line_ = 0;        // of at_
  std::size_t column_ = 0;      // characters
  std::size_t line_begin_ = 0;  // byte offset
  std::size_t at_ = 0;          // byte offset
};

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(text)};
}

struct EventDeleter {
  void operator()(yaml_event_t* event) const { yaml_event_delete(event); }
};

}  // namespace

/// Builds one document and is thrown away.
class Builder {
 public:
  Builder(std::string_view text, std::string file) : text_(text), columns_(text) {
    document_.file_ = std::move(file);
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Builder() { yaml_parser_delete(&parser_); }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  Result<Document> run() {
    for (;;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) return std::unexpected(syntax_error());
      const std::unique_ptr<yaml_event_t, EventDeleter> guard{&event};
      const auto done = take(event);
      if (!done) return std::unexpected(done.error());
      if (*done) break;
    }
    if (document_.root_ == nullptr) document_.root_ = &new_node(Kind::null, 1, 1);
    if (mostly_aliases()) {
      return std::unexpected(error_at(*document_.root_, "aliases make up nearly all of the document", Errc::limit));
    }
    return std::move(document_);
  }

 private:
  struct Frame {
    Node* node;
    const Node* key = nullptr;  // a key that waits for its value
    bool key_merges = false;
    boost::unordered_flat_set<std::string_view> keys{};  // written out so far
  };

  Node& new_node(Kind kind, std::uint32_t line, std::uint32_t column) {
    auto& node = document_.nodes_.emplace_back();
    node.kind_ = kind;
    node.line_ = line;
    node.column_ = column;
    return node;
  }
  Node& new_node(Kind kind, const yaml_mark_t& mark) {
    return new_node(kind, static_cast<std::uint32_t>(mark.line + 1), columns_.bytes(mark.line, mark.column));
  }

  [[nodiscard]] Error error_at(const Node& node, std::string what, Errc code = Errc::invalid_input) const {
    return {.code = code, .what = std::move(what), .location = document_.location(node)};
  }
  Error error_at(const yaml_mark_t& mark, std::string what) {
    return {.what = std::move(what),
            .location = Location{document_.file_, static_cast<std::uint32_t>(mark.line + 1),
                                 columns_.bytes(mark.line, mark.column)}};
  }

  Error syntax_error() {
    std::string what = parser_.problem == nullptr ? "out of memory" : parser_.problem;
    if (parser_.context != nullptr) what += fmt::format(" ({})", parser_.context);
    if (parser_.error != YAML_READER_ERROR) return error_at(parser_.problem_mark, std::move(what));
    const auto before = text_.substr(0, std::min(parser_.problem_offset, text_.size()));
    const auto line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
    const auto last_break = before.rfind('\n');
    const auto column = before.size() - (last_break == std::string_view::npos ? 0 : last_break + 1) + 1;
    return {.what = std::move(what), .location = Location{document_.file_, line, static_cast<std::uint32_t>(column)}};
  }

  /// The reference's own bound, for documents that stay below ours.
  [[nodiscard]] bool mostly_aliases() const {
    constexpr std::size_t kFewAliased = 100;
    constexpr std::size_t kFewNodes = 1000;
    constexpr double kAliasedShareMax = 0.99;
    const std::size_t nodes = document_.root_->expanded_;
    return aliased_nodes_ > kFewAliased && nodes > kFewNodes &&
           static_cast<double>(aliased_nodes_) > kAliasedShareMax * static_cast<double>(nodes);
  }

  /// True at the end of the first document.
  Result<bool> take(const yaml_event_t& event) {
    Result<> taken;
    switch (event.type) {
      case YAML_DOCUMENT_END_EVENT:
      case YAML_STREAM_END_EVENT: return true;
      case YAML_SCALAR_EVENT: taken = take_scalar(event); break;
      case YAML_ALIAS_EVENT: taken = take_alias(event); break;
      case YAML_SEQUENCE_START_EVENT: taken = open(event, Kind::sequence, event.data.sequence_start.anchor); break;
      case YAML_MAPPING_START_EVENT: taken = open(event, Kind::mapping, event.data.mapping_start.anchor); break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: taken = close(); break;
      default: break;
    }
    if (!taken) return std::unexpected(taken.error());
    return false;
  }

  Result<> take_scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    const std::string_view text{reinterpret_cast<const char*>(scalar.value), scalar.length};
    const auto tag = view(scalar.tag);
    auto& node = new_node(Kind::text, event.start_mark);
    const auto kind = resolve(tag, scalar.plain_implicit != 0, text);
    if (!kind) return std::unexpected(error_at(node, kind.error().what));
    node.kind_ = *kind;
    node.text_ = text;
    if (tag == kBinaryTag) {
      auto bytes = decode_base64(text);
      if (!bytes) return std::unexpected(error_at(node, "!!binary text is not base64"));
      node.text_ = std::move(*bytes);
    }
    if (scalar.anchor != nullptr) anchors_[std::string{view(scalar.anchor)}] = &node;
    const bool merges = text == "<<" && (scalar.plain_implicit != 0 || tag == kMergeTag);
    return attach(node, merges);
  }

  Result<> take_alias(const yaml_event_t& event) {
    const std::string name{view(event.data.alias.anchor)};
    const auto target = anchors_.find(name);
    if (target == anchors_.end()) {
      return std::unexpected(error_at(event.start_mark, fmt::format("unknown anchor '{}'", name)));
    }
    const auto is_target = [&](const Frame& frame) { return frame.node == target->second; };
    if (std::any_of(frames_.begin(), frames_.end(), is_target)) {
      return std::unexpected(error_at(event.start_mark, fmt::format("anchor '{}' contains itself", name)));
    }
    if (auto counted = count_aliased(target->second->expanded_, *target->second); !counted) return counted;
    return attach(*target->second, false, true);
  }

  Result<> count_aliased(std::size_t nodes, const Node& at) { return count(aliased_nodes_, nodes, at); }
  Result<> count(std::size_t& counter, std::size_t nodes, const Node& at) {
    counter += nodes;
    if (counter <= kAliasedNodesMax) return ok;
    return std::unexpected(error_at(at, fmt::format("aliases add more than {} values", kAliasedNodesMax), Errc::limit));
  }

  Result<> open(const yaml_event_t& event, Kind kind, const yaml_char_t* anchor) {
    auto& node = new_node(kind, event.start_mark);
    if (frames_.size() >= kDepthMax) return std::unexpected(too_deep(node));
    if (anchor != nullptr) anchors_[std::string{view(anchor)}] = &node;
    frames_.push_back({.node = &node});
    return ok;
  }

  Result<> close() {
    const auto& finished = *frames_.back().node;
    frames_.pop_back();
    return attach(finished, false);
  }

  [[nodiscard]] Error too_deep(const Node& node) const {
    return error_at(node, fmt::format("values are nested deeper than {} levels", kDepthMax), Errc::limit);
  }

  /// Puts a finished node into the collection that is open.
  Result<> attach(const Node& node, bool merges, bool aliased = false) {
    if (frames_.empty()) {
      document_.root_ = &node;
      return ok;
    }
    auto& frame = frames_.back();
    if (frames_.size() + node.height_ > kDepthMax) return std::unexpected(too_deep(node));
    frame.node->height_ = std::max<std::uint16_t>(frame.node->height_, static_cast<std::uint16_t>(node.height_ + 1));
    frame.node->expanded_ += node.expanded_ + (aliased ? 1 : 0);
    if (frame.node->kind_ == Kind::sequence) {
      frame.node->items_.push_back(&node);
      return ok;
    }
    if (frame.key == nullptr) {
      frame.key = &node;
      frame.key_merges = merges;
      return ok;
    }
    const auto* key = std::exchange(frame.key, nullptr);
    if (frame.key_merges) return merge(frame, node, aliased);
    const bool duplicate = key->is_scalar() && !frame.keys.insert(key->text()).second;
    if (duplicate) document_.duplicate_keys_.push_back(key);
    frame.node->entries_.push_back({.key = key, .value = &node, .duplicate = duplicate});
    return ok;
  }

  /// The entries of `from` apply where the merge key stands; of a list the first mapping wins, so it comes last. The
  /// list has to be written in place, as the reference wants it.
  Result<> merge(Frame& frame, const Node& from, bool aliased) {
    if (from.is_mapping()) return merge_mapping(frame, from);
    const auto items = from.items();
    const bool fits = from.is_sequence() && !aliased &&
                      std::all_of(items.begin(), items.end(), [](const Node* item) { return item->is_mapping(); });
    if (!fits) return std::unexpected(error_at(from, "a merge needs a mapping or a list of mappings"));
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      if (auto merged = merge_mapping(frame, **item); !merged) return merged;
    }
    return ok;
  }

  Result<> merge_mapping(Frame& frame, const Node& from) {
    if (auto counted = count(merged_entries_, from.entries_.size(), from); !counted) return counted;
    for (const auto& entry : from.entries_) {
      frame.node->entries_.push_back({.key = entry.key, .value = entry.value, .merged = true});
    }
    return ok;
  }

  std::string_view text_;
  Columns columns_;
  yaml_parser_t parser_{};
  Document document_;
  std::vector<Frame> frames_;
  boost::unordered_flat_map<std::string, const Node*> anchors_;
  std::size_t aliased_nodes_ = 0;
  std::size_t merged_entries_ = 0;
};

Result<Document> Document::parse(std::string_view text, std::string file) {
  return Builder{text, std::move(file)}.run();
}

}  // namespace cppd::yaml
