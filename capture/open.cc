// Opens what the user named: files, folders, standard input, HEP. Several are merged by time.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "capture/capture_file.h"
#include "capture/cluster_url.h"
#include "capture/db_file.h"
#include "capture/db_source.h"
#include "capture/filter.h"
#include "capture/hep_listen.h"
#include "capture/merged_source.h"
#include "capture/packing.h"
#include "capture/pipe_source.h"
#include "capture/privileges.h"
#include "capture/text_trace.h"
#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr size_t kMaxSources = 60000;  // numbered with 16 bits

// Says why a text is no trace, and quotes the first line with "SIP/2.0" to help.
std::string no_trace(const std::string& name, std::string_view beginning) {
  std::string text = name + ": text, but no SIP message can be told from it: no line is a " +
                     "start-line with header fields behind it";
  size_t number = 1;
  for (; !beginning.empty(); number++) {
    const size_t end = beginning.find('\n');
    const std::string_view line = beginning.substr(0, std::min(end, beginning.size()));
    if (line.find("SIP/2.0") != std::string_view::npos) {
      return text + "; line " + std::to_string(number) +
             " looks like SIP: " + std::string(line.substr(0, 120));
    }
    beginning = end == std::string_view::npos ? std::string_view() : beginning.substr(end + 1);
  }
  return text;
}

std::string not_a_capture(const std::string& name, const uint8_t* bytes, size_t size) {
  if (size == 0) return name + ": the file is empty";
  std::string text =
      name + ": not a capture file (pcap or pcapng, plain, .gz or .zst): first bytes";
  for (size_t i = 0; i < size; i++) {
    char hex[4];
    std::snprintf(hex, sizeof hex, " %02x", bytes[i]);
    text += hex;
  }
  return text;
}

// Does not look at what comes through the pipe: the source does when it arrives (pipe_source.h).
std::unique_ptr<PacketSource> open_pipe(const std::string& name, int fd, uint16_t index,
                                        const OpenOptions& options, PacketLog& log,
                                        std::string* error) {
  *error = log.open_spool(true);
  if (!error->empty()) return nullptr;
  return make_pipe_source(name, index, make_fd_reader(fd, true), options.unpack, options.keys);
}

constexpr size_t kLookAt = 256 << 10;  // bytes of a text that are searched for a message

std::string read_beginning(ByteReader& reader) {
  std::string result(kLookAt, '\0');
  size_t have = 0;
  while (have < result.size()) {
    const int64_t got =
        reader.read(reinterpret_cast<uint8_t*>(result.data()) + have, result.size() - have);
    if (got <= 0) break;
    have += static_cast<size_t>(got);
  }
  result.resize(have);
  return result;
}

// Text without a SIP message is refused. But a long one may have its first message further on.
bool is_trace(std::string_view beginning) {
  return is_text_trace(beginning) || (beginning.size() == kLookAt && is_text(beginning));
}

std::string beginning_of(int fd, size_t size = kLookAt) {
  std::string beginning(size, '\0');
  const ssize_t got = pread(fd, beginning.data(), beginning.size(), 0);
  beginning.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  return beginning;
}

std::unique_ptr<PacketSource> open_text(const std::string& name, int fd, uint64_t size,
                                        uint16_t index, PacketLog& log, std::string* error) {
  log.add_file(fd, name);  // owns the descriptor from now on
  *error = log.open_spool(false);
  if (!error->empty()) return nullptr;
  return std::make_unique<TextTrace>(name, index, size, make_fd_reader(fd, false));
}

// A saved session has no descriptor: SQLite opens it by its name.
std::unique_ptr<PacketSource> open_session(const std::string& name, uint16_t index,
                                           const OpenOptions& options, PacketLog& log,
                                           std::string* error) {
  *error = log.open_spool(false);
  if (!error->empty()) return nullptr;
  const auto clock = options.clocks.find(name);
  return open_db(name, index, clock == options.clocks.end() ? 0 : clock->second, error);
}

