// Columns of the types CHAR(n) and VARCHAR(n) of tables: queries see texts, whose metadata holds the declared type. Source: CharVarcharUtils.
#pragma once

#include <optional>
#include <string>

#include "plan/type.h"

namespace firesteel::plan {

// CHAR(n) or VARCHAR(n).
bool has_length(const Type& type);
// The declared type that a column's metadata names, if it does.
std::optional<Type> declared_type(const std::string& metadata);
// The length of CHAR(n).
std::optional<int> char_length(const std::string& metadata);
// The columns as queries see them, and as tables of them declare them. Types within arrays, maps and structs stay as they are.
Schema as_texts(const Schema& schema);
Schema as_declared(const Schema& schema);
// VARCHAR(n) in place of CHAR(n), wherever it stands.
Schema with_varchars(const Schema& schema);

}  // namespace firesteel::plan
