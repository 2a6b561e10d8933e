#include "export/batch_spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace sipladder {
namespace {

constexpr std::string_view kEnding = ".json.gz";

// "000000000012-messages-100000.json.gz"
bool read_name(std::string_view name, uint64_t* number, SpooledBatch* batch) {
  if (!name.ends_with(kEnding)) return false;
  name.remove_suffix(kEnding.size());
  const size_t first = name.find('-'), last = name.rfind('-');
  if (first == std::string_view::npos || first == last) return false;
  const auto read = [](std::string_view digits, uint64_t* value) {
    const char* const end = digits.data() + digits.size();
    return std::from_chars(digits.data(), end, *value).ptr == end && !digits.empty();
  };
  batch->table = name.substr(first + 1, last - first - 1);
  return read(name.substr(0, first), number) && read(name.substr(last + 1), &batch->rows);
}

std::string trouble(const std::string& path, const char* what) {
  return path + ": " + what + ": " + std::strerror(errno);
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(done));
  }
  return fsync(fd) == 0;
}

}  // namespace

BatchSpool::~BatchSpool() {
  std::error_code ignored;
  if (is_temporary_) std::filesystem::remove_all(folder_, ignored);
}

std::string BatchSpool::make_folder() {
  if (!folder_.empty()) {
    if (mkdir(folder_.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return trouble(folder_, "the folder cannot be made");
  }
  const char* const usual = std::getenv("TMPDIR");
  std::string name = std::string(usual == nullptr ? "/tmp" : usual) + "/sipladder-sink-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) return trouble(name, "the folder cannot be made");
  folder_ = name;
  is_temporary_ = true;
  return {};
}

std::string BatchSpool::begin(std::vector<SpooledBatch>* found) {
  if (folder_.empty()) return {};
  if (std::string wrong = make_folder(); !wrong.empty()) return wrong;
  std::error_code code;
  std::vector<std::pair<uint64_t, SpooledBatch>> batches;
  std::filesystem::directory_iterator entry(folder_, code);
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    SpooledBatch batch;
    uint64_t number = 0;
    if (!read_name(entry->path().filename().string(), &number, &batch)) continue;
    std::error_code ignored;
    batch.path = entry->path().string();
    batch.bytes = entry->file_size(ignored);
    next_ = std::max(next_, number + 1);
    batches.emplace_back(number, std::move(batch));
  }
  if (code) return folder_ + ": the folder cannot be read: " + code.message();
  std::sort(batches.begin(), batches.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [number, batch] : batches) found->push_back(std::move(batch));
  return {};
}

// Under its name when it is whole: a run that was killed leaves no half batch.
std::string BatchSpool::write(std::string_view packed, SpooledBatch* batch) {
  if (std::string wrong = make_folder(); !wrong.empty()) return wrong;
  batch->path =
      fmt::format("{}/{:012}-{}-{}{}", folder_, next_++, batch->table, batch->rows, kEnding);
  batch->bytes = packed.size();
  const std::string unfinished = batch->path + ".part";
  const int fd = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return trouble(unfinished, "cannot be written");
  const bool written = write_all(fd, packed);
  std::string wrong = written ? std::string() : trouble(unfinished, "cannot be written");
  close(fd);
  if (wrong.empty() && rename(unfinished.c_str(), batch->path.c_str()) != 0)
    wrong = trouble(batch->path, "cannot be written");
  if (!wrong.empty()) unlink(unfinished.c_str());
  return wrong;
}

std::string BatchSpool::read(const SpooledBatch& batch, std::string* packed) {
  const int fd = open(batch.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return trouble(batch.path, "cannot be read");
  packed->resize(batch.bytes);
  size_t have = 0;
  ssize_t got = 1;
  while (have < packed->size() && got > 0) {
    got = ::read(fd, packed->data() + have, packed->size() - have);
    have += static_cast<size_t>(std::max<ssize_t>(got, 0));
  }
  close(fd);
  return have == packed->size() ? std::string() : batch.path + ": cannot be read: it was cut";
}

void BatchSpool::remove(const SpooledBatch& batch) {
  unlink(batch.path.c_str());
}

}  // namespace sipladder
