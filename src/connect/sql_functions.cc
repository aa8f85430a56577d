#include "connect/sql_functions.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "catalog/warehouse.h"
#include "connect/analysis.h"
#include "connect/catalog_calls.h"
#include "connect/decode.h"
#include "connect/definitions.h"
#include "connect/session_state.h"
#include "connect/sql_text.h"
#include "connect/table_calls.h"
#include "functions/function.h"
#include "functions/own_names.h"
#include "plan/char_columns.h"

namespace firesteel::connect {

namespace {

using analyze::FoundFunction;
using plan::SqlFunction;
using plan::SqlFunctionParameter;
using Definition = std::shared_ptr<const SqlFunction>;

FoundFunction parsed(const RequestContext& context, Definition definition, FunctionCalls calls) {
  const std::shared_ptr<const Config> config = configuration_as_made(context, definition->configuration);
  const sql::ParserOptions options = parser_options(*config);
  FoundFunction found;
  for (const SqlFunctionParameter& parameter : definition->parameters) {
    found.defaults.push_back(parameter.default_text ? sql::parse_expression(*parameter.default_text, options) : nullptr);
  }
  if (definition->body_is_query) {
    found.query = sql::parse_query(definition->body_text, options);
  } else {
    found.expression = sql::parse_expression(definition->body_text, options);
  }
  const RequestContext inner{context.session, context.global_views, context.backend, definition->current_database,
                             definition->is_temporary()};
  auto analysis = std::make_shared<analyze::AnalysisContext>(analysis_context(inner, config, nullptr));
  calls.around.push_back(joined(definition->name, "."));
  analysis->functions_around = calls.around;
  analysis->find_function = [inner, calls = std::move(calls)](const std::vector<std::string>& name) {
    return find_sql_function(inner, name, calls);
  };
  found.context = std::move(analysis);
  found.definition = std::move(definition);
  return found;
}

void check_names(const std::string& condition, const std::string& argument, const std::vector<std::string>& names,
                 const std::string& routine) {
  std::set<std::string> seen;
  std::string twice;
  for (const std::string& name : names) {
    if (!seen.insert(lower_case(name)).second) twice += (twice.empty() ? "" : ", ") + quoted_name({lower_case(name)});
  }
  if (!twice.empty()) throw SparkError(condition, {{"routineName", routine}, {argument, twice}});
}

void check_no_sized_text(const plan::Type& type) {
  if (plan::has_length(type)) {
    throw SparkError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", {});
  }
}

// UserDefinedFunction's own checks, before anything is resolved.
void check_signature(const FoundFunction& function) {
  const SqlFunction& definition = *function.definition;
  const std::string& routine = definition.name.back();
  std::vector<std::string> names;
  for (const SqlFunctionParameter& parameter : definition.parameters) {
    names.push_back(parameter.name);
    check_no_sized_text(parameter.type);
  }
  check_names("DUPLICATE_ROUTINE_PARAMETER_NAMES", "names", names, routine);
  for (size_t i = 0; i + 1 < definition.parameters.size(); ++i) {
    if (!function.defaults[i] || function.defaults[i + 1]) continue;
    throw SparkError("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION",
                     {{"functionName", routine},
                      {"parameterName", definition.parameters[i].name},
                      {"nextParameterName", definition.parameters[i + 1].name}});
  }
  for (size_t i = 0; i < definition.parameters.size(); ++i) {
    if (!function.defaults[i] || !holds_subquery(function.defaults[i])) continue;
    throw SparkError("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION",
                     {{"functionName", routine}, {"parameterName", definition.parameters[i].name}});
  }
  if (!definition.result) return;
  check_no_sized_text(*definition.result);
  if (!definition.is_table) return;
  names.clear();
  for (const plan::StructField& column : definition.result->fields()) names.push_back(column.name);
  check_names("DUPLICATE_ROUTINE_RETURNS_COLUMNS", "columns", names, routine);
}

// As Spark's errors show it.
std::vector<std::string> without_catalog(const std::vector<std::string>& name) {
  return {name.size() == 3 ? name.begin() + 1 : name.begin(), name.end()};
}

// The function's surroundings while it is made: nothing temporary stands in what outlives the session, and it is
// noted, or refused, where the body reads data.
std::shared_ptr<const analyze::AnalysisContext> watched(const RequestContext& context, const FoundFunction& function,
                                                        const std::shared_ptr<bool>& reads_data) {
  const Definition definition = function.definition;
  auto watched = std::make_shared<analyze::AnalysisContext>(*function.context);
  if (!definition->is_temporary()) {
    *watched = without_temporary_objects(context, *watched, "FUNCTION", quoted_name(without_catalog(definition->name)));
  }
  const auto note_read = [definition, reads_data] {
    if (definition->reads_data == false) throw SparkError("INVALID_SQL_FUNCTION_DATA_ACCESS", {});
    *reads_data = true;
  };
  watched->find_view = [=, find = watched->find_view](const std::vector<std::string>& name) {
    analyze::FoundTable found = find(name);
    if (found.plan) note_read();
    return found;
  };
  watched->resolve_source = [=, resolve = watched->resolve_source](const plan::UnresolvedRead& read) {
    note_read();
    return resolve(read);
  };
  watched->find_function = [=, find = watched->find_function](const std::vector<std::string>& name) {
    std::optional<FoundFunction> found = find(name);
    if (found && found->definition->reads_data == true) note_read();
    return found;
  };
  return watched;
}

void throw_already_exists(const SqlFunction& function) {
  throw SparkError("ROUTINE_ALREADY_EXISTS",
                   {{"newRoutineType", "routine"}, {"routineName", quoted_name(without_catalog(function.name))}, {"existingRoutineType", "routine"}});
}

}  // namespace

Definition find_function_definition(const RequestContext& context, const std::vector<std::string>& name) {
  const std::optional<std::string> own = context.sees_temporary ? session_name(name) : std::nullopt;
  if (own) {
    if (const auto found = context.session.state().functions().find(*own)) return *found;
    if (name.size() > 1) return nullptr;
  }
  if (context.backend.warehouse == nullptr) return nullptr;
  const TableName full = table_name(context, name);
  return context.backend.warehouse->find_function(full.database, full.table);
}

Definition find_own_function(const RequestContext& context, const std::vector<std::string>& name) {
  // Built-in functions come first.
  const bool is_built_in = functions::find_function(lower_case(name.back())) != nullptr && functions::is_built_in(name);
  return is_built_in ? nullptr : find_function_definition(context, name);
}

std::optional<FoundFunction> find_sql_function(const RequestContext& context, const std::vector<std::string>& name,
                                               FunctionCalls calls) {
  Definition definition = find_function_definition(context, name);
  if (!definition) return std::nullopt;
  constexpr int kCallsMax = 10'000;
  if (++*calls.count > kCallsMax) throw_unsupported("EXPRESSION", "more than 10,000 calls of SQL functions in a query");
  return parsed(context, std::move(definition), std::move(calls));
}

std::vector<Definition> function_definitions(const RequestContext& context, const std::string& database) {
  std::vector<Definition> found;
  for (const auto& [name, function] : context.session.state().functions().all()) found.push_back(function);
  if (context.backend.warehouse == nullptr) return found;
  const std::vector<Definition> kept = context.backend.warehouse->functions(database);
  found.insert(found.end(), kept.begin(), kept.end());
  return found;
}

namespace {

// Names and types in columns, one line each; with defaults and comments in the extended form.
std::vector<std::string> signature_lines(const std::vector<SqlFunctionParameter>& parameters, bool is_extended) {
  if (parameters.empty()) return {"()"};
  size_t name_width = 0;
  size_t type_width = 0;
  for (const SqlFunctionParameter& parameter : parameters) {
    name_width = std::max(name_width, parameter.name.size());
    type_width = std::max(type_width, parameter.type.sql().size());
  }
  const auto padded = [](std::string text, size_t width) { return text + std::string(width - text.size(), ' '); };
  std::vector<std::string> lines;
  for (const SqlFunctionParameter& parameter : parameters) {
    std::string line = padded(parameter.name, name_width) + " " + padded(parameter.type.sql(), type_width);
    if (is_extended && parameter.default_text) line += " DEFAULT " + *parameter.default_text;
    if (is_extended && !parameter.comment.empty()) line += " '" + parameter.comment + "'";
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> result_lines(const SqlFunction& function, bool is_extended) {
  if (!function.is_table) return {function.result->sql()};
  std::vector<SqlFunctionParameter> columns;
  for (const plan::StructField& field : function.result->fields()) columns.push_back({field.name, field.type, {}, column_comment(field)});
  return signature_lines(columns, is_extended);
}

}  // namespace

std::vector<std::string> describe_sql_function(const RequestContext& context, const SqlFunction& function, bool is_extended) {
  const size_t width = is_extended ? std::string_view("Deterministic: ").size() : std::string_view("Function: ").size();
  std::vector<std::string> lines;
  const auto add = [&](std::string label, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      lines.push_back(label + std::string(width - label.size(), ' ') + text);
      label.clear();
    }
  };
  add("Function:", {joined(function.name, ".")});
  add("Type:", {function.is_table ? "TABLE" : "SCALAR"});
  add("Input:", signature_lines(function.parameters, is_extended));
  add("Returns:", result_lines(function, is_extended));
  if (!is_extended) return lines;
  if (!function.comment.empty()) add("Comment:", {function.comment});
  add("Deterministic:", {function.is_deterministic.value_or(true) ? "true" : "false"});
  add("Data Access:", {function.reads_data.value_or(false) ? "READS SQL DATA" : "CONTAINS SQL"});
  std::vector<std::string> configuration;
  for (const auto& [key, value] : function.configuration) configuration.push_back(key + "=" + value);
  add("Configs:", configuration);
  add("Create Time:", {created_time(context, function.created_ms)});
  add("Body:", {function.body_text});
  return lines;
}

void create_function(const RequestContext& context, const sql::CreateFunction& statement) {
  auto function = std::make_shared<SqlFunction>(statement.function);
  if (statement.is_temporary) {
    function->name = {lower_case(function->name.back())};
  } else {
    FIRESTEEL_CHECK(context.backend.warehouse != nullptr, "a server without a warehouse");
    const TableName full = table_name(context, function->name);
    function->name = {"spark_catalog", context.backend.warehouse->database(full.database).name, lower_case(full.table)};
  }
  function->current_database = context.current_database();
  function->configuration = kept_configuration(context);
  function->created_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  SessionFunctions& temporary = context.session.state().functions();
  const std::string& name = function->name.back();
  const bool exists = statement.is_temporary ? temporary.find(name).has_value()
                                             : context.backend.warehouse->find_function(function->name[1], name) != nullptr;
  if (exists && statement.if_not_exists) return;
  FoundFunction found = parsed(context, function, {});
  check_signature(found);
  const auto reads_data = std::make_shared<bool>(false);
  found.context = watched(context, found, reads_data);
  plan::Type result = analyze::result_of_function(found);
  if (exists && !statement.replace) throw_already_exists(*function);
  if (!function->result) function->result = std::move(result);
  if (!function->reads_data) function->reads_data = *reads_data;
  if (statement.is_temporary) return temporary.put(name, function);
  context.backend.warehouse->put_function(function);
}

void drop_function(const RequestContext& context, const sql::DropFunction& statement) {
  const auto not_found = [&](const std::vector<std::string>& name) {
    if (!statement.if_exists) throw SparkError("ROUTINE_NOT_FOUND", {{"routineName", quoted_name(name)}});
  };
  const std::optional<std::string> own = statement.is_temporary ? session_name(statement.name) : std::nullopt;
  if (own && context.session.state().functions().drop(*own)) return;
  if (statement.name.size() == 1 && functions::find_function(lower_case(statement.name[0]))) {
    throw SparkError("FORBIDDEN_OPERATION", {{"statement", "DROP"}, {"objectType", "FUNCTION"}, {"objectName", quoted_name(statement.name)}});
  }
  if (statement.is_temporary) return not_found({statement.name.back()});
  FIRESTEEL_CHECK(context.backend.warehouse != nullptr, "a server without a warehouse");
  const TableName full = table_name(context, statement.name);
  if (!context.backend.warehouse->drop_function(full.database, full.table)) not_found({full.database, full.table});
}

}  // namespace firesteel::connect
