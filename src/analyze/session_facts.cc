// Calls that ask for what surrounds the rows: the time of the query, the session, the file below.
#include "analyze/resolver.h"
#include "base/config.h"
#include "base/config_values.h"
#include "functions/foldable.h"
#include "functions/function.h"

namespace firesteel::analyze {

bool is_enabled(const AnalysisContext& context, std::string_view key) {
  const std::optional<std::string> value = context.configuration ? context.configuration(key) : std::nullopt;
  if (value) return lower_case(trim(*value)) == "true";
  const ConfigEntry* entry = find_config_entry(key);
  FIRESTEEL_CHECK(entry != nullptr && entry->default_value, "a setting without a default: " + std::string(key));
  return *entry->default_value == "true";
}

using namespace plan;
using functions::Function;

// Whether it holds input_file_name() or its kin, which are columns and constants by now.
bool Resolver::asks_for_file(const ExpressionPtr& expression) const {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& e) {
    const auto name = rewritten_names_.find(e.get());
    const auto* call = e->as<FunctionCall>();
    found |= (name != rewritten_names_.end() && name->second.starts_with("input_file_")) || (call && call->function->name.starts_with("input_file_"));
    return !found;
  });
  return found;
}

namespace {

// Count.checkInputDataTypes.
void check_parameterless_count(const AnalysisContext& context) {
  constexpr const char* kKey = "spark.sql.legacy.allowParameterlessCount";
  if (is_enabled(context, kKey)) return;
  throw SparkError("WRONG_NUM_ARGS.WITH_SUGGESTION", {{"functionName", "`count`"},
                                                      {"expectedNum", " >= 1"},
                                                      {"actualNum", "0"},
                                                      {"legacyNum", "0"},
                                                      {"legacyConfKey", "\"" + std::string(kKey) + "\""},
                                                      {"legacyConfValue", "\"true\""}});
}

}  // namespace

// Calls whose value one query sees as a constant; they keep the call's name.
ExpressionPtr Resolver::session_fact(const Function& row, const FunctionCall& call) {
  if (row.name == "count" && call.arguments.empty()) check_parameterless_count(context_);
  if (row.name == "grouping_id" && is_enabled(context_, "spark.sql.legacy.integerGroupingId")) {
    return make_typed(FunctionCall(call), Type::integer(), false);
  }
  if (row.name == "input_file_name") {
    if (!file_name_) return shown_as(make_string_literal(""), "input_file_name()");
    // An own node, so that the call's name stays with this use alone.
    return shown_as(std::make_shared<Expression>(*file_name_), "input_file_name()");
  }
  if (row.name.starts_with("input_file_block_")) {
    // One file is one block here: it starts at 0 and has the file's length.
    if (!file_block_ || !file_block_->as<AttributeReference>()) return nullptr;
    const std::string field = "file_block" + std::string(row.name.substr(std::string_view("input_file_block").size()));
    return shown_as(field_of(file_block_, field, {}), std::string(row.name) + "()");
  }
  Literal value;
  const Literal query_start = {Type::timestamp(), context_.query_start_us, true};
  if (row.name == "current_timestamp") value = query_start;
  else if (row.name == "current_date" || row.name == "localtimestamp") {
    Cast cast;
    cast.child = make_literal(query_start);
    cast.target = row.name == "current_date" ? Type::date() : Type::timestamp_ntz();
    cast.mode = CastMode::kLegacy;
    cast.is_user_specified = false;
    cast.time_zone = context_.time_zone;
    const Type target = cast.target;
    return shown_as(make_typed(std::move(cast), target, false),
                    print_name(Expression{call, {}, true, {}}));
  }
  else if (row.name == "current_timezone") value = {Type::string(), context_.time_zone};
  else if (row.name == "current_user") value = {Type::string(), context_.user};
  else if (row.name == "current_catalog") value = {Type::string(), context_.current_catalog};
  else if (row.name == "current_schema") value = {Type::string(), context_.current_database};
  else if (row.name == "current_path") {
    value = {Type::string(), "system.builtin,system.session," + context_.current_catalog + "." + context_.current_database};
  }
  else if (row.name == "version") value = {Type::string(), context_.spark_version + " firesteel"};
  else if (row.name == "typeof") value = {Type::string(), call.arguments[0]->type.simple_string()};
  else return nullptr;
  auto fact = std::make_shared<Expression>(*make_literal(std::move(value)));
  fact->is_replaced = functions::is_replaced(call);
  return shown_as(fact, print_name(Expression{call, {}, true, {}}));
}

}  // namespace firesteel::analyze
