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

#include "capture/spool.h"

namespace sipladder {
namespace {

constexpr std::string_view kEnding = ".json.gz";

constexpr uint64_t kMostBytes = 256 << 20;  // of a file; a batch packs to much less

// "000000000012-4711-messages-100000.json.gz": number, process, table, rows. Earlier versions told
// no process.
bool read_name(std::string_view name, uint64_t* number, SpooledBatch* batch) {
  if (!name.ends_with(kEnding)) return false;
  name.remove_suffix(kEnding.size());
  const size_t first = name.find('-'), last = name.rfind('-');
  if (first == std::string_view::npos || first == last) return false;
  const auto read = [](std::string_view digits, uint64_t* value) {
    const char* const end = digits.data() + digits.size();
    return std::from_chars(digits.data(), end, *value).ptr == end && !digits.empty();
  };
  const std::string_view middle = name.substr(first + 1, last - first - 1);
  batch->table = middle.substr(middle.find('-') + 1);
  return read(name.substr(0, first), number) && read(name.substr(last + 1), &batch->rows);
}

std::string trouble(const std::string& path, const char* what) {
  return path + ": " + what + ": " + std::strerror(errno);
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
    next_ = std::max(next_, number + 1);
    std::error_code wrong;
    if (!entry->is_regular_file(wrong) || wrong) continue;
    batch.path = entry->path().string();
    batch.bytes = entry->file_size(wrong);
    if (wrong || batch.bytes > kMostBytes) continue;
    batches.emplace_back(number, std::move(batch));
  }
  if (code) return folder_ + ": the folder cannot be read: " + code.message();
  std::sort(batches.begin(), batches.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [number, batch] : batches) found->push_back(std::move(batch));
  return {};
}

// Another run can use the folder at the same time: who holds the unfinished file is the only one
// who may use its name.
int BatchSpool::open_unused(SpooledBatch* batch, std::string* unfinished) {
  constexpr int kMostNamesTaken = 10'000;
  for (int taken = 0; taken < kMostNamesTaken; taken++) {
    batch->path = fmt::format("{}/{:012}-{}-{}-{}{}", folder_, next_++, getpid(), batch->table,
                              batch->rows, kEnding);
    *unfinished = batch->path + ".part";
    const int fd = open(unfinished->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) continue;
    struct stat there {};
    if (fd < 0 || (lstat(batch->path.c_str(), &there) != 0 && errno == ENOENT)) return fd;
    close(fd);
    unlink(unfinished->c_str());
  }
  errno = EEXIST;
  return -1;
}

// Under its name when it is whole: a run that was killed leaves no half batch.
std::string BatchSpool::write(std::string_view packed, SpooledBatch* batch) {
  if (std::string wrong = make_folder(); !wrong.empty()) return wrong;
  batch->bytes = packed.size();
  std::string unfinished;
  const int fd = open_unused(batch, &unfinished);
  if (fd < 0) return trouble(unfinished, "cannot be written");
  const bool written = write_all(fd, packed, 0) && fsync(fd) == 0;
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
