#include "capture/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

constexpr unsigned kNobody = 65534;

uid_t next_user() {
  return number_of("SUDO_UID", kNobody);
}
gid_t next_group() {
  return number_of("SUDO_GID", kNobody);
}

}  // namespace

bool give_up_root(std::string* error) {
  if (geteuid() != 0) return true;
  const gid_t group = next_group();
  const uid_t user = next_user();
  if (setgroups(0, nullptr) != 0 || setgid(group) != 0 || setuid(user) != 0) {
    *error = "root privileges could not be given up";
    return false;
  }
  return true;
}

bool keep_capture_right(std::string* error) {
  if (geteuid() != 0) return true;
  prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
  if (!give_up_root(error)) return false;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct rights[2] = {};
  rights[0].permitted = rights[0].effective = 1U << CAP_NET_RAW;
  // A failure is no error: a device that goes away then cannot be opened again.
  syscall(SYS_capset, &header, rights);
  prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  return true;
}

void give_away(const std::string& folder) {
  if (geteuid() != 0) return;
  // A link that somebody put there is not followed.
  if (lchown(folder.c_str(), next_user(), next_group()) != 0) return;  // writing there will tell
}

}  // namespace sipladder
