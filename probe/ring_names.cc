#include "probe/ring_names.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr std::string_view kShape = "-dddddddd-dddddd-";  // before the number

// The number in the name of a file; nullopt when the file does not belong to this place.
std::optional<uint64_t> number_of(std::string_view name, const RingPlace& place) {
  const std::string end = "." + place.ending;
  if (!name.starts_with(place.prefix) || !name.ends_with(end)) return std::nullopt;
  name.remove_prefix(place.prefix.size());
  if (name.size() < kShape.size() + end.size() + 1) return std::nullopt;
  name.remove_suffix(end.size());
  for (size_t i = 0; i < kShape.size(); i++) {
    const bool digit = name[i] >= '0' && name[i] <= '9';
    if (kShape[i] == 'd' ? !digit : name[i] != '-') return std::nullopt;
  }
  name.remove_prefix(kShape.size());
  uint64_t number = 0;
  const auto [last, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || last != name.data() + name.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string RingPlace::file(int64_t first_ns, uint64_t number) const {
  const std::time_t seconds = first_ns / kSecondNs;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  std::strftime(text, sizeof text, "-%Y%m%d-%H%M%S-", &utc);
  char digits[32];
  std::snprintf(digits, sizeof digits, "%06llu.", static_cast<unsigned long long>(number));
  return folder + prefix + text + digits + ending;
}

RingPlace place_of(const std::string& out, bool rotates) {
  RingPlace place;
  std::error_code code;
  const bool pcap = out.ends_with(".pcap"), pcapng = out.ends_with(".pcapng");
  if (std::filesystem::is_directory(out, code) || out.ends_with('/') || (!pcap && !pcapng)) {
    place.folder = out.ends_with('/') ? out : out + "/";
    place.is_folder = true;
    return place;
  }
  const size_t slash = out.rfind('/');
  if (slash != std::string::npos) place.folder = out.substr(0, slash + 1);
  place.prefix = out.substr(place.folder.size());
  place.prefix.resize(place.prefix.rfind('.'));
  place.ending = pcap ? "pcap" : "pcapng";
  place.is_single = !rotates;
  return place;
}

std::vector<RingFile> ring_files(const RingPlace& place) {
  std::vector<RingFile> files;
  std::error_code code;
  const std::string folder = place.folder.empty() ? "." : place.folder;
  std::filesystem::directory_iterator entry(folder, code);
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    if (const auto number = number_of(name, place)) files.push_back({*number, place.folder + name});
  }
  std::sort(files.begin(), files.end(),
            [](const RingFile& a, const RingFile& b) { return a.number < b.number; });
  return files;
}

}  // namespace sipladder
