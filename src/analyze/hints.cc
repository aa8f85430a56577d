// Hints that say how rows are spread (ResolveHints.ResolveCoalesceHints). Others change no row: the
// strategies of joins, and names that nobody knows, which Spark only warns of.
#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "plan/attribute_name.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// A text names a column.
ExpressionPtr hint_column(const ExpressionPtr& parameter) {
  const auto* literal = parameter->as<Literal>();
  const auto* text =
      literal && literal->type.is_string() ? std::get_if<std::string>(&literal->value) : nullptr;
  return text ? make_expression(UnresolvedAttribute{parse_attribute_name(*text), {}, false})
              : parameter;
}

std::optional<int32_t> hint_number(const ExpressionPtr& parameter) {
  const auto* literal = parameter->as<Literal>();
  if (!literal || !(literal->type.is(TypeKind::kInteger) || literal->type.is(TypeKind::kShort) ||
                    literal->type.is(TypeKind::kByte))) {
    return std::nullopt;
  }
  const auto* number = std::get_if<int64_t>(&literal->value);
  return number ? std::optional(static_cast<int32_t>(*number)) : std::nullopt;
}

}  // namespace

RelationPtr Resolver::hint(const Hint& node) {
  const std::string name = upper_case(node.name);
  const bool is_coalesce = name == "COALESCE";
  const bool is_range = name == "REPARTITION_BY_RANGE";
  if (!is_coalesce && !is_range && name != "REPARTITION" && name != "REBALANCE")
    return resolve(node.child);
  Repartition spread;
  spread.child = node.child;
  spread.shuffle = !is_coalesce;
  std::string invalid;
  for (const ExpressionPtr& parameter : node.parameters) {
    if (&parameter == &node.parameters[0]) {
      spread.partitions = hint_number(parameter);
      if (spread.partitions) continue;
    }
    ExpressionPtr column = hint_column(parameter);
    if (!column->as<UnresolvedAttribute>())
      invalid += (invalid.empty() ? "" : ", ") + print_name(*column);
    if (is_range) column = make_expression(SortOrder{column, true, NullOrder::kFirst});
    spread.expressions.push_back(std::move(column));
  }
  if (is_coalesce && (!spread.partitions || !spread.expressions.empty())) {
    throw SparkError("_LEGACY_ERROR_TEMP_1048", {{"hintName", name}});
  }
  if (!invalid.empty()) {
    throw SparkError("_LEGACY_ERROR_TEMP_1047",
                     {{"hintName", name}, {"invalidParams", "\"" + invalid + "\""}});
  }
  return repartition(spread);
}

}  // namespace firesteel::analyze
