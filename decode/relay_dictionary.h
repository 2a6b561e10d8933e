// Private to decode/: the outermost dictionary of an ng message, in bencode or JSON (RFC 8259). A
// reader of the few texts that are asked for: nothing is built of the rest, which hostile bytes
// could make of any size. RapidJSON is not in the packet path, and knows no bencode.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace sipladder {

enum class DictionaryStep : unsigned char {
  whole,
  cut,  // more bytes would follow
  bad,
};
struct DictionaryEnd {
  DictionaryStep step = DictionaryStep::bad;
  size_t length = 0;  // when it is whole
};

// Steps through one dictionary. next() gives its texts one by one; nested values are passed over.
class DictionaryReader {
 public:
  // `unescaped` as in parse_relay_control().
  DictionaryReader(std::string_view bytes, std::string* unescaped);

  // False at the end: see end().
  bool next(std::string_view* key, std::string_view* value);
  DictionaryEnd end() const { return {step_, at_}; }

 private:
  bool next_bencode(std::string_view* key, std::string_view* value, bool* text);
  bool next_json(std::string_view* key, std::string_view* value, bool* text);
  bool stop(DictionaryStep step);
  bool read_bencode_text(std::string_view* text);
  bool skip_bencode();
  bool skip_space();
  bool read_json_text(std::string_view* text);
  bool skip_json();
  std::string_view unescape(std::string_view text);

  std::string_view bytes_;
  std::string* unescaped_;
  size_t at_ = 0;
  bool json_;
  bool first_ = true;
  DictionaryStep step_ = DictionaryStep::cut;
};

// `take(key, value)` for each text in it.
template <typename Take>
DictionaryEnd read_dictionary(std::string_view bytes, std::string* unescaped, Take take) {
  DictionaryReader reader(bytes, unescaped);
  std::string_view key, value;
  while (reader.next(&key, &value)) take(key, value);
  return reader.end();
}

// It is one, as far as its first bytes tell; false as long as they do not.
bool begins_dictionary(std::string_view bytes);

}  // namespace sipladder
