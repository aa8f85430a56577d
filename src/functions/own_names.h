// Names under which only the analyzer and the engines call functions ("sort key", "unary -", "[]"). Written in a query or a
// client's plan they mean nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesteel::functions {

bool is_own_name(std::string_view name);

// Throws UNRESOLVED_ROUTINE for the name of a function as it is written, if it is one of ours.
void check_written_name(const std::vector<std::string>& parts);

// Whether a name with its qualifier stands for a function of ours: f, builtin.f, system.builtin.f.
bool is_built_in(const std::vector<std::string>& parts);

// Throws REQUIRES_SINGLE_PART_NAMESPACE for a qualifier that is no database's and no catalog's.
void check_namespace(const std::vector<std::string>& parts);

}  // namespace firesteel::functions
