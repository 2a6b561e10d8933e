// make_seeds ROOT OUT: the flows of ROOT/tests/golden as captures of OUT, the long ones cut.
#include <cstdio>
#include <filesystem>

#include "tests/fuzz/golden_flows.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: make_seeds ROOT OUT\n");
    return 2;
  }
  std::filesystem::create_directories(argv[2]);
  for (const auto& [name, bytes] : sipladder::fuzz::golden_flows(argv[1])) {
    const std::string path = std::string(argv[2]) + "/" + name + ".pcap";
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size() ||
        std::fclose(file) != 0) {
      std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
