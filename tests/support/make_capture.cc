// make_capture FLOW CAPTURE: writes the capture that a flow script describes (see flow_script.h).
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/support/flow_script.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: make_capture FLOW CAPTURE\n");
    return 2;
  }
  std::stringstream script;
  script << std::ifstream(argv[1]).rdbuf();
  std::string error;
  const std::string bytes = sipladder::build::capture_of_flow(script.str(), &error);
  if (!error.empty()) {
    std::fprintf(stderr, "%s: %s\n", argv[1], error.c_str());
    return 1;
  }
  std::ofstream(argv[2], std::ios::binary) << bytes;
  return 0;
}
