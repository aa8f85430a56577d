// df.stat and transpose: relations whose columns come from the data, and statistics of columns.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"
#include "plan/attribute_name.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

ExpressionPtr column_named(const std::string& name) {
  return make_expression(UnresolvedAttribute{parse_attribute_name(name), {}, false});
}

ExpressionPtr as_text(ExpressionPtr child) {
  Cast cast;
  cast.child = std::move(child);
  cast.target = Type::string();
  return make_expression(std::move(cast));
}

// DataType.toString of a type without parts: "StringType".
std::string class_name(const Type& type) {
  if (type.is(TypeKind::kTimestampNtz)) return "TimestampNTZType";
  std::string name = type.sql();
  name = name.substr(0, name.find_first_of("(<"));
  for (size_t i = 1; i < name.size(); ++i) name[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  return name + "Type";
}

ExpressionPtr number(double value) { return make_literal({Type::double_number(), value}); }

}  // namespace

// df.stat.cov, df.stat.corr: an aggregate over the whole input.
RelationPtr Resolver::stat_pair(const StatPair& node) {
  if (node.function == "crosstab") return crosstab(node);
  const RelationPtr child = resolve(node.child);
  check_columns({node.first_column, node.second_column}, child);
  // StatFunctions.calculateCovImpl: numbers alone, and a null is 0.
  const auto column = [&](const std::string& name) {
    const Type type = try_attribute({name}, child->output, {})->type;
    if (!type.is_numeric()) {
      throw SparkError("_LEGACY_ERROR_ML_REQUIREMENT",
                       {{"message", std::string("Currently ") + (node.function == "cov" ? "covariance" : "correlation") +
                                        " calculation for columns with dataType " + type.simple_string() + " not supported."}});
    }
    Cast cast;
    cast.child = column_named(name);
    cast.target = Type::double_number();
    return make_call("coalesce", {make_expression(std::move(cast)), number(0)});
  };
  ExpressionPtr value = make_call(node.function == "cov" ? "covar_samp" : "corr",
                                  {column(node.first_column), column(node.second_column)});
  Aggregate whole;
  whole.aggregates = {make_expression(Alias{value, {node.function}, {}, 0})};
  return aggregate_over(whole, child);
}

// StatFunctions.crossTabulate: a pivot of counts, both columns as text.
RelationPtr Resolver::crosstab(const StatPair& node) {
  const auto text_or_null = [](const std::string& name, bool drops_quotes) {
    ExpressionPtr text = as_text(column_named(name));
    if (drops_quotes) {
      text = make_call("regexp_replace", {text, make_string_literal("`"), make_string_literal("")});
    }
    return make_call("when", {make_call("isnull", {column_named(name)}), make_string_literal("null"), text});
  };
  Aggregate counts;
  counts.child = node.child;
  counts.kind = GroupKind::kPivot;
  counts.adds_grouping_columns = true;
  counts.grouping = {make_expression(Alias{text_or_null(node.first_column, false),
                                           {node.first_column + "_" + node.second_column}, {}, 0})};
  counts.pivot_column = text_or_null(node.second_column, true);
  counts.aggregates = {make_call("count", {make_integer_literal(1)})};
  FillNa filled;
  filled.child = make_relation(std::move(counts));
  filled.values = {{Type::long_integer(), int64_t{0}}};
  return fill_na(filled);
}

