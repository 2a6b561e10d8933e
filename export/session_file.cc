#include "export/session_file.h"

#include <algorithm>
#include <filesystem>

#include "query/db_rows.h"

namespace sipladder {

std::string SessionFile::create(const std::string& path, const std::vector<std::string>& sources) {
  for (const std::string& source : sources) {
    std::error_code ignored;
    if (std::filesystem::equivalent(path, source, ignored))
      return path + ": is read: write into another file";
  }
  if (std::string error = file_.create(path); !error.empty()) return error;
  store_ = std::make_unique<PacketStore>(file_);
  return store_->error();
}

std::unique_ptr<PacketSource> SessionFile::record(std::unique_ptr<PacketSource> source) {
  return std::make_unique<StoredSource>(std::move(source), *store_);
}

std::string SessionFile::finish(Reader& reader) {
  std::vector<const SourceInfo*> sources;
  for (const SourceInfo& info : reader.model.captures) sources.push_back(&info);
  store_->finish(sources);
  if (!store_->error().empty()) return store_->error();
  if (std::string error = write_tables(reader, &file_); !error.empty()) return error;
  store_->note_complete();  // all packets are there, even when a signal ended the tables early
  return store_->error().empty() ? file_.finish() : store_->error();
}

std::string SessionFile::what_is_missing(const Model& model) {
  const bool opened = std::any_of(model.tls.begin(), model.tls.end(),
                                  [](const TlsConnection& one) { return one.decrypted(); });
  return !opened ? std::string()
                 : "keys of TLS are not written: the tables hold what was decrypted, and "
                   "sipladder needs --keylog or --rsa-key to show it when it opens this file again";
}

}  // namespace sipladder
