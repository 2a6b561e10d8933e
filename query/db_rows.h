// Writes every table of the schema into an SQLite file, from the table descriptions alone.
//
// Threads: as Reader. Errors: a sentence, empty when all rows are written. Ends early, without an
// error, when Model::cancellation asks for it.
#pragma once

#include <string>

#include "capture/db_file.h"
#include "query/table_description.h"

namespace sipladder {

std::string write_tables(Reader& reader, DbFile* file);

}  // namespace sipladder
