// Tells what the words of the command line without a dash are: files, a capture filter, a query.
#pragma once

#include <string>
#include <vector>

namespace sipladder {

bool file_exists(const std::string& name);

// A sentence about a word that is no source: no file has this name. The `first` word was perhaps
// meant as a command, others as something to search for. Empty: the word may be a source.
std::string no_source(const std::string& word, bool first);

// Words after a device are a capture filter, as with tcpdump: moves them to *bpf. A sentence when a
// word is a file, or the filter is given twice.
std::string take_filter(std::vector<std::string>* words, std::string* bpf);

// Moves the word that is the query, because no file has this name, to *query. Without one, `sql`
// shows a prompt.
void take_query(std::vector<std::string>* words, std::string* query);

}  // namespace sipladder
