#include "main/devices.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "capture/packet_source.h"
#include "export/cells.h"
#include "main/options.h"
#include "main/output.h"

namespace sipladder {

int print_devices() {
  std::string error;
  const std::vector<DeviceInfo> devices = list_devices(&error);
  std::string out =
      "Name a capture: sipladder FILE (pcap, pcapng, a log with SIP in it), sipladder - for "
      "standard input,\nor sipladder -i DEVICE to capture. sipladder --help tells the rest.\n";
  if (geteuid() != 0)
    out +=
        "\nTo capture without root, give the program the right once:\n"
        "  sudo setcap cap_net_raw,cap_net_admin=eip " +
        program_path() + "\nor capture elsewhere: ssh HOST tcpdump -U -w - | sipladder -\n";
  size_t width = 0;
  for (const DeviceInfo& device : devices) width = std::max(width, device.name.size());
  if (!devices.empty()) out += "\nDevices:\n";
  for (const DeviceInfo& device : devices)
    out += fmt::format("  {:<{}}  {}{}\n", safe_utf8(device.name), width,
                       device.is_up ? "up    " : "down  ", safe_utf8(device.about));
  if (!error.empty()) out += "\nThe devices could not be listed: " + safe_utf8(error) + "\n";
  std::fputs(out.c_str(), stdout);
  return after_output(kUsage);
}

}  // namespace sipladder
