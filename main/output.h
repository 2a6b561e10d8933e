// Standard output and standard error, for all commands alike.
#pragma once

#include <string>

#include "main/options.h"

namespace sipladder {

// Writes a sentence to stderr.
void complain(const std::string& sentence);

// The columns that text may take: --width, else the width of the terminal, else 100.
int output_width(const Options& options);
bool is_colored(const Options& options);

// The path of this program's file.
std::string program_path();

// Flushes standard output. Returns `status`, or kUnwritable with a sentence when that failed.
int after_output(int status);

// Prints a text of the program with its long lines wrapped. Returns the exit status.
int print_text(const std::string& text, const Options& options);

}  // namespace sipladder