std::unique_ptr<PacketSource> open_regular(const std::string& name, int fd, uint64_t size,
                                           uint16_t index, const OpenOptions& options,
                                           PacketLog& log, std::string* error) {
  uint8_t magic[kMagicSize];
  const ssize_t got = pread(fd, magic, sizeof magic, 0);
  const Packing packing = packing_of(magic, got);
  if (packing == Packing::unknown) {
    const std::string beginning = beginning_of(fd);
    if (std::string_view(beginning).starts_with(kDbMagic)) {
      close(fd);
      return open_session(name, index, options, log, error);
    }
    if (is_trace(beginning)) return open_text(name, fd, size, index, log, error);
    const bool text = !beginning.empty() && is_text(beginning);
    *error = text ? no_trace(name, beginning)
                  : not_a_capture(name, magic, static_cast<size_t>(std::max<ssize_t>(got, 0)));
    close(fd);
    return nullptr;
  }
  const uint16_t store = log.add_file(fd, name);
  const bool packed = packing != Packing::none;
  if (packed) *error = log.open_spool(false);
  if (!error->empty()) return nullptr;
  auto reader = make_unpacking_reader(packing, make_fd_reader(fd, false), options.unpack);
  if (packed) {
    std::string beginning = read_beginning(*reader);
    const bool text =
        is_text(std::string_view(beginning).substr(0, kMagicSize)) && is_trace(beginning);
    reader = make_prefixed_reader(std::move(beginning), std::move(reader));
    if (text) {
      return std::make_unique<TextTrace>(name, index, size, std::move(reader));
    }
  }
  ByteInput input(std::move(reader), packed ? kNotStored : store);
  auto source = std::make_unique<CaptureFile>(name, index, size, std::move(input));
  source->give_secrets_to(options.keys);
  if (options.growing.contains(name)) source->expect_half_packet();
  if (const auto clock = options.clocks.find(name); clock != options.clocks.end())
    source->correct_clock(clock->second);
  if (source->begin() == ReadResult::end) {
    *error = source->infos()[0]->damage;
    return nullptr;
  }
  return source;
}

// Opens a source of one scheme. `index`: the number of its first SourceInfo.
using OpenSource = std::unique_ptr<PacketSource> (*)(const std::string& name, uint16_t index,
                                                     const OpenOptions& options, PacketLog& log,
                                                     std::string* error);

std::unique_ptr<PacketSource> open_standard_input(const std::string&, uint16_t index,
                                                  const OpenOptions& options, PacketLog& log,
                                                  std::string* error) {
  return open_pipe("standard input", STDIN_FILENO, index, options, log, error);
}

std::unique_ptr<PacketSource> open_hep(const std::string& name, uint16_t index,
                                       const OpenOptions& options, PacketLog& log,
                                       std::string* error) {
  return listen_hep(name, options.hep_key, index, log, error);
}

// What it holds is fetched before captures are opened.
std::unique_ptr<PacketSource> open_cluster(const std::string& name, uint16_t, const OpenOptions&,
                                           PacketLog&, std::string* error) {
  *error = shown_url(name) + ": a cluster is not read here";
  return nullptr;
}

std::unique_ptr<PacketSource> open_file(const std::string& name, uint16_t index,
                                        const OpenOptions& options, PacketLog& log,
                                        std::string* error) {
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd < 0 || fstat(fd, &status) != 0) {
    *error = name + ": cannot be opened: " + std::strerror(errno);
    if (fd >= 0) close(fd);
    return nullptr;
  }
  if (!S_ISREG(status.st_mode)) return open_pipe(name, fd, index, options, log, error);
  return open_regular(name, fd, static_cast<uint64_t>(status.st_size), index, options, log, error);
}

// A form of source names. The first row whose `takes` is true opens a name; the last row takes all.
struct Scheme {
  SourceForm form;
  bool (*takes)(std::string_view name);
  OpenSource open;
};
constexpr Scheme kSchemes[] = {
    {{"-", "standard input"},
     [](std::string_view name) { return name == "-"; },
     open_standard_input},
    {{"hep:HOST:PORT",
      "HEP that is sent here over UDP and TCP (without a HOST on 127.0.0.1 only; root is given up "
      "then)"},
     is_hep_source,
     open_hep},
    {{"clickhouse://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE",
      "what probes have stored there (export -o): tables and sql are answered by the server, for "
      "all else the messages of the chosen calls are fetched from all probes"},
     is_cluster_url,
     open_cluster},
    {{"FILE",
      "a capture (pcap, pcapng, also .gz or .zst), a saved session (.db), text with SIP in it, "
      "told "
      "apart by content; a folder means the captures in it, also a ring that is being written"},
     [](std::string_view) { return true; },
     open_file},
};

std::unique_ptr<PacketSource> open_one(const std::string& name, uint16_t index,
                                       const OpenOptions& options, PacketLog& log,
                                       std::string* error) {
  const auto* const scheme = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                          [&](const Scheme& one) { return one.takes(name); });
  return scheme->open(name, index, options, log, error);
}

