#include "sql/plan_text.h"

#include <gtest/gtest.h>

#include "sql/parser.h"

namespace firesteel::sql::plan_text {

namespace {

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string list(const std::vector<plan::ExpressionPtr>& expressions) {
  std::vector<std::string> parts;
  for (const auto& expression : expressions) parts.push_back(to_text(expression));
  return joined(parts, ", ");
}

std::string int128_text(__int128 value) {
  if (value < 0) return "-" + int128_text(-value);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

struct LiteralText {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    std::ostringstream out;
    out << value;
    return out.str();
  }
  std::string operator()(__int128 value) const { return int128_text(value); }
  std::string operator()(const std::string& value) const { return "'" + value + "'"; }
  template <typename T>
  std::string operator()(const T&) const {
    return "?";
  }
};

std::string bound_text(const plan::WindowFrame::Bound& bound) {
  using Kind = plan::WindowFrame::Bound::Kind;
  if (bound.kind == Kind::kUnboundedPreceding) return "-inf";
  if (bound.kind == Kind::kUnboundedFollowing) return "+inf";
  return bound.kind == Kind::kCurrentRow ? "0" : to_text(bound.value);
}

struct ExpressionText {
  std::string operator()(const plan::Literal& node) const {
    const bool is_plain = node.type.is(plan::TypeKind::kInteger) || node.type.is_string() ||
                          node.type.is(plan::TypeKind::kBoolean) || node.is_null();
    const std::string value = std::visit(LiteralText(), node.value);
    return is_plain ? value : node.type.simple_string() + ":" + value;
  }
  std::string operator()(const plan::UnresolvedAttribute& node) const {
    return joined(node.parts, ".");
  }
  std::string operator()(const plan::UnresolvedStar& node) const {
    std::string text = joined(node.target, ".") + "*";
    for (const auto& except : node.except) text += "-" + joined(except, ".");
    return text;
  }
  std::string operator()(const plan::UnresolvedFunction& node) const {
    std::string text = "(" + joined(node.name, ".") + (node.is_distinct ? " distinct" : "");
    for (const auto& argument : node.arguments) text += " " + to_text(argument);
    text += ")";
    if (!node.order_by.empty()) text += " within[" + list(node.order_by) + "]";
    if (node.filter) text += " filter[" + to_text(node.filter) + "]";
    return text + (node.ignore_nulls ? " ignore nulls" : "");
  }
  std::string operator()(const plan::UnresolvedExtract& node) const {
    return to_text(node.child) + "[" + to_text(node.extraction) + "]";
  }
  std::string operator()(const plan::UnresolvedLambdaVariable& node) const {
    return "$" + joined(node.parts, ".");
  }
  std::string operator()(const plan::NamedArgument& node) const {
    return node.name + "=>" + to_text(node.value);
  }
  std::string operator()(const plan::Parameter& node) const {
    return node.name.empty() ? "?" + std::to_string(node.position) : ":" + node.name;
  }
  std::string operator()(const plan::Alias& node) const {
    return to_text(node.child) + " as " + joined(node.names, "/");
  }
  std::string operator()(const plan::Cast& node) const {
    const char* name = node.mode == plan::CastMode::kTry ? "try_cast(" : "cast(";
    return name + to_text(node.child) + " " + node.target.simple_string() + ")";
  }
  std::string operator()(const plan::SortOrder& node) const {
    return to_text(node.child) + (node.is_ascending ? " asc" : " desc") +
           (node.null_order == plan::NullOrder::kFirst ? " first" : " last");
  }
  std::string operator()(const plan::LambdaFunction& node) const {
    return "{" + list(node.parameters) + " -> " + to_text(node.body) + "}";
  }
  std::string operator()(const plan::Window& node) const {
    std::string text = node.function ? to_text(node.function) : "";
    text += " over[" + node.name;
    if (!node.partition_by.empty()) text += "by " + list(node.partition_by) + "; ";
    text += list(node.order_by);
    if (node.frame) {
      text += node.frame->unit == plan::WindowFrame::Unit::kRows ? "; rows " : "; range ";
      text += bound_text(node.frame->lower) + ".." + bound_text(node.frame->upper);
    }
    return text + "]";
  }
  std::string operator()(const plan::Subquery& node) const {
    const std::string plan = "{" + to_text(node.plan) + "}";
    if (node.kind == plan::SubqueryKind::kExists) return "exists" + plan;
    return node.kind == plan::SubqueryKind::kIn ? list(node.in_values) + " in " + plan : plan;
  }
  template <typename T>
  std::string operator()(const T&) const {
    return "?";
  }
};

struct RelationText {
  std::string operator()(const plan::UnresolvedTable& node) const {
    return joined(node.parts, ".");
  }
  std::string operator()(const plan::OneRow&) const { return "OneRow"; }
  std::string operator()(const plan::With& node) const {
    std::string text = node.is_recursive ? "WithRecursive[" : "With[";
    for (const auto& definition : node.definitions) {
      text += definition.name + "(" + joined(definition.column_names, ",") + ")=" +
              to_text(definition.query) + "; ";
    }
    return text + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::InlineTable& node) const {
    std::string text = "Values";
    for (const auto& row : node.rows) text += "[" + list(row) + "]";
    return text;
  }
  std::string operator()(const plan::TableFunction& node) const {
    return joined(node.name, ".") + "(" + list(node.arguments) + ")";
  }
  std::string operator()(const plan::LateralView& node) const {
    return std::string(node.is_outer ? "LateralViewOuter[" : "LateralView[") +
           to_text(node.generator) + " " + node.table_alias + " " +
           joined(node.column_aliases, ",") + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::NamedWindows& node) const {
    std::string text = "Windows[";
    for (const auto& [name, window] : node.windows) text += name + to_text(window);
    return text + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Hint& node) const {
    return "Hint[" + node.name + " " + list(node.parameters) + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Unpivot& node) const {
    return "Unpivot[" + list(node.ids) + "; " + list(*node.values) + "; " +
           node.variable_column_name + " " + node.value_column_name + "](" +
           to_text(node.child) + ")";
  }
  std::string operator()(const plan::Drop& node) const {
    return "Drop[" + joined(node.names, ",") + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Project& node) const {
    return "Project[" + list(node.expressions) + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Filter& node) const {
    return "Filter[" + to_text(node.condition) + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Join& node) const {
    static constexpr const char* kKinds[] = {"Inner", "Left", "Right", "Full",
                                             "Semi",  "Anti", "Cross"};
    std::string text = std::string(node.is_natural ? "Natural" : "") +
                       (node.is_lateral ? "Lateral" : "") + kKinds[static_cast<int>(node.kind)];
    if (node.condition) text += "[" + to_text(node.condition) + "]";
    if (!node.using_columns.empty()) text += "[using " + joined(node.using_columns, ",") + "]";
    return text + "(" + to_text(node.left) + ", " + to_text(node.right) + ")";
  }
  std::string operator()(const plan::SetOperation& node) const {
    static constexpr const char* kKinds[] = {"Union", "Intersect", "Except"};
    std::string text = kKinds[static_cast<int>(node.kind)];
    if (node.is_all) text += "All";
    std::vector<std::string> inputs;
    for (const auto& input : node.inputs) inputs.push_back(to_text(input));
    return text + "(" + joined(inputs, ", ") + ")";
  }
  std::string operator()(const plan::Sort& node) const {
    return std::string(node.is_global ? "Sort[" : "SortLocal[") + list(node.order) + "](" +
           to_text(node.child) + ")";
  }
  std::string operator()(const plan::Limit& node) const {
    return "Limit[" + to_text(node.limit) + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Offset& node) const {
    return "Offset[" + to_text(node.offset) + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Aggregate& node) const {
    static constexpr const char* kKinds[] = {"", "Rollup", "Cube", "Pivot", "Sets", "All"};
    std::string text = "Aggregate" + std::string(kKinds[static_cast<int>(node.kind)]) + "[" +
                       list(node.grouping) + "; " + list(node.aggregates);
    for (const auto& set : node.grouping_sets) text += "; {" + list(set) + "}";
    if (node.pivot_column) {
      text += "; " + to_text(node.pivot_column) + " in " + list(node.pivot_values);
    }
    if (node.having) text += "; having " + to_text(node.having);
    return text + "](" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Sample& node) const {
    std::ostringstream out;
    out << "Sample[" << node.upper_bound << "]";
    return out.str() + "(" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::Deduplicate& node) const {
    return "Distinct(" + to_text(node.child) + ")";
  }
  std::string operator()(const plan::SubqueryAlias& node) const {
    std::string name = node.alias == "__auto_generated_subquery_name" ? "" : node.alias;
    if (!node.column_names.empty()) name += "(" + joined(node.column_names, ",") + ")";
    return "As " + name + "{" + to_text(node.child) + "}";
  }
  std::string operator()(const plan::Repartition& node) const {
    return "Repartition[" + list(node.expressions) + "](" + to_text(node.child) + ")";
  }
  template <typename T>
  std::string operator()(const T&) const {
    return "?";
  }
};

}  // namespace

std::string to_text(const plan::ExpressionPtr& expression) {
  return std::visit(ExpressionText(), expression->node);
}

std::string to_text(const plan::RelationPtr& relation) {
  return std::visit(RelationText(), relation->node);
}

TEST(PlanText, ShowsNodes) {
  EXPECT_EQ(to_text(parse_query("select 1")), "Project[1](OneRow)");
}

}  // namespace firesteel::sql::plan_text
