#include "connect/scan_text.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>

#include "base/text.h"
#include "connect/expression_text.h"
#include "functions/function.h"

namespace firesteel::connect {

namespace {

using namespace plan;

// "EqualTo(p,1)": the form of Spark's data source filters; empty for conditions of another shape.
std::string pushed_text(const Expression& condition) {
  const auto* call = condition.as<FunctionCall>();
  if (!call || call->arguments.empty()) return "";
  const auto* column = call->arguments[0]->as<AttributeReference>();
  if (!column) return "";
  const std::string name = expression_class(condition);
  if (call->arguments.size() == 1 && (name == "IsNull" || name == "IsNotNull"))
    return name + "(" + column->name + ")";
  static constexpr std::string_view comparisons[] = {
      "EqualTo",  "EqualNullSafe",      "GreaterThan",
      "LessThan", "GreaterThanOrEqual", "LessThanOrEqual"};
  const bool is_comparison =
      std::find(std::begin(comparisons), std::end(comparisons), name) != std::end(comparisons);
  if (!is_comparison || call->arguments.size() != 2) return "";
  const Expression* value = call->arguments[1].get();
  if (const auto* cast = value->as<Cast>()) value = cast->child.get();
  return value->as<Literal>() ? name + "(" + column->name + "," + expression_text(*value) + ")"
                              : "";
}

std::string bracketed(const std::vector<std::string>& parts) {
  return "[" + joined(parts) + "]";
}

bool is_on_partitions(const ExpressionPtr& condition, const Scan& scan) {
  bool is_inside = true;
  walk(condition, [&](const ExpressionPtr& e) {
    if (const auto* reference = e->as<AttributeReference>()) {
      is_inside =
          is_inside &&
          std::any_of(scan.partition_schema.begin(), scan.partition_schema.end(),
                      [&](const StructField& field) { return field.name == reference->name; });
    }
    return true;
  });
  return is_inside;
}

std::string format_name(const std::string& format) {
  if (format == "parquet") return "Parquet";
  if (format == "text") return "Text";
  if (format == "libsvm") return "LibSVM";
  return upper_case(format);
}

}  // namespace

ScanText scan_text(const Relation& relation, const Scan& scan,
                   const std::vector<ExpressionPtr>& filters) {
  std::vector<std::string> data_filters;
  std::vector<std::string> partition_filters;
  std::vector<std::string> pushed;
  for (const ExpressionPtr& filter : filters) {
    const bool is_partition = !scan.partition_schema.empty() && is_on_partitions(filter, scan);
    (is_partition ? partition_filters : data_filters).push_back(expression_text(*filter));
    if (const std::string text = is_partition ? "" : pushed_text(*filter); !text.empty())
      pushed.push_back(text);
  }
  std::vector<std::string> roots;
  for (const std::string& path : scan.root_paths) {
    roots.push_back(path.find(':') == std::string::npos ? "file:" + path : path);
  }
  std::string columns = "[";
  for (const Attribute& attribute : relation.output)
    columns += (columns.size() == 1 ? "" : ",") + attribute_text(attribute);
  columns += "]";
  const std::string batched = scan.format == "parquet" ? "true" : "false";
  const std::string schema = Type::structure(scan.data_schema).simple_string();
  ScanText text;
  text.line = scan.format + " " + columns + " Batched: " + batched +
              ", DataFilters: " + bracketed(data_filters) + ", Format: " + format_name(scan.format) +
              ", Location: InMemoryFileIndex(" + std::to_string(roots.size()) + " paths)" +
              bracketed(roots) + ", PartitionFilters: " + bracketed(partition_filters) +
              ", PushedFilters: " + bracketed(pushed) + ", ReadSchema: " + schema;
  text.details = {
      {"Output [" + std::to_string(relation.output.size()) + "]", attribute_list(relation.output)},
      {"Batched", batched},
      {"Location", "InMemoryFileIndex " + bracketed(roots)}};
  if (!partition_filters.empty())
    text.details.emplace_back("PartitionFilters", bracketed(partition_filters));
  if (!pushed.empty()) text.details.emplace_back("PushedFilters", bracketed(pushed));
  text.details.emplace_back("ReadSchema", schema);
  return text;
}

}  // namespace firesteel::connect
