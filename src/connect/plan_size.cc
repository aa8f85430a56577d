#include "connect/plan_size.h"

#include <arrow/table.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "plan/type_size.h"

namespace firesteel::connect {

namespace {

using namespace plan;

double integer_of(const ExpressionPtr& expression) {
  const auto* literal = expression ? expression->as<Literal>() : nullptr;
  const auto* value = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
  return value ? static_cast<double>(*value) : 0;
}

PlanSize limited(const Relation& relation, const ExpressionPtr& limit, const RelationPtr& child) {
  double rows = integer_of(limit);
  if (const auto below = plan_size(*child).rows) rows = std::min(rows, *below);
  return {std::max(1.0, rows * row_size_bytes(relation.output)), rows};
}

PlanSize scan_size(const Scan& scan) {
  return {std::max(1.0, static_cast<double>(file_size_bytes(scan))), {}};
}

// The child's size, as much wider or narrower as the rows become.
PlanSize resized(const Relation& relation, const Relation& child, bool keeps_rows) {
  PlanSize size = plan_size(child);
  size.bytes =
      std::max(1.0, std::floor(size.bytes * row_size_bytes(relation.output) / row_size_bytes(child.output)));
  if (!keeps_rows) size.rows.reset();
  return size;
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

// "1.00E+3": as Java's BigDecimal writes it, without zeros before the exponent.
std::string scientific(double value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.2E", value);
  std::string result = text;
  const size_t sign = result.find('E') + 1;
  while (sign + 2 < result.size() && result[sign + 1] == '0') result.erase(sign + 1, 1);
  return result;
}

}  // namespace

PlanSize plan_size(const Relation& relation) {
  if (relation.as<OneRow>()) return {1, 1.0};
  if (const auto* n = relation.as<LocalData>()) {
    const auto rows = static_cast<double>(n->table ? n->table->num_rows() : 0);
    return {std::max(1.0, rows * row_size_bytes(relation.output)), rows};
  }
  if (const auto* n = relation.as<Range>()) {
    const double rows = n->step == 0 ? 0
                                     : std::max(0.0, std::ceil((static_cast<double>(n->end) -
                                                                static_cast<double>(n->start)) /
                                                               static_cast<double>(n->step)));
    return {std::max(1.0, rows * 8), rows};
  }
  if (const auto* n = relation.as<Scan>()) return scan_size(*n);
  if (const auto* n = relation.as<Limit>()) return limited(relation, n->limit, n->child);
  if (const auto* n = relation.as<Tail>()) return limited(relation, n->limit, n->child);
  const std::vector<RelationPtr> inputs = plan::children(relation);
  if (const auto* n = relation.as<Join>()) {
    const bool keeps_left = n->kind == JoinKind::kLeftSemi || n->kind == JoinKind::kLeftAnti;
    if (keeps_left) return {plan_size(*n->left).bytes, {}};
    return {plan_size(*n->left).bytes * plan_size(*n->right).bytes, {}};
  }
  if (const auto* n = relation.as<Aggregate>(); n && n->grouping.empty())
    return {row_size_bytes(relation.output), 1.0};
  if (inputs.size() == 1) {
    const bool keeps_rows = relation.as<Project>() || relation.as<Sort>() ||
                            relation.as<Repartition>() || relation.as<WindowColumns>();
    return resized(relation, *inputs[0], keeps_rows);
  }
  PlanSize sum{0, {}};
  for (const RelationPtr& input : inputs) sum.bytes += plan_size(*input).bytes;
  sum.bytes = std::max(1.0, sum.bytes);
  return sum;
}

std::string statistics_text(const PlanSize& size) {
  // Utils.bytesToString: a unit is left behind at twice its size.
  static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = size.bytes;
  size_t unit = 0;
  while (value >= 2 * 1024.0 && unit + 1 < std::size(units)) {
    value /= 1024.0;
    ++unit;
  }
  std::string text =
      "Statistics(sizeInBytes=" + (value >= 1e6 ? scientific(value) : fixed(value, 1)) + " " +
      units[unit];
  // Counts of four and more digits are shown with three of them: 1.00E+3.
  if (size.rows)
    text += ", rowCount=" + (*size.rows < 1000 ? fixed(*size.rows, 0) : scientific(*size.rows));
  return text + ")";
}

}  // namespace firesteel::connect
