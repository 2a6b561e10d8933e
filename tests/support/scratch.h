// A folder for the files of this test process, removed when the process ends. So suites that run at
// the same time do not share files.
#pragma once

#include <filesystem>
#include <string>

namespace sipladder {

const std::filesystem::path& scratch_folder();
inline std::string scratch_path(const std::string& name) {
  return (scratch_folder() / name).string();
}

}  // namespace sipladder
