// The formats of ladders. A renderer is one file with a function that makes its writer, and one row
// in ladder_formats.def, from which `ladder --format`, `export -o`, help and man page know it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "export/export_options.h"
#include "export/ladder.h"
#include "export/ladder_layout.h"
#include "query/format.h"

namespace sipladder {

struct ExportRequest;

struct LadderStyle {
  LadderTextOptions text;    // width, colour and ASCII only matter to formats of text lines
  size_t memory = SIZE_MAX;  // bytes that a writer may hold back until it writes
  // The calls behind the ladders, for a writer that tells more than the ladders do (the HTML
  // report). Null: there is nothing more to tell. It must outlive the writer.
  const ExportRequest* request = nullptr;
};

// Writes ladders one after the other into one document. The document is valid after end(), however
// many ladders were added. `out` must outlive the writer.
class LadderWriter {
 public:
  LadderWriter(LadderStyle style, BoundedOutput* out) : style_(style), out_(out) {}
  virtual ~LadderWriter() = default;
  LadderWriter(const LadderWriter&) = delete;
  LadderWriter& operator=(const LadderWriter&) = delete;

  virtual bool add(const Ladder& ladder) = 0;  // false: no room for it; no other will be added
  virtual void end() {}
  // After end(): a sentence for whoever uses the output, such as what did not fit; mostly empty.
  virtual std::string remark() const { return {}; }

 protected:
  LadderStyle style_;
  BoundedOutput* out_;
};

struct LadderFormat {
  std::unique_ptr<LadderWriter> (*make)(const LadderStyle& style, BoundedOutput* out);
  std::string_view name;
  std::string_view ending;  // with its dot; empty: `export -o` does not write this format
  std::string_view about;
  uint32_t options = 0;  // ExportOption
};

const std::vector<LadderFormat>& ladder_formats();
// An empty name means text. Null: no format has this name.
const LadderFormat* find_ladder_format(std::string_view name);
bool is_text(const LadderFormat& format);  // lines, to which width and colour apply

}  // namespace sipladder
