#include "main/output_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "capture/privileges.h"
#include "export/exporters.h"

namespace sipladder {
namespace {

bool is_written_later(const Options& options) {
  const Exporter* const exporter = exporter_of_file(options.output);
  return options.is_live() && options.command == "export" && exporter != nullptr &&
         !exporter->is_place();
}

// SQLite keeps files of its own beside the one that it writes.
bool needs_folder(const Options& options) {
  return (exporter_of_file(options.output)->options & kKeepsPackets) != 0;
}

std::string folder_of(std::string path) {
  if (path.ends_with('/')) path.pop_back();
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

void make_output_for_next_user(const Options& options) {
  const bool later = is_written_later(options);
  if (geteuid() != 0 || !later || needs_folder(options)) return;
  if (options.output.ends_with('/')) {
    if (mkdir(options.output.c_str(), 0755) == 0) give_away(options.output);
    return;
  }
  const int file = open(options.output.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return;  // unwritable_output() tells
  close(file);
  give_away(options.output);
}

std::string unwritable_output(const Options& options) {
  if (!is_written_later(options)) return {};
  const bool there = access(options.output.c_str(), F_OK) == 0;
  const bool in_folder = !there || needs_folder(options);
  const bool writable = (!there || access(options.output.c_str(), W_OK) == 0) &&
                        (!in_folder || access(folder_of(options.output).c_str(), W_OK) == 0);
  if (writable) return {};
  return options.output + ": cannot be written: " + std::strerror(errno) +
         (getuid() == 0 ? ""
                        : ": packets are read, and files written, without the rights of root; "
                          "choose a folder such as /tmp, or start with sudo");
}

}  // namespace sipladder
