// A function that is defined in SQL: CREATE FUNCTION f(a INT) RETURNS INT RETURN a + 1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/type.h"

namespace firesteel::plan {

struct SqlFunctionParameter {
  std::string name;
  Type type;
  std::optional<std::string> default_text;  // an expression
  std::string comment;
};

struct SqlFunction {
  std::vector<std::string> name;  // catalog, database, function; the function alone of a temporary one
  std::vector<SqlFunctionParameter> parameters;
  bool is_table = false;
  // What it gives, a struct of its columns if it is a table. None as long as only the body says so.
  std::optional<Type> result;
  std::string body_text;
  bool body_is_query = false;  // an expression otherwise
  std::optional<bool> is_deterministic;
  std::optional<bool> reads_data;  // READS SQL DATA, or CONTAINS SQL alone
  std::string comment;
  // Where its body means what it says: the database and the configuration of the session that made it.
  std::string current_database;
  std::map<std::string, std::string> configuration;
  int64_t created_ms = 0;

  bool is_temporary() const { return name.size() == 1; }
};

}  // namespace firesteel::plan
