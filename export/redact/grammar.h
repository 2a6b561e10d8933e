// Words that say nothing about any person or host: the vocabulary of SIP, SDP and of what they
// carry. All functions take upper and lower case for the same.
#pragma once

#include <string_view>

namespace sipladder {

bool is_grammar(std::string_view word);
bool is_scheme(std::string_view word);       // of a URI
bool is_common_user(std::string_view word);  // "anonymous"

// What the values of a header hold. `header` and `name`: its name or its compact form (RFC 3261
// 7.3.3).
bool names_a_header(std::string_view name);
bool holds_addresses(std::string_view header);
bool holds_grammar(std::string_view header);
bool holds_numbers(std::string_view header);
bool holds_credentials(std::string_view header);
bool is_grammar_param(std::string_view name);
bool is_number_param(std::string_view name);

}  // namespace sipladder
