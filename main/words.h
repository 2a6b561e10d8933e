// What the words of the command line are that are no options: files, a capture filter, a query.
#pragma once

#include <string>
#include <vector>

namespace sipladder {

// Of the contract, and not there yet.
bool is_planned_option(const std::string& name);

bool file_exists(const std::string& name);

// What is wrong with a word as a SOURCE: no file is called by it, and it was meant as a command
// (when it is the `first` word), or as something to look for. Empty for what may be a source.
std::string no_source(const std::string& word, bool first);

// Behind a device, words are a capture filter, as tcpdump has it: they move to *bpf. A sentence
// when they cannot.
std::string take_filter(std::vector<std::string>* words, std::string* bpf);

// The query is the word that no file is called by; without one there is a prompt.
void take_query(std::vector<std::string>* words, std::string* query);

}  // namespace sipladder
