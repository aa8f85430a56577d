// What a query's values become in the columns of a table: spark.sql.storeAssignmentPolicy, the lengths of texts, NOT NULL.
// Source: TableOutputResolver, DataTypeUtils.canWrite.
#pragma once

#include <string>
#include <vector>

#include "analyze/coercion.h"
#include "base/config.h"
#include "plan/relation.h"

namespace firesteel::connect {

// A resolved projection of a query that gives a table's columns.
class AssignedRows {
 public:
  // `table` is the name as errors show it.
  AssignedRows(const Config& config, std::string table, plan::RelationPtr query);

  // The next column of the table and its value; null: it is left out. Throws INCOMPATIBLE_DATA_FOR_TABLE.* for what the
  // policy does not let in.
  void add(const plan::StructField& column, plan::ExpressionPtr value);
  plan::RelationPtr relation() const;

 private:
  enum class Policy : uint8_t { kAnsi, kStrict, kLegacy };

  void check(const plan::Type& from, const plan::Type& to, const std::string& path) const;
  void check_fields(const plan::Type& from, const plan::Type& to, const std::string& path) const;
  bool is_let_in(const plan::Type& from, const plan::Type& to) const;
  plan::ExpressionPtr cast(const plan::ExpressionPtr& value, const plan::Type& type) const;
  plan::ExpressionPtr of_length(const plan::ExpressionPtr& value, const plan::Type& type) const;
  plan::ExpressionPtr not_null(const plan::ExpressionPtr& value, const plan::StructField& column) const;

  std::string table_;
  plan::RelationPtr query_;
  Policy policy_ = Policy::kAnsi;
  analyze::CoercionRules rules_;
  bool treats_as_text_ = false;  // spark.sql.legacy.charVarcharAsString
  bool enforces_not_null_ = false;
  std::vector<plan::ExpressionPtr> expressions_;
  plan::Attributes output_;
};

}  // namespace firesteel::connect
