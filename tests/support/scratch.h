// A folder of this test process for its files, removed with them when it ends: suites that run at
// once do not meet.
#pragma once

#include <filesystem>
#include <string>

namespace sipladder {

const std::filesystem::path& scratch_folder();
inline std::string scratch_path(const std::string& name) {
  return (scratch_folder() / name).string();
}

}  // namespace sipladder
