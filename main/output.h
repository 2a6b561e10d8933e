// Standard output and standard error, for all commands alike.
#pragma once

#include <string>

#include "main/options.h"

namespace sipladder {

// A sentence on stderr.
void complain(const std::string& sentence);

// The columns that text may take: --width, else those of the terminal, else a hundred.
int output_width(const Options& options);
bool is_colored(const Options& options);

// Where this program lies.
std::string program_path();

// `status`, or kUnwritable with a sentence when standard output could not be written.
int after_output(int status);

// A text of ours, its long lines wrapped; the exit status.
int print_text(const std::string& text, const Options& options);

}  // namespace sipladder