// StatFunctions.multipleApproxQuantiles: one row, one array per column. The element of the rank that
// Spark's summaries aim at; their error is allowed, not asked for.
RelationPtr Resolver::approx_quantile(const ApproxQuantile& node) {
  const RelationPtr child = resolve(node.child);
  std::vector<ExpressionPtr> per_column;
  for (const std::string& name : node.columns) {
    const Type type = expression(column_named(name), scope_of(child))->type;
    if (!type.is_numeric()) {
      throw SparkError("_LEGACY_ERROR_ML_REQUIREMENT",
                       {{"message", "Quantile calculation for column " + name + " with data type " + class_name(type) + " is not supported."}});
    }
    Cast cast;
    cast.child = column_named(name);
    cast.target = Type::double_number();
    const ExpressionPtr value = make_expression(std::move(cast));
    UnresolvedFunction collected;
    collected.name = {"collect_list"};
    collected.arguments = {value};
    collected.filter = make_call("not", {make_call("isnan", {value})});
    const ExpressionPtr sorted = make_call("sort_array", {make_expression(std::move(collected))});
    const ExpressionPtr size = make_call("size", {sorted});
    std::vector<ExpressionPtr> elements;
    for (double probability : node.probabilities) {
      ExpressionPtr rank = make_call("greatest", {make_integer_literal(1), make_call("ceil", {make_call("*", {number(probability), size})})});
      if (probability <= node.relative_error) rank = make_integer_literal(1);
      if (probability >= 1 - node.relative_error) rank = size;
      Cast index;
      index.child = rank;
      index.target = Type::integer();
      elements.push_back(make_call("element_at", {sorted, make_expression(std::move(index))}));
    }
    const ExpressionPtr none = make_call("=", {size, make_integer_literal(0)});
    Cast nothing;
    nothing.child = make_call("array", {});
    nothing.target = Type::array(Type::double_number(), true);
    per_column.push_back(make_call("if", {none, make_expression(std::move(nothing)), make_call("array", std::move(elements))}));
  }
  Aggregate whole;
  whole.aggregates = {make_expression(Alias{make_call("array", std::move(per_column)), {"approx_quantile"}, {}, 0})};
  return aggregate_over(whole, child);
}

// FrequentItems.singlePassFreqItems.
RelationPtr Resolver::frequent_items(const FreqItems& node) {
  if (node.support < 1e-4 || node.support > 1) {
    throw SparkError("_LEGACY_ERROR_ML_REQUIREMENT",
                     {{"message", "Support must be in [1e-4, 1], but got " + print_name(*number(node.support)) + "."}});
  }
  const ExpressionPtr size = make_integer_literal(static_cast<int32_t>(1 / node.support));
  if (node.columns.empty()) return project(resolve(node.child), {});
  Aggregate whole;
  whole.child = node.child;
  for (const std::string& name : node.columns) {
    const ExpressionPtr items = make_call("collect frequent items", {column_named(name), size});
    whole.aggregates.push_back(make_expression(Alias{items, {name + "_freqItems"}, {}, 0}));
  }
  return aggregate(whole);
}

// DataFrameStatFunctions.sampleBy: each stratum with its own fraction of one sequence of numbers.
RelationPtr Resolver::sample_by(const SampleBy& node) {
  std::vector<ExpressionPtr> branches;
  const bool is_valid = std::all_of(node.fractions.begin(), node.fractions.end(), [](const auto& entry) {
    return entry.second >= 0 && entry.second <= 1;
  });
  if (!is_valid) {
    std::string entries;
    for (const auto& [stratum, fraction] : node.fractions) {
      entries += (entries.empty() ? "" : ", ") + print_name(*make_literal(stratum)) + " -> " + print_name(*number(fraction));
    }
    throw SparkError("_LEGACY_ERROR_ML_REQUIREMENT", {{"message", "Fractions must be in [0, 1], but got Map(" + entries + ")."}});
  }
  for (const auto& [stratum, fraction] : node.fractions) {
    branches.push_back(make_call("<=>", {node.column, make_literal(stratum)}));
    branches.push_back(number(fraction));
  }
  branches.push_back(number(0));
  const int64_t seed = node.seed.value_or(context_.query_start_us);
  const ExpressionPtr drawn = make_call("rand", {make_literal({Type::long_integer(), seed})});
  const ExpressionPtr fraction = branches.size() == 1 ? branches[0] : make_call("when", std::move(branches));
  return filter({node.child, make_call("<", {drawn, fraction})});
}

