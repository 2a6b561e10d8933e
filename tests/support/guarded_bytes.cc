#include "tests/support/guarded_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <stdexcept>

namespace sipladder {
namespace {

// For the handler, which may use nothing that allocates or locks.
char g_name[96];
size_t g_name_size = 0;
size_t g_size = 0;
struct sigaction g_before;

void say(const char* text, size_t size) {
  if (write(STDERR_FILENO, text, size) < 0) return;
}

// Prints which input was read beyond, then restores the handler before: the access is made again
// and ends there.
void on_fault(int) {
  constexpr char kWhere[] = "\nread beyond an input: ";
  constexpr char kOf[] = ", bytes: ";
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits - 1, g_size).ptr;
  *end = '\n';
  say(kWhere, sizeof kWhere - 1);
  say(g_name, g_name_size);
  say(kOf, sizeof kOf - 1);
  say(digits, static_cast<size_t>(end - digits) + 1);
  sigaction(SIGSEGV, &g_before, nullptr);
}

}  // namespace

GuardedBytes::GuardedBytes() : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
  void* memory =
      mmap(nullptr, kCapacity + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory to guard");
  memory_ = static_cast<char*>(memory);
  if (mprotect(memory_ + page_, kCapacity, PROT_READ | PROT_WRITE) != 0) {
    throw std::runtime_error("memory cannot be guarded");
  }
  struct sigaction action {};
  action.sa_handler = on_fault;
  sigaction(SIGSEGV, &action, &g_before);
}

GuardedBytes::~GuardedBytes() {
  sigaction(SIGSEGV, &g_before, nullptr);
  munmap(memory_, kCapacity + 2 * page_);
}

std::string_view GuardedBytes::place(std::string_view bytes, Edge edge, std::string_view name) {
  const size_t size = std::min(bytes.size(), kCapacity);
  char* at = memory_ + page_ + (edge == Edge::begin ? 0 : kCapacity - size);
  std::copy_n(bytes.data(), size, at);
  g_name_size = name.copy(g_name, sizeof g_name);
  g_size = size;
  return {at, size};
}

}  // namespace sipladder
