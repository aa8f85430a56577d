// df.describe and df.summary: one row per statistic, every value as text (StatFunctions.summary).
// All statistics are columns of one aggregate, which is then spread into rows.
#include <algorithm>

#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function.h"
#include "plan/attribute_name.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

struct Statistic {
  std::string shown;     // as the user wrote it
  std::string name;      // lower case
  double fraction = -1;  // of a percentile
};

Statistic parse_statistic(const std::string& text) {
  Statistic statistic{text, lower_case(text)};
  static constexpr const char* kNames[] = {
      "count", "count_distinct", "approx_count_distinct", "mean", "stddev", "min", "max"};
  if (!text.ends_with("%")) {
    if (std::find(std::begin(kNames), std::end(kNames), statistic.name) != std::end(kNames))
      return statistic;
    throw SparkError("UNRECOGNIZED_STATISTIC", {{"stats", "'" + text + "'"}});
  }
  size_t used = 0;
  try {
    statistic.fraction = std::stod(text, &used) / 100;
  } catch (const std::exception&) {
    used = 0;
  }
  if (used + 1 != text.size())
    throw SparkError("UNRECOGNIZED_STATISTIC", {{"stats", "'" + text + "'"}});
  if (!(statistic.fraction >= 0 && statistic.fraction <= 1)) {
    throw SparkError("_LEGACY_ERROR_ML_REQUIREMENT",
                     {{"message", "Percentiles must be in the range [0, 1]"}});
  }
  return statistic;
}

ExpressionPtr text_column(ExpressionPtr value, const std::string& name) {
  return make_typed(Alias{std::move(value), {name}, {}, next_attribute_id()}, Type::string(), true);
}

}  // namespace

ExpressionPtr Resolver::statistic_of(const ExpressionPtr& column, const std::string& name,
                                     double fraction) {
  ExpressionPtr number = column;
  if (column->type.is_string()) {
    Cast tried{column, Type::double_number(), CastMode::kTry, false, context_.time_zone};
    number = make_typed(std::move(tried), Type::double_number(), true);
  }
  if (name == "mean") return bound("avg", {number});
  if (name == "stddev") return bound("stddev_samp", {number});
  if (name == "count_distinct") {
    FunctionCall call;
    call.arguments = {column};
    call.is_distinct = true;
    return bind_call(*functions::find_function("count"), std::move(call), {});
  }
  if (fraction < 0) return bound(name.c_str(), {column});
  // Of decimals Spark shows the double without the scale of the type.
  if (number->type.is(TypeKind::kDecimal)) number = cast_to(number, Type::double_number(), rules());
  // An element of the data, with the default accuracy of Spark's approximate percentile.
  return bound("percentile_approx", {number, make_literal({Type::double_number(), fraction}),
                                     make_integer_literal(10000)});
}

RelationPtr Resolver::summary(RelationPtr child, const std::vector<std::string>& names,
                              const std::vector<std::string>& columns) {
  std::vector<Statistic> statistics;
  for (const std::string& name : names) statistics.push_back(parse_statistic(name));
  // The columns are looked up by their names again, so that a dot in one finds nothing.
  std::vector<std::string> wanted = columns;
  if (columns.empty()) {
    for (const Attribute& a : child->output) wanted.push_back(a.name);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (!same_name(columns[i], columns[k])) continue;
      const std::string name = quoted_name({columns[k]});
      throw SparkError("AMBIGUOUS_REFERENCE",
                       {{"name", name},
                        {"referenceNames", "[" + name + ", " + quoted_name({columns[i]}) + "]"}});
    }
  }
  std::vector<ExpressionPtr> chosen;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const bool is_given = !columns.empty();
    const auto counts = [](const Type& type) { return type.is_numeric() || type.is_string(); };
    if (!is_given && !counts(child->output[i].type)) continue;
    const ExpressionPtr name =
        make_expression(UnresolvedAttribute{parse_attribute_name(wanted[i]), {}, false});
    ExpressionPtr column = named(expression(name, scope_of(child)), name);
    if (counts(column->type)) chosen.push_back(std::move(column));
  }
  std::vector<ExpressionPtr> values;
  std::vector<ExpressionPtr> rows;
  for (const Statistic& statistic : statistics) {
    std::vector<ExpressionPtr> fields = {make_string_literal("0"),
                                         make_string_literal(statistic.shown)};
    for (const ExpressionPtr& column : chosen) {
      const auto* alias = column->as<Alias>();
      const ExpressionPtr value =
          statistic_of(alias ? alias->child : column, statistic.name, statistic.fraction);
      values.push_back(text_column(cast_to(value, Type::string(), rules()), statistic.shown));
      fields.push_back(make_string_literal(std::to_string(fields.size() / 2)));
      fields.push_back(reference(attribute_of(*values.back())));
    }
    rows.push_back(bound("named_struct", std::move(fields)));
  }
  Generate spread;
  spread.child = chosen.empty() ? make_resolved(OneRow{}, {})
                                : build_aggregate(child, {}, std::move(values), nullptr);
  spread.generator = bound("inline", {bound("array", std::move(rows))});
  spread.generated.push_back({next_attribute_id(), "summary", Type::string(), true, {}, {}});
  for (const ExpressionPtr& column : chosen) {
    spread.generated.push_back(
        {next_attribute_id(), attribute_of(*column).name, Type::string(), true, {}, {}});
  }
  const Attributes output = spread.generated;
  Attributes all = spread.child->output;
  all.append(output.begin(), output.end());
  return keep_columns(make_resolved(std::move(spread), std::move(all)), output);
}

}  // namespace firesteel::analyze
