#include "tests/fuzz/golden_flows.h"

#include <filesystem>

#include "tests/fuzz/capture_mutator.h"
#include "tests/support/flow_pages.h"
#include "tests/support/flow_script.h"

namespace sipladder::fuzz {
namespace {

std::string cut(const std::string& bytes) {
  CapturedPackets capture = split_capture(bytes);
  size_t size = 0, kept = 0;
  while (kept < capture.packets.size() && size < kMaxFlow)
    size += 16 + capture.packets[kept++].bytes.size();
  capture.packets.resize(kept);
  return join_capture(capture);
}

void add_flows(const std::filesystem::path& page, std::map<std::string, std::string>* flows) {
  for (const build::PageFlow& flow : build::flows_of_page(page)) {
    std::string error;
    (*flows)[flow.name] = cut(build::capture_of_flow(flow.script, &error));
  }
}

}  // namespace

std::map<std::string, std::string> golden_flows(const std::string& root) {
  std::map<std::string, std::string> flows;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/tests/golden")) {
    if (entry.path().extension() == ".md") add_flows(entry.path(), &flows);
  }
  return flows;
}

}  // namespace sipladder::fuzz
