#include "export/cluster_sink.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "capture/gzip.h"
#include "capture/monotonic.h"
#include "export/html/sha256.h"

namespace sipladder {
namespace {

constexpr int64_t kFirstPauseNs = 100 * kMillisecondNs, kLongestPauseNs = 5 * kSecondNs;
constexpr int64_t kLookNs = 50 * kMillisecondNs;  // between two looks whether hope is left

int64_t pause_ns(int failures) {
  return std::min(kLongestPauseNs, kFirstPauseNs << std::min(failures - 1, 10));
}

std::chrono::steady_clock::time_point in(int64_t ns) {
  return std::chrono::steady_clock::now() + std::chrono::nanoseconds(ns);
}

}  // namespace

ClusterSink::ClusterSink(ClusterSinkOptions options)
    : options_(std::move(options)), spool_(options_.spool_folder) {}

ClusterSink::~ClusterSink() {
  stop_ = true;
  {
    const MutexLock lock(mutex_);
    changed_.tell();
  }
  if (thread_.joinable()) thread_.join();
}

std::string ClusterSink::begin() {
  if (std::string wrong = parse_cluster_url(options_.url, &url_); !wrong.empty()) return wrong;
  std::vector<SpooledBatch> found;
  {
    const MutexLock lock(mutex_);
    if (std::string wrong = spool_.begin(&found); !wrong.empty()) return wrong;
    for (SpooledBatch& batch : found) {
      figures_.waiting_rows += batch.rows;
      figures_.spooled_bytes += batch.bytes;
      waiting_.push_back({std::move(batch), {}});
    }
  }
  thread_ = std::thread([this] { send_all(); });
  return {};
}

bool ClusterSink::is_hopeless() const {
  return failing_since_ns_ != 0 && monotonic_ns() - failing_since_ns_ > options_.patience_ns;
}

bool ClusterSink::has_room(const Waiting& batch) const {
  return memory_bytes_ + batch.packed.size() <= options_.memory_bytes || waiting_.empty() ||
         figures_.spooled_bytes + batch.packed.size() <= options_.spool_bytes;
}

std::string ClusterSink::move_to_file(Waiting* batch) {
  if (std::string wrong = spool_.write(batch->packed, &batch->file); !wrong.empty()) {
    batch->file.path.clear();
    return wrong;
  }
  figures_.spooled_bytes += batch->file.bytes;
  batch->packed.clear();
  batch->packed.shrink_to_fit();
  return {};
}

void ClusterSink::take_in(Waiting batch) {
  const bool in_memory =
      memory_bytes_ + batch.packed.size() <= options_.memory_bytes || waiting_.empty();
  if (!in_memory) {
    if (std::string wrong = move_to_file(&batch); !wrong.empty()) {
      figures_.dropped_rows += batch.file.rows;
      figures_.trouble = std::move(wrong);
      return;
    }
  }
  memory_bytes_ += batch.packed.size();
  figures_.waiting_rows += batch.file.rows;
  waiting_.push_back(std::move(batch));
  changed_.tell();
}

bool ClusterSink::put(const RowBatch& batch) {
  Waiting made;
  made.file.table = batch.table;
  made.file.rows = batch.count;
  made.packed = gzip(batch.rows);
  const MutexLock lock(mutex_);
  while (!has_room(made) && options_.may_wait && !is_hopeless() && !stop_)
    changed_.wait_until(mutex_, in(kLookNs));
  const bool hopeless = options_.may_wait && is_hopeless();
  if (hopeless || !has_room(made)) {
    figures_.dropped_rows += batch.count;
    return !hopeless;
  }
  take_in(std::move(made));
  return true;
}

bool ClusterSink::wait_for_batch() {
  const MutexLock lock(mutex_);
  while (waiting_.empty() && !stop_) changed_.wait(mutex_);
  return !stop_;
}

// A file that cannot be read now stays where it is and counts as waiting: the next run tries again.
void ClusterSink::set_front_aside(std::string wrong) {
  if (figures_.refused_rows == 0) figures_.trouble = std::move(wrong);
  waiting_.pop_front();
}

void ClusterSink::forget_front() {
  const Waiting& front = waiting_.front();
  figures_.waiting_rows -= front.file.rows;
  memory_bytes_ -= front.packed.size();
  if (!front.file.path.empty()) {
    figures_.spooled_bytes -= front.file.bytes;
    BatchSpool::remove(front.file);
  }
  waiting_.pop_front();
}

// What became of the first batch; false: it is tried again.
bool ClusterSink::note(const ClusterAnswer& answer, size_t bytes, int64_t begun_ns) {
  if (answer.kind == ClusterAnswer::Kind::done) {
    figures_.rows += waiting_.front().file.rows;
    figures_.batches++;
    figures_.bytes += bytes;
    failing_since_ns_ = 0;
    failures_ = 0;
    return true;
  }
  if (answer.kind == ClusterAnswer::Kind::refused) {
    if (figures_.refused_rows == 0)
      figures_.trouble = waiting_.front().file.table + ": " + answer.sentence;
    figures_.refused_rows += waiting_.front().file.rows;
    return true;
  }
  figures_.repeats++;
  failures_++;
  if (figures_.refused_rows == 0) figures_.trouble = answer.sentence;
  if (failing_since_ns_ == 0) failing_since_ns_ = begun_ns;
  // Nobody sets the server up while a file waits.
  if (answer.kind == ClusterAnswer::Kind::unknown && options_.may_wait)
    failing_since_ns_ = std::min(failing_since_ns_, monotonic_ns() - options_.patience_ns - 1);
  return false;
}

void ClusterSink::send_all() {
  // One attempt at a server that keeps silent is not longer than the patience.
  ClusterClient client(url_, &stop_, std::clamp<int64_t>(options_.patience_ns / kSecondNs, 1, 60));
  while (wait_for_batch()) {
    const Waiting* front = nullptr;
    {
      const MutexLock lock(mutex_);
      front = &waiting_.front();
    }
    std::string from_file;
    if (!front->file.path.empty()) {
      if (std::string wrong = BatchSpool::read(front->file, &from_file); !wrong.empty()) {
        const MutexLock lock(mutex_);
        set_front_aside(std::move(wrong));
        changed_.tell();
        continue;
      }
    }
    const std::string& packed = front->file.path.empty() ? front->packed : from_file;
    const size_t bytes = packed.size();
    const int64_t begun_ns = monotonic_ns();
    const ClusterAnswer answer = client.insert(front->file.table, packed, sha256_base64(packed));
    const MutexLock lock(mutex_);
    if (stop_ && answer.kind != ClusterAnswer::Kind::done) return;
    if (note(answer, bytes, begun_ns)) {
      forget_front();
      changed_.tell();
      continue;
    }
    changed_.tell();
    const auto until = in(pause_ns(failures_));
    while (!stop_ && changed_.wait_until(mutex_, until)) {
    }
  }
}

ClusterSinkFigures ClusterSink::finish() {
  {
    const MutexLock lock(mutex_);
    while (!waiting_.empty() && !is_hopeless()) changed_.wait_until(mutex_, in(kLookNs));
    stop_ = true;
    changed_.tell();
  }
  if (thread_.joinable()) thread_.join();
  const MutexLock lock(mutex_);
  if (!options_.spool_folder.empty()) {
    for (Waiting& batch : waiting_) {
      if (!batch.file.path.empty()) continue;
      std::string wrong = move_to_file(&batch);
      if (wrong.empty()) continue;
      figures_.dropped_rows += batch.file.rows;
      figures_.waiting_rows -= batch.file.rows;
      figures_.trouble = std::move(wrong);
      batch.file.rows = 0;
    }
  }
  return figures_;
}

ClusterSinkFigures ClusterSink::figures() const {
  const MutexLock lock(mutex_);
  return figures_;
}

}  // namespace sipladder
