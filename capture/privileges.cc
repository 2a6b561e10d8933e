#include "capture/privileges.h"

#include <grp.h>
#include <unistd.h>

#include <cstdlib>

namespace sipladder {
namespace {

unsigned number_of(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  const unsigned number =
      text == nullptr ? 0 : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
  return number == 0 ? otherwise : number;  // 0 would be root again
}

}  // namespace

bool give_up_root(std::string* error) {
  if (geteuid() != 0) return true;
  constexpr unsigned kNobody = 65534;
  const gid_t group = number_of("SUDO_GID", kNobody);
  const uid_t user = number_of("SUDO_UID", kNobody);
  if (setgroups(0, nullptr) != 0 || setgid(group) != 0 || setuid(user) != 0) {
    *error = "root privileges could not be given up";
    return false;
  }
  return true;
}

}  // namespace sipladder
