#include "tests/support/scratch.h"

#include <cstdlib>

namespace sipladder {
namespace {

struct Scratch {
  Scratch() {
    std::string made = (std::filesystem::temp_directory_path() / "sipladder.XXXXXX").string();
    if (mkdtemp(made.data()) == nullptr) std::abort();
    folder = made;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  std::filesystem::path folder;
};

}  // namespace

const std::filesystem::path& scratch_folder() {
  static const Scratch scratch;
  return scratch.folder;
}

}  // namespace sipladder
