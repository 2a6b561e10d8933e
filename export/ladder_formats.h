// How ladders can be written. A renderer is one file with a function that makes its writer, and one
// row in ladder_formats.def: `ladder --format`, `export -o`, help and man page have it from there.
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
  LadderTextOptions text;    // width, colour and ASCII are about lines of text
  size_t memory = SIZE_MAX;  // what a writer may hold back before it knows how its output begins
  // What the ladders are of, for a writer that tells more than they do; null: nobody can ask.
  const ExportRequest* request = nullptr;
};

// Writes ladders one by one, as one document that is valid wherever it ends. `out` must outlive it.
class LadderWriter {
 public:
  LadderWriter(LadderStyle style, BoundedOutput* out) : style_(style), out_(out) {}
  virtual ~LadderWriter() = default;
  LadderWriter(const LadderWriter&) = delete;
  LadderWriter& operator=(const LadderWriter&) = delete;

  virtual bool add(const Ladder& ladder) = 0;  // false: it does not fit, nor would another one
  virtual void end() {}
  // What whoever uses the output should know; empty when all is well. After end().
  virtual std::string remark() const { return {}; }

 protected:
  LadderStyle style_;
  BoundedOutput* out_;
};

struct LadderFormat {
  std::unique_ptr<LadderWriter> (*make)(const LadderStyle& style, BoundedOutput* out);
  std::string_view name;
  std::string_view ending;  // with its dot; may be empty
  std::string_view about;
  uint32_t options = 0;  // ExportOption
};

const std::vector<LadderFormat>& ladder_formats();
const LadderFormat* find_ladder_format(std::string_view name);  // empty: text; null: unknown
bool is_text(const LadderFormat& format);  // lines, to which width and colour apply

}  // namespace sipladder
