#include "main/text_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

namespace sipladder {
namespace {

using TextFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// Of a new file beside `path`, readable as that one is. Empty when there can be none.
std::string temporary_beside(const std::string& path) {
  std::string name = path + ".XXXXXX";
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) return {};
  struct stat as {};
  if (stat(path.c_str(), &as) == 0) fchmod(descriptor, as.st_mode & 07777);
  close(descriptor);
  return name;
}

bool write_whole(const std::string& path, const std::string& text) {
  TextFile file(std::fopen(path.c_str(), "we"), std::fclose);
  if (file == nullptr) return false;
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  return std::fclose(file.release()) == 0 && written;
}

}  // namespace

std::string read_text_file(const std::string& path, std::string* text) {
  constexpr size_t kMost = 256 << 20;
  const auto unreadable = [&] { return path + ": could not be read: " + std::strerror(errno); };
  errno = 0;
  const TextFile file(std::fopen(path.c_str(), "re"), std::fclose);
  if (file == nullptr) return unreadable();
  std::array<char, 65536> part;
  for (size_t got = 0; (got = std::fread(part.data(), 1, part.size(), file.get())) > 0;) {
    text->append(part.data(), got);
    if (text->size() > kMost) return path + ": longer than 256 MiB";
  }
  return std::ferror(file.get()) != 0 ? unreadable() : std::string();
}

std::string write_text_file(const std::string& path, const std::string& text) {
  // Only a regular file is replaced: a device, a pipe or a link is written to.
  std::error_code error;
  const auto kind = std::filesystem::symlink_status(path, error).type();
  const bool replaces = kind == std::filesystem::file_type::regular;
  const std::string target = replaces ? temporary_beside(path) : path;
  if (!target.empty() && write_whole(target, text) &&
      (!replaces || std::rename(target.c_str(), path.c_str()) == 0))
    return {};
  const std::string wrong = path + ": could not be written: " + std::strerror(errno);
  if (replaces && !target.empty()) std::remove(target.c_str());
  return wrong;
}

}  // namespace sipladder
