// Writes rows as a table that fits a terminal. For the format "table" of make_row_writer().
#pragma once

#include <memory>

#include "query/format.h"

namespace sipladder {

std::unique_ptr<RowWriter> make_table_writer(const RowStyle& style, std::FILE* out);

}  // namespace sipladder
