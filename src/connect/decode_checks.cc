#include "connect/decode_checks.h"

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "spark/connect/relations.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;

void throw_illegal_argument(const std::string& message) {
  throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT", {{"message", message}});
}

void throw_invalid_enum(const std::string& full_name, const std::string& name, int number) {
  if (number != 0) throw_illegal_argument("Can't get the number of an unknown enum value.");
  throw SparkError("CONNECT_INVALID_PLAN.INVALID_ENUM",
                   {{"fullName", full_name}, {"name", name}, {"number", std::to_string(number)}});
}

void require_plan(bool is_so, const std::string& message) {
  if (!is_so) throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE", {{"message", message}});
}

void check_fill_value(const plan::Type& type) {
  if (type.is_numeric() || type.is_string() || type.is(plan::TypeKind::kBoolean) || type.is(plan::TypeKind::kNull)) return;
  throw_illegal_argument("Unsupported value type " + type.simple_string() + ".");
}

void check_lateral(plan::JoinKind kind) {
  const char* name = kind == plan::JoinKind::kRightOuter  ? "RightOuter"
                     : kind == plan::JoinKind::kFullOuter ? "FullOuter"
                     : kind == plan::JoinKind::kLeftSemi  ? "LeftSemi"
                     : kind == plan::JoinKind::kLeftAnti  ? "LeftAnti"
                                                          : nullptr;
  if (name != nullptr) throw_illegal_argument(std::string("requirement failed: Unsupported lateral join type ") + name);
}

namespace {

void check_quantile(const proto::StatApproxQuantile& quantile) {
  for (const double probability : quantile.probabilities()) {
    if (probability < 0 || probability > 1) throw_illegal_argument("requirement failed: percentile should be in the range [0.0, 1.0]");
  }
  if (quantile.relative_error() >= 0) return;
  std::string shown;
  functions::kernel::append_double(quantile.relative_error(), shown);
  throw_illegal_argument("requirement failed: Relative Error must be non-negative but got " + shown);
}

void check_partitions(int count) {
  if (count < 1) throw_illegal_argument("requirement failed: Number of partitions (" + std::to_string(count) + ") must be positive.");
}

void check_join(const proto::Join& join) {
  require_plan(join.has_left() && join.has_right(), "Both join sides must be present");
  if (join.has_join_condition() && !join.using_columns().empty()) {
    throw SparkError("CONNECT_INVALID_PLAN.USING_COLUMNS_OR_JOIN_CONDITION_SET_IN_JOIN", {});
  }
}

void check_union(const proto::SetOperation& operation) {
  if (operation.set_op_type() != proto::SetOperation::SET_OP_TYPE_UNION || !operation.allow_missing_columns() || operation.by_name()) return;
  throw SparkError("CONNECT_INVALID_PLAN.UNION_BY_NAME_ALLOW_MISSING_COL_REQUIRES_BY_NAME", {});
}

}  // namespace

void check_relation(const proto::Relation& relation) {
  switch (relation.rel_type_case()) {
    case proto::Relation::kFilter:
      return require_plan(relation.filter().has_input(), "");
    case proto::Relation::kSort:
      return require_plan(!relation.sort().order().empty(), "'order' must be present and contain elements.");
    case proto::Relation::kDeduplicate:
      if (!relation.deduplicate().has_input()) throw SparkError("CONNECT_INVALID_PLAN.DEDUPLICATE_NEEDS_INPUT", {});
      return;
    case proto::Relation::kJoin:
      return check_join(relation.join());
    case proto::Relation::kLateralJoin:
      return require_plan(relation.lateral_join().has_left() && relation.lateral_join().has_right(), "Both join sides must be present");
    case proto::Relation::kSetOp:
      return check_union(relation.set_op());
    case proto::Relation::kRange:
      if (!relation.range().has_num_partitions() || relation.range().num_partitions() > 0) return;
      throw_illegal_argument("Positive number of partitions required");
    case proto::Relation::kRepartition:
      return check_partitions(relation.repartition().num_partitions());
    case proto::Relation::kRepartitionByExpression:
      if (relation.repartition_by_expression().has_num_partitions()) check_partitions(relation.repartition_by_expression().num_partitions());
      return;
    case proto::Relation::kCollectMetrics:
      if (relation.collect_metrics().name().empty()) throw_illegal_argument("requirement failed: Name must not be empty");
      return;
    case proto::Relation::kApproxQuantile:
      return check_quantile(relation.approx_quantile());
    default:
      return;
  }
}

}  // namespace firesteel::connect
