// Every table of the schema as a table of an SQLite file: from the descriptions alone.
//
// Threads: as the Reader's. Errors: a sentence, empty when all rows are written. Ends early,
// without an error, when the model's cancellation asks for it.
#pragma once

#include <string>

#include "capture/db_file.h"
#include "query/table_description.h"

namespace sipladder {

std::string write_tables(Reader& reader, DbFile* file);

}  // namespace sipladder