// ResolveTranspose: the index column's values, sorted, become the names of columns.
RelationPtr Resolver::transpose(const Transpose& node) {
  RelationPtr child = resolve(node.child);
  if (node.index_columns.size() > 1) {
    throw SparkError("TRANSPOSE_INVALID_INDEX_COLUMN", {{"reason", "More than one index column"}});
  }
  if (child->output.empty()) return child;
  ExpressionPtr index = node.index_columns.empty() ? reference(child->output[0])
                                                   : expression(node.index_columns[0], scope_of(child));
  const auto* index_column = index->as<AttributeReference>();
  if (!index_column) throw SparkError("TRANSPOSE_INVALID_INDEX_COLUMN", {{"reason", "Index column must be an attribute"}});
  const TypeKind kind = index->type.kind();
  if (kind == TypeKind::kArray || kind == TypeKind::kMap || kind == TypeKind::kStruct) {
    throw SparkError("TRANSPOSE_INVALID_INDEX_COLUMN",
                     {{"reason", "Index column must be of atomic type, but found: " + index->type.simple_string()}});
  }
  Attributes values = child->output;
  erase_if(values, [&](const Attribute& a) { return a.id == index_column->id; });
  std::vector<Type> types;
  for (const Attribute& a : values) types.push_back(a.type);
  std::optional<Type> common = types.empty() ? Type::string() : types[0];
  for (const Type& type : types) {
    const auto wider = wider_type_without_text({*common, type}, rules());
    if (!wider) {
      throw SparkError("TRANSPOSE_NO_LEAST_COMMON_TYPE", {{"dt1", "\"" + common->sql() + "\""}, {"dt2", "\"" + type.sql() + "\""}});
    }
    common = wider;
  }
  const auto rows = transposed_rows(child, index, values, *common);
  std::vector<RelationPtr> lines;
  for (size_t i = 0; i < values.size(); ++i) {
    std::vector<ExpressionPtr> line;
    const auto add = [&](Literal value, const std::string& name, bool nullable) {
      const Type type = value.type;
      line.push_back(make_typed(Alias{make_typed(std::move(value), type, nullable), {name}, {}, next_attribute_id()}, type, nullable));
    };
    add({Type::string(), values[i].name}, "key", false);
    for (const auto& row : rows) add(row[i + 1], std::get<std::string>(row[0].value), true);
    lines.push_back(select(make_resolved(OneRow{}, {}), std::move(line)));
  }
  if (lines.empty()) {
    std::vector<ExpressionPtr> line = {make_typed(Alias{make_string_literal(""), {"key"}, {}, next_attribute_id()}, Type::string(), false)};
    RelationPtr one = select(make_resolved(OneRow{}, {}), std::move(line));
    const Attributes output = one->output;
    return make_resolved(Limit{one, make_integer_literal(0)}, output);
  }
  return lines.size() == 1 ? lines[0] : combine(SetOperation{}, std::move(lines));
}

// The index as text and the values in one type, sorted by the index.
std::vector<std::vector<Literal>> Resolver::transposed_rows(const RelationPtr& child, const ExpressionPtr& index,
                                                            const Attributes& values, const Type& common) {
  FIRESTEEL_CHECK(context_.evaluate != nullptr, "no engine to transpose with");
  int64_t rows_max = 500;
  if (context_.configuration) {
    if (const auto text = context_.configuration("spark.sql.transposeMaxValues")) rows_max = std::stoll(*text);
  }
  const ExpressionPtr there = bound("isnotnull", {index});
  RelationPtr kept = make_resolved(Filter{child, there}, child->output);
  const ExpressionPtr order = make_typed(SortOrder{index, true, NullOrder::kFirst}, index->type, index->nullable);
  kept = make_resolved(Sort{kept, {order}, true}, child->output);
  kept = make_resolved(Limit{kept, make_integer_literal(static_cast<int32_t>(rows_max + 1))}, child->output);
  std::vector<ExpressionPtr> columns;
  const auto add = [&](const ExpressionPtr& value, const std::string& name) {
    columns.push_back(make_typed(Alias{value, {name}, {}, next_attribute_id()}, value->type, value->nullable));
  };
  add(cast_to(index, Type::string(), rules()), "key");
  for (const Attribute& a : values) add(cast_to(reference(a), common, rules()), a.name);
  auto rows = context_.evaluate(select(kept, std::move(columns)));
  if (static_cast<int64_t>(rows.size()) > rows_max) {
    throw SparkError("TRANSPOSE_EXCEED_ROW_LIMIT",
                     {{"maxValues", std::to_string(rows_max)}, {"config", "spark.sql.transposeMaxValues"}});
  }
  return rows;
}

}  // namespace firesteel::analyze
