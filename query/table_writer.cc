#include "query/table_writer.h"

#include <algorithm>

#include "query/characters.h"

namespace sipladder {
namespace {

constexpr size_t kWidthRows = 500;  // rows that decide the widths of the columns
constexpr size_t kMaxCellWidth = 80;
// Widths to which texts are cut to make room. The first one cuts no address and no time.
constexpr size_t kShortCell = 28;
constexpr size_t kShortestCell = 16;
constexpr size_t kGap = 2;  // between two columns

// Cuts a text to at most so many columns.
std::string cut_text(std::string text, size_t most) {
  if (text_width(text) <= most) return text;
  size_t at = 0;
  for (size_t width = 0;;) {
    const Character c = first_character(std::string_view(text).substr(at));
    width += static_cast<size_t>(char_width(c.code));
    if (width >= most) return text.substr(0, at) + "…";
    at += c.size;
  }
}

class TableWriter : public RowWriter {
 public:
  TableWriter(const RowStyle& style, std::FILE* out) : style_(style), out_(style, out) {}

  void begin(const std::vector<ResultColumn>& columns) override {
    columns_ = columns;
    texts_.assign(columns.size(), false);
    for (const ResultColumn& column : columns)
      names_.push_back(text_width(terminal_text(column.name)));
    widths_ = names_;
    shown_.assign(columns.size(), true);
  }
  bool row(const std::vector<Value>& values) override {
    if (decided_) return print(values);
    for (size_t i = 0; i < values.size(); i++) {
      widths_[i] = std::max(widths_[i], cell_of(values[i], most_of_cell()).width);
      if (values[i].type == Value::Type::text) texts_[i] = true;
    }
    held_.push_back(values);
    return held_.size() < kWidthRows || flush();
  }
  bool flush() override {
    if (decided_) return !full_;
    decided_ = true;
    if (!style_.wide && style_.width > 0) fit(static_cast<size_t>(style_.width));
    std::vector<Value> head(columns_.size());
    for (size_t i = 0; i < head.size(); i++) head[i].set(columns_[i].name);
    full_ = !print(head);
    for (const auto& values : held_) full_ = full_ || !print(values);
    held_.clear();
    return !full_;
  }
  void end() override { flush(); }

 private:
  struct Cell {
    std::string_view text;  // of the value, or of scratch_ until the next cell
    size_t width;
  };

  size_t most_of_cell() const { return style_.wide ? SIZE_MAX : kMaxCellWidth; }

  // The text of a value, cut to `most` columns. Nearly every text can be printed as it is.
  Cell cell_of(const Value& value, size_t most) {
    if (value.type == Value::Type::text && is_printable_ascii(value.text)) {
      if (value.text.size() <= most) return {value.text, value.text.size()};
      scratch_.assign(value.text, 0, most - 1).append("…");
      return {scratch_, most};
    }
    scratch_ = plain_text(value);
    if (value.type == Value::Type::text) scratch_ = cut_text(std::move(scratch_), most);
    return {scratch_, text_width(scratch_)};
  }

  size_t total() const {
    size_t sum = 0;
    for (size_t i = 0; i < widths_.size(); i++) sum += shown_[i] ? widths_[i] + kGap : 0;
    return sum == 0 ? 0 : sum - kGap;
  }

  // Makes the table fit: first long texts are cut as far as they stay readable, then the least
  // important columns are left out. The texts get the room back that is left in the end.
  void fit(size_t width) {
    const std::vector<size_t> natural = widths_;
    const auto cut_texts = [&](size_t most) {
      for (size_t i = 0; i < widths_.size(); i++) {
        const size_t least = std::max(most, names_[i]);
        widths_[i] = texts_[i] ? std::min(natural[i], least) : natural[i];
      }
    };
    if (total() <= width) return;
    cut_texts(kShortCell);
    for (const std::string& name : style_.least) {
      if (total() <= width) break;
      hide(name);
    }
    if (total() > width) cut_texts(kShortestCell);
    for (size_t i = columns_.size(); i-- > 1 && total() > width;) shown_[i] = false;
    grow(natural, width);
    // Even the first column alone does not fit.
    if (total() > width && !widths_.empty()) widths_[0] = std::max<size_t>(1, width);
  }
  void hide(const std::string& name) {
    for (size_t i = 0; i < columns_.size(); i++) {
      if (columns_[i].name == name) shown_[i] = false;
    }
  }
  // Gives each free column of the terminal to the narrowest of the table's columns that were cut.
  void grow(const std::vector<size_t>& natural, size_t width) {
    for (size_t room = width - std::min(width, total()); room > 0; room--) {
      size_t best = columns_.size();
      for (size_t i = 0; i < columns_.size(); i++) {
        if (!shown_[i] || widths_[i] >= natural[i]) continue;
        if (best == columns_.size() || widths_[i] < widths_[best]) best = i;
      }
      if (best == columns_.size()) return;
      widths_[best]++;
    }
  }

  bool print(const std::vector<Value>& values) {
    line_.clear();
    bool first = true;
    for (size_t i = 0; i < values.size(); i++) {
      if (!shown_[i]) continue;
      const bool grows = style_.wide || style_.width <= 0;
      const Cell cell =
          cell_of(values[i], grows ? most_of_cell() : std::max<size_t>(1, widths_[i]));
      const size_t pad = widths_[i] > cell.width ? widths_[i] - cell.width : 0;
      const bool right = values[i].type != Value::Type::text;
      if (!first) line_.append(kGap, ' ');
      first = false;
      if (right) line_.append(pad, ' ');
      line_ += cell.text;
      if (!right) line_.append(pad, ' ');
    }
    line_.erase(line_.find_last_not_of(' ') + 1);
    return out_.put(line_ += '\n');
  }

  RowStyle style_;
  BoundedOutput out_;
  std::vector<ResultColumn> columns_;
  std::vector<size_t> names_;  // widths of the names of the columns
  std::vector<size_t> widths_;
  std::vector<bool> texts_;  // columns that hold text
  std::vector<bool> shown_;
  std::vector<std::vector<Value>> held_;
  std::string line_;
  std::string scratch_;
  bool decided_ = false;
  bool full_ = false;
};

}  // namespace

std::unique_ptr<RowWriter> make_table_writer(const RowStyle& style, std::FILE* out) {
  return std::make_unique<TableWriter>(style, out);
}

}  // namespace sipladder
