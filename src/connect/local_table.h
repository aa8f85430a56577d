// Small tables that the server itself makes: answers of commands and catalog calls.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/relation.h"

namespace firesteel::connect {

// Cells are strings, booleans or nulls, as the column's type says.
struct Cell {
  std::optional<std::string> text;
  Cell() = default;
  Cell(const char* value) : text(value) {}
  Cell(std::string value) : text(std::move(value)) {}
  Cell(bool value) : text(value ? "true" : "false") {}
};

struct LocalTableColumn {
  std::string name;
  plan::Type type = plan::Type::string();  // string, boolean, integer, long or array<string>
  bool nullable = true;
};

// Resolved local data. An array<string> cell holds its elements joined by '\n'.
plan::RelationPtr make_local_table(const std::vector<LocalTableColumn>& columns,
                                   const std::vector<std::vector<Cell>>& rows);

}  // namespace firesteel::connect
