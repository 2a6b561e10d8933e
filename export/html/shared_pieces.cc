#include "export/html/shared_pieces.h"

#include <fmt/format.h>

namespace sipladder {
namespace {

constexpr size_t kLeastBytes = 10;  // a shorter piece costs no more than its number

std::string_view take_piece(std::string_view* text) {
  size_t end = 1;
  while (end < text->size()) {
    const char before = (*text)[end - 1];
    if (before == '\n' || (before == '>' && (*text)[end] == '<')) break;
    end++;
  }
  const std::string_view piece = text->substr(0, end);
  text->remove_prefix(end);
  return piece;
}

}  // namespace

void SharedPieces::add(std::string_view text) {
  while (!text.empty()) {
    const std::string_view piece = take_piece(&text);
    if (piece.size() >= kLeastBytes) known_[piece].count++;
  }
}

std::string SharedPieces::shortened(std::string_view text) {
  std::string out;
  size_t first = 0, last = 0;  // numbers of pieces that are not written yet; 0: none
  const auto write_numbers = [&] {
    if (first != 0)
      out += first == last ? fmt::format("<{}>", first - 1)
                           : fmt::format("<{}-{}>", first - 1, last - first);
    first = last = 0;
  };
  while (!text.empty()) {
    const std::string_view piece = take_piece(&text);
    const auto found = known_.find(piece);
    if (found == known_.end() || found->second.count < 2) {
      write_numbers();
      out += piece;
      continue;
    }
    Piece& shared = found->second;
    if (shared.number == 0) {
      named_.push_back(found->first);
      shared.number = named_.size();
    }
    if (first == 0 || shared.number != last + 1) {
      write_numbers();
      first = shared.number;
    }
    last = shared.number;
  }
  write_numbers();
  return out;
}

std::string SharedPieces::pieces() const {
  std::string text;
  for (const std::string_view piece : named_) text.append(text.empty() ? "" : "<>").append(piece);
  return text;
}

}  // namespace sipladder
