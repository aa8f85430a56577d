#pragma once

#include <string>
#include <string_view>

namespace firesteel::connect {

// A random UUID (version 4) in the canonical form.
std::string make_uuid();

// True for 8-4-4-4-12 hexadecimal digits, as java.util.UUID.fromString prints back.
bool is_uuid(std::string_view text);

}  // namespace firesteel::connect