bool is_capture(const std::string& name) {
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  uint8_t magic[kMagicSize];
  const ssize_t got = pread(fd, magic, sizeof magic, 0);
  close(fd);
  return packing_of(magic, got) != Packing::unknown;
}

// When the first packet of a capture was captured. A capture without packets sorts behind all
// others. Only the beginning of an unpacked file is read, because a ring has many files.
constexpr size_t kLookForFirst = 64 << 10;
int64_t first_time(const std::string& name) {
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  uint8_t magic[kMagicSize];
  const Packing packing = packing_of(magic, fd < 0 ? 0 : pread(fd, magic, sizeof magic, 0));
  std::string beginning =
      fd < 0 || packing != Packing::none ? std::string() : beginning_of(fd, kLookForFirst);
  if (fd >= 0) close(fd);
  PacketLog log;
  log.need_no_spool();
  std::unique_ptr<PacketSource> source;
  if (packing == Packing::none) {
    auto reader = make_prefixed_reader(std::move(beginning), make_fd_reader(-1, false));
    source = std::make_unique<CaptureFile>(name, 0, 0, ByteInput(std::move(reader), kNotStored));
  } else {
    std::string error;
    source = open_file(name, 0, {}, log, &error);
  }
  Packet packet;
  if (source == nullptr || source->next(&packet) != ReadResult::packet) return kLatestNs;
  return packet.time_ns;
}

// Replaces each folder by the captures in it. The newest file of a folder goes into *growing.
std::vector<std::string> expand(const std::vector<std::string>& names,
                                std::set<std::string>* growing, std::vector<std::string>* errors) {
  std::vector<std::string> result;
  for (const std::string& name : names) {
    std::error_code code;
    if (!std::filesystem::is_directory(name, code)) {
      result.push_back(name);
      continue;
    }
    std::string error;
    const std::vector<std::string> inside = captures_in(name, &error);
    if (!error.empty()) errors->push_back(error);
    if (!inside.empty()) growing->insert(inside.back());
    result.insert(result.end(), inside.begin(), inside.end());
  }
  return result;
}

}  // namespace

void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<std::string> captures_in(const std::string& folder, std::string* error) {
  std::vector<std::pair<int64_t, std::string>> inside;
  std::error_code code;
  std::filesystem::directory_iterator entry(folder, code);
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    std::error_code ignored;
    const std::string name = entry->path().string();
    if (entry->is_regular_file(ignored) && is_capture(name))
      inside.emplace_back(first_time(name), name);
  }
  if (code) *error = folder + ": the folder cannot be read: " + code.message();
  if (!code && inside.empty()) *error = folder + ": no capture file in this folder";
  std::sort(inside.begin(), inside.end());
  std::vector<std::string> names;
  for (auto& [time_ns, name] : inside) names.push_back(std::move(name));
  return names;
}

std::vector<SourceForm> source_forms() {
  std::vector<SourceForm> forms;
  for (const Scheme& scheme : kSchemes) forms.insert(forms.begin(), scheme.form);
  return forms;
}

std::unique_ptr<PacketSource> open_captures(const std::vector<std::string>& names,
                                            const OpenOptions& wanted, PacketLog& log,
                                            std::vector<std::string>* errors) {
  OpenOptions options = wanted;
  std::vector<std::unique_ptr<PacketSource>> sources;
  size_t index = 0;  // of the next SourceInfo: a saved session can have several
  allow_many_files();
  for (const std::string& name : expand(names, &options.growing, errors)) {
    if (index >= kMaxSources) {
      errors->push_back(name + ": not read, " + std::to_string(kMaxSources) +
                        " captures are open already");
      break;
    }
    std::string error;
    auto source = open_one(name, static_cast<uint16_t>(index), options, log, &error);
    if (source == nullptr) {
      errors->push_back(error);
    } else {
      index += source->infos().size();
      sources.push_back(std::move(source));
    }
  }
  if (sources.empty()) return nullptr;
  const bool listens = std::any_of(names.begin(), names.end(), is_hep_source);
  if (std::string error; listens && options.drop_root && !give_up_root(&error)) {
    errors->push_back(error);
    return nullptr;
  }
  std::unique_ptr<PacketSource> source =
      sources.size() == 1 ? std::move(sources[0]) : merge_sources(std::move(sources));
  if (options.bpf.empty()) return source;
  std::string error;
  source = filter_source(std::move(source), options.bpf, &error);
  if (source == nullptr) errors->push_back(error);
  return source;
}

}  // namespace sipladder
