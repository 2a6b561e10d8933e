// Turns a packet that Wireshark or `tshark -V` printed field by field back into the lines of its
// SIP message.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

class DissectedText {
 public:
  // True when the line is part of such a print. The lines of the message that it shows are added to
  // *out.
  bool take(std::string_view line, std::vector<std::string>* out);

 private:
  void note_packet(std::string_view line);
  bool begin_message(std::string_view line, std::vector<std::string>* out);
  bool take_field(std::string_view line, std::vector<std::string>* out);

  enum class Part : uint8_t { none, packet, start, headers, body };
  Part part_ = Part::none;
  std::string time_, src_, dst_, src_port_, dst_port_, transport_;
  size_t indent_ = 0;   // of a header field
  size_t body_at_ = 0;  // of a line of the body, 0: not known
};

}  // namespace sipladder
