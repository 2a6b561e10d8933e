#include "main/habits.h"

namespace sipladder {
namespace {

constexpr std::string_view kInstead[][2] = {
    {"-O", "export -o OUT writes the chosen calls, capture -w OUT packets as they come"},
    {"-w", "export -o OUT writes the chosen calls, capture -w OUT packets as they come"},
    {"-C", "capture -w OUT --rotate-size SIZE begins a new file when one is so large"},
    {"-G", "capture -w OUT --rotate-time TIME begins a new file when one is so old"},
    {"-W", "capture -w OUT --keep N keeps the newest files"},
    {"-R", "nothing to rotate: beyond --memory, calls that ended longest ago make room"},
    {"-l", "the number of calls has no limit; --memory SIZE bounds what is kept"},
    {"-H", "capture -i DEVICE --hep HOST:PORT sends HEP"},
    {"-L", "name hep:HOST:PORT as a SOURCE to listen for HEP"},
    {"-k",
     "--rsa-key FILE takes the private key of a server, --keylog FILE the session keys of any "
     "suite"},
    {"-B", "the capture buffer has its size; --memory SIZE bounds what is kept"},
    {"-E", "EEP is not read; HEP is, in captures and as a SOURCE hep:HOST:PORT"},
    {"-f", "the terminal UI has it; commands read no configuration"},
    {"-D", "there is no configuration to print; `ip link` lists the devices for -i DEVICE"},
    {"-s", "packets are captured whole"},
    {"-p", "a device is opened as it is, without promiscuous mode"},
    {"-t", "the SDP tells which payload types are telephone-events"},
    {"-T", "text is printed by the command ladder --raw"},
    {"-A", "the text of messages is printed by the command ladder --raw"},
    {"-X", "the text of messages is printed by the command ladder --raw"},
};

}  // namespace

std::string habit_hint(std::string_view option) {
  if (option.starts_with("--")) return {};
  for (const auto& row : kInstead) {
    if (option.starts_with(row[0])) return std::string(row[0]) + ": " + std::string(row[1]);
  }
  return {};
}

}  // namespace sipladder
