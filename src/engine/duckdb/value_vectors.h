// Values of any Spark type out of DuckDB's vectors and into them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <duckdb_cpp.hpp>

#include "functions/kernel/value.h"
#include "plan/type.h"

namespace firesteel::engine {

// Reads rows of one vector; valid as long as the vector is.
class ValueReader {
 public:
  ValueReader(duckdb::cxx::Vector vector, const plan::Type& type);
  functions::kernel::Value get(duckdb::cxx::idx_t row) const;

 private:
  functions::kernel::Value get_plain(duckdb::cxx::idx_t at) const;
  functions::kernel::Value get_nested(duckdb::cxx::idx_t at) const;

  duckdb::cxx::Vector vector_;
  plan::Type type_;
  duckdb::cxx::VectorView view_;
  duckdb::cxx::LogicalTypeId storage_;  // of decimals
  std::vector<ValueReader> children_;
};

// Fills rows of a vector of the type's DuckDB form from `offset` on; null pointers are nulls. The rows
// before are written already.
void write_values(duckdb::cxx::Vector& vector, const plan::Type& type,
                  std::span<const functions::kernel::Value* const> values,
                  duckdb::cxx::idx_t offset = 0);

}  // namespace firesteel::engine
