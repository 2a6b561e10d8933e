// The rows of calls as a file, every column of them.
#include "export/exporters.h"
#include "query/database.h"

namespace sipladder {
namespace {

ExportReport export_rows(const ExportRequest& request, const std::string& format) {
  RowStyle style = request.rows;
  style.format = format;
  return write_file(request.path, [&](std::FILE* file) {
    Reader reader(request.model, request.log, request.analyst);
    reader.choose(request.calls);
    const auto writer = make_row_writer(style, file);
    Database(reader).run(
        "SELECT * FROM calls",
        [&](const std::vector<ResultColumn>& columns) { writer->begin(columns); },
        [&](const std::vector<Value>& values) {
          return writer->row(values) && std::ferror(file) == 0;
        });
    writer->end();
  });
}

}  // namespace

ExportReport export_rows_csv(const ExportRequest& request) {
  return export_rows(request, "csv");
}
ExportReport export_rows_json(const ExportRequest& request) {
  return export_rows(request, "json");
}
ExportReport export_rows_ndjson(const ExportRequest& request) {
  return export_rows(request, "ndjson");
}

}  // namespace sipladder
