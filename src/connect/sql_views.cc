#include "connect/sql_views.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "analyze/casts.h"
#include "analyze/coercion.h"
#include "base/error.h"
#include "base/text.h"
#include "connect/analysis.h"
#include "connect/catalog_calls.h"
#include "connect/definitions.h"
#include "connect/sql_text.h"
#include "connect/table_calls.h"
#include "storage/object_store.h"

namespace firesteel::connect {

namespace {

using catalog::Table;
using plan::Attribute;
using plan::ExpressionPtr;
using plan::RelationPtr;
using plan::ViewSchema;

// Views of a session stand in no database, or in this one, which is not the catalog's.
constexpr const char* kGlobalDatabase = "global_temp";

bool is_temporary(const Table& view) { return view.database.empty() || view.database == kGlobalDatabase; }

std::string quoted(const Table& view) {
  if (view.database.empty()) return quoted_name({view.name});
  return is_temporary(view) ? quoted_name({view.database, view.name}) : TableName{view.database, view.name}.quoted();
}

// ---- reading -----------------------------------------------------------------------------------

std::string definition_of(const Table& view) {
  if (is_temporary(view)) return "CREATE OR REPLACE TEMPORARY VIEW";
  std::vector<std::string> names;
  for (const plan::StructField& field : view.schema) names.push_back(field.name);
  const std::string columns = names == view.view->columns ? " " : " (" + joined(names) + ") ";
  return "CREATE OR REPLACE VIEW spark_catalog." + view.database + "." + view.name + columns + "AS " + view.view->text;
}

// For each column of the view its place among those of the query now: by name, equal names by their order.
std::vector<size_t> places_of(const Table& view, const plan::Attributes& now, bool is_case_sensitive) {
  const auto is_same = [&](const std::string& a, const std::string& b) { return is_case_sensitive ? a == b : equal_ignoring_case(a, b); };
  const std::vector<std::string>& names = view.view->columns;
  std::vector<size_t> places;
  for (size_t i = 0; i < names.size(); ++i) {
    size_t before = 0;
    size_t expected = 0;
    for (size_t j = 0; j < names.size(); ++j) {
      if (!is_same(names[j], names[i])) continue;
      ++expected;
      before += j < i;
    }
    std::vector<size_t> candidates;
    std::vector<std::string> found;
    for (size_t j = 0; j < now.size(); ++j) {
      if (!is_same(now[j].name, names[i])) continue;
      candidates.push_back(j);
      found.push_back(now[j].name);
    }
    if (candidates.size() != expected) {
      throw SparkError("INCOMPATIBLE_VIEW_SCHEMA_CHANGE", {{"viewName", quoted(view)},
                                                           {"colName", names[i]},
                                                           {"expectedNum", std::to_string(expected)},
                                                           {"actualCols", "[" + joined(found, ",") + "]"},
                                                           {"suggestion", definition_of(view)}});
    }
    places.push_back(candidates[before]);
  }
  return places;
}

// The column as the view states it.
ExpressionPtr column_of(const Attribute& column, const plan::Type& wanted, ViewSchema mode, const std::string& time_zone) {
  ExpressionPtr value = plan::reference(column);
  const bool follows = mode == ViewSchema::kTypeEvolution || mode == ViewSchema::kEvolution;
  if (follows || column.type.same_type(wanted)) return value;
  if (mode == ViewSchema::kCompensation) {
    if (!analyze::can_cast(column.type, wanted, plan::CastMode::kAnsi)) {
      throw analyze::no_such_cast(column.type, wanted, plan::CastMode::kAnsi, column.name, {});
    }
  } else if (!analyze::can_up_cast(column.type, wanted)) {
    std::vector<std::string> name = column.qualifier;
    name.push_back(column.name);
    throw SparkError("CANNOT_UP_CAST_DATATYPE",
                     {{"expression", joined(name, ".")},
                      {"sourceType", "\"" + column.type.sql() + "\""},
                      {"targetType", "\"" + wanted.sql() + "\""},
                      {"details", "The type path of the target object is:\n\nYou can either add an explicit cast to the input data "
                                  "or choose a higher precision type of the field in the target object"}});
  }
  return analyze::cast_to(value, wanted, {true, time_zone});
}

RelationPtr with_columns_of(const Table& view, const RelationPtr& query, const Config& config) {
  const std::vector<size_t> places = places_of(view, query->output, config.get_boolean("spark.sql.caseSensitive"));
  plan::Expressions expressions;
  plan::Attributes output;
  for (size_t i = 0; i < places.size(); ++i) {
    const plan::StructField& field = view.schema[i];
    const ExpressionPtr value =
        column_of(query->output[places[i]], field.type, view.view->schema_mode, config.get("spark.sql.session.timeZone"));
    const plan::AttributeId id = plan::next_attribute_id();
    const plan::Type type = value->type;
    const bool nullable = value->nullable;
    expressions.push_back(plan::make_typed(plan::Alias{value, {field.name}, {}, id}, type, nullable));
    output.push_back(Attribute{id, field.name, type, nullable, field.metadata, {}});
  }
  return plan::make_resolved(plan::Project{query, std::move(expressions)}, std::move(output));
}

// A view that evolves states from now on what its query gave (ViewSyncSchemaToMetaStore).
void follow_query(const RequestContext& context, Table view, const RelationPtr& resolved) {
  const bool is_whole = view.view->schema_mode == ViewSchema::kEvolution;
  if (!is_whole && view.view->schema_mode != ViewSchema::kTypeEvolution) return;
  plan::Schema schema = plan::output_schema(*resolved);
  if (schema == view.schema) return;
  check_columns(schema);
  if (is_whole) {
    view.view->columns.clear();
    for (const plan::StructField& field : schema) view.view->columns.push_back(field.name);
  }
  context.backend.warehouse->update_table(view.database, view.name, [&](Table& now) {
    if (!now.view || now.view->text != view.view->text) return false;  // altered meanwhile
    now.view->columns = std::move(view.view->columns);
    now.schema = std::move(schema);
    return true;
  });
}

size_t depth_max(const RequestContext& context) {
  // Each level of views takes stack: no more than the default, which a thread holds with ease.
  constexpr size_t kDepthMax = 100;
  return std::min<size_t>(kDepthMax, std::stoul(context.session.config().get("spark.sql.view.maxNestedViewDepth")));
}

struct Now {
  const RequestContext& context;
  int64_t query_start_us;
};

RelationPtr as_of(const Now& now, const RelationPtr& plan);

ExpressionPtr as_of(const Now& now, const ExpressionPtr& expression) {
  return plan::transform_up(expression, [&](const ExpressionPtr& e) -> ExpressionPtr {
    if (const auto* literal = e->as<plan::Literal>(); literal && literal->is_query_start) {
      plan::Literal copy = *literal;
      copy.value = now.query_start_us;
      return plan::make_literal(std::move(copy), e->origin);
    }
    const auto* subquery = e->as<plan::Subquery>();
    if (!subquery || !subquery->plan) return nullptr;
    plan::Subquery copy = *subquery;
    copy.plan = as_of(now, subquery->plan);
    return plan::make_typed(std::move(copy), e->type, e->nullable, e->origin);
  });
}

RelationPtr scan_of_now(const RequestContext& context, const RelationPtr& plan, const plan::Scan& scan) {
  const std::string& folder = scan.root_paths[0];
  if (!storage::is_object_path(folder) && !std::filesystem::exists(folder)) return plan;
  plan::UnresolvedRead read{scan.format, scan.data_schema, scan.options, scan.root_paths};
  read.schema->insert(read.schema->end(), scan.partition_schema.begin(), scan.partition_schema.end());
  const RelationPtr current = context.backend.resolve_source(read, context.session.config());
  const auto* found = current->as<plan::Scan>();
  if (!found || found->data_schema != scan.data_schema || found->partition_schema != scan.partition_schema) return plan;
  plan::Scan copy = scan;
  copy.files = found->files;
  return plan::make_resolved(std::move(copy), plan->output, plan->plan_id);
}

RelationPtr as_of(const Now& now, const RelationPtr& plan) {
  const auto* scan = plan->as<plan::Scan>();
  if (scan && scan->root_paths.size() == 1 && now.context.backend.warehouse != nullptr &&
      now.context.backend.warehouse->has_table_at(scan->root_paths[0])) {
    return scan_of_now(now.context, plan, *scan);
  }
  std::vector<RelationPtr> inputs = plan::children(*plan);
  for (RelationPtr& input : inputs) input = as_of(now, input);
  const bool is_same = inputs == plan::children(*plan);
  const RelationPtr over = is_same ? plan : plan::with_children(*plan, std::move(inputs));
  const std::vector<ExpressionPtr> before = plan::expressions(*over);
  std::vector<ExpressionPtr> expressions = before;
  for (ExpressionPtr& expression : expressions) expression = as_of(now, expression);
  return expressions == before ? over : plan::with_expressions(*over, std::move(expressions));
}

// What a view's plan reads that another query may find otherwise.
void note_what_changes(const plan::Relation& plan, ViewTable::View& view) {
  if (const auto* scan = plan.as<plan::Scan>(); scan && scan->root_paths.size() == 1) view.folders.push_back(scan->root_paths[0]);
  for (const RelationPtr& input : plan::children(plan)) note_what_changes(*input, view);
  for (const ExpressionPtr& expression : plan::expressions(plan)) {
    plan::walk(expression, [&](const ExpressionPtr& e) {
      const auto* literal = e->as<plan::Literal>();
      view.reads_query_start |= literal && literal->is_query_start;
      const auto* subquery = e->as<plan::Subquery>();
      if (subquery && subquery->plan) note_what_changes(*subquery->plan, view);
      return true;
    });
  }
}

// ---- making ------------------------------------------------------------------------------------

plan::StructField with_comment(plan::StructField field, const std::optional<std::string>& comment) {
  auto json = field.metadata.empty() ? nlohmann::json::object() : nlohmann::json::parse(field.metadata, nullptr, false);
  if (!json.is_object()) json = nlohmann::json::object();
  if (comment) json["comment"] = *comment;
  field.metadata = json.empty() ? "" : json.dump();
  return field;
}

// The columns as the statement names them. Throws CREATE_VIEW_COLUMN_ARITY_MISMATCH.
plan::Schema named_schema(plan::Schema schema, const sql::CreateView& statement, const std::string& view) {
  const std::vector<std::string>& names = statement.column_names;
  if (names.empty()) return schema;
  if (names.size() != schema.size()) {
    std::vector<std::string> view_columns, data_columns;
    for (const std::string& column : names) view_columns.push_back(quoted_name({column}));
    for (const plan::StructField& field : schema) data_columns.push_back(quoted_name({field.name}));
    throw SparkError(names.size() > schema.size() ? "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"
                                                  : "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS",
                     {{"viewName", view}, {"viewColumns", joined(view_columns)}, {"dataColumns", joined(data_columns)}});
  }
  for (size_t i = 0; i < schema.size(); ++i) {
    schema[i].name = names[i];
    if (i < statement.column_comments.size()) schema[i] = with_comment(std::move(schema[i]), statement.column_comments[i]);
  }
  return schema;
}

bool is_generated(const plan::Relation& plan, plan::AttributeId id) {
  for (const ExpressionPtr& expression : plan::expressions(plan)) {
    const auto* alias = expression->as<plan::Alias>();
    if (alias && alias->id == id) return alias->is_generated;
  }
  const std::vector<RelationPtr> inputs = plan::children(plan);
  return std::any_of(inputs.begin(), inputs.end(), [&](const RelationPtr& input) { return is_generated(*input, id); });
}

void check_named(const RequestContext& context, const plan::Relation& query, const std::string& view) {
  if (context.session.config().get_boolean("spark.sql.legacy.allowAutoGeneratedAliasForView")) return;
  for (const Attribute& column : query.output) {
    if (!is_generated(query, column.id)) continue;
    throw SparkError("CREATE_PERMANENT_VIEW_WITHOUT_ALIAS", {{"name", view}, {"attr", "\"" + column.name + "\""}});
  }
}

// The query, in which the view itself does not stand; nor, if it is the catalog's, what is the session's own.
RelationPtr resolved_query(const RequestContext& context, const std::string& view, bool is_temporary, const RelationPtr& query,
                           std::shared_ptr<engine::ExecutionContext> execution) {
  RequestContext around = context;
  around.views_around = {view};
  around.is_of_new_view = true;
  const auto config = std::make_shared<const Config>(context.session.config().values());
  analyze::AnalysisContext analysis = analysis_context(around, config, std::move(execution));
  if (!is_temporary) analysis = without_temporary_objects(around, std::move(analysis), "VIEW", view);
  return analyze::analyze(query, analysis);
}

// `given`: as the statement says. Throws FEATURE_NOT_ENABLED.
ViewSchema schema_mode(const RequestContext& context, std::optional<ViewSchema> given) {
  const auto is_on = [&](const char* key) { return context.session.config().get_boolean(key); };
  if (!is_on("spark.sql.legacy.viewSchemaBindingMode")) {
    if (!given) return ViewSchema::kUnsupported;
    throw SparkError("FEATURE_NOT_ENABLED", {{"featureName", "VIEW ... WITH SCHEMA ..."},
                                             {"configKey", "spark.sql.legacy.viewSchemaBindingMode"},
                                             {"configValue", "true"}});
  }
  if (given) return *given;
  return is_on("spark.sql.legacy.viewSchemaCompensation") ? ViewSchema::kCompensation : ViewSchema::kBinding;
}

catalog::View view_of(const RequestContext& context, const plan::Schema& schema, const std::string& text, ViewSchema mode) {
  catalog::View view;
  view.text = text;
  view.database = context.current_database();
  for (const plan::StructField& field : schema) view.columns.push_back(field.name);
  view.schema_mode = mode;
  view.configuration = kept_configuration(context);
  return view;
}

[[noreturn]] void throw_no_view(const std::string& table, const std::string& operation) {
  throw SparkError("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", {{"tableName", table}, {"operation", operation}});
}

}  // namespace

RelationPtr read_view(const RequestContext& context, const Table& view) {
  RequestContext inner{context.session, context.global_views, context.backend, view.view->database, is_temporary(view), context.views_around,
                       context.is_of_new_view};
  const std::string name = quoted(view);
  if (std::count(inner.views_around.begin(), inner.views_around.end(), name) > 0) {
    throw SparkError("RECURSIVE_VIEW", {{"viewIdent", name}, {"newPath", joined(inner.views_around, " -> ") + " -> " + name}});
  }
  if (inner.views_around.size() - inner.is_of_new_view >= depth_max(context)) {
    throw SparkError("VIEW_EXCEED_MAX_NESTED_DEPTH", {{"viewName", name}, {"maxNestedDepth", std::to_string(depth_max(context))}});
  }
  inner.views_around.push_back(name);
  const std::shared_ptr<const Config> config = configuration_as_made(context, view.view->configuration);
  const RelationPtr query = analyze::analyze(sql::parse_query(view.view->text, parser_options(*config)), analysis_context(inner, config, nullptr));
  const RelationPtr resolved = view.view->schema_mode == ViewSchema::kEvolution ? query : with_columns_of(view, query, *config);
  follow_query(context, view, resolved);
  return resolved;
}

ViewTable::View view_of_plan(std::string name, RelationPtr plan) {
  ViewTable::View view{std::move(name), std::move(plan), nullptr};
  note_what_changes(*view.plan, view);
  return view;
}

RelationPtr plan_of_now(const RequestContext& context, const ViewTable::View& view, int64_t query_start_us) {
  const catalog::Warehouse* tables = context.backend.warehouse;
  const bool reads_table = tables != nullptr && std::any_of(view.folders.begin(), view.folders.end(), [&](const std::string& folder) {
    return tables->has_table_at(folder);
  });
  return reads_table || view.reads_query_start ? as_of({context, query_start_us}, view.plan) : view.plan;
}

void create_catalog_view(const RequestContext& context, const sql::CreateView& statement,
                         std::shared_ptr<engine::ExecutionContext> execution) {
  catalog::Warehouse& tables = warehouse(context);
  const TableName name = table_name(context, statement.name);
  Table view;
  view.database = name.database;
  view.name = name.table;
  view.provider = "view";
  view.comment = statement.comment;
  view.properties = statement.properties;
  ViewSchema mode = schema_mode(context, statement.schema_mode);
  if (mode == ViewSchema::kEvolution && !statement.column_names.empty()) mode = ViewSchema::kTypeEvolution;
  const RelationPtr query = resolved_query(context, quoted(view), false, statement.query, std::move(execution));
  tables.database(name.database);
  const plan::Schema schema = plan::output_schema(*query);
  view.view = view_of(context, schema, statement.query_text, mode);
  view.schema = named_schema(schema, statement, quoted(view));
  check_named(context, *query, quoted(view));
  check_columns(view.schema);
  const std::optional<Table> former = tables.find_table(name.database, name.table);
  if (former && statement.if_not_exists) return;
  if (former && statement.replace && !former->is_view()) throw_no_view(quoted(view), "CREATE OR REPLACE VIEW");
  if (former && !statement.replace) throw SparkError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", quoted(view)}});
  tables.put_table(std::move(view));
}

void create_temporary_view(const RequestContext& context, const sql::CreateView& statement,
                           std::shared_ptr<engine::ExecutionContext> execution) {
  auto view = std::make_shared<Table>();
  view->database = statement.is_global ? kGlobalDatabase : "";
  view->name = statement.name.back();
  view->provider = "view";
  const RelationPtr query = resolved_query(context, quoted(*view), true, statement.query, std::move(execution));
  const plan::Schema schema = plan::output_schema(*query);
  view->view = view_of(context, schema, statement.query_text, ViewSchema::kUnsupported);
  view->schema = named_schema(schema, statement, quoted(*view));
  check_columns(view->schema);
  ViewTable& views = statement.is_global ? context.global_views : context.session.views();
  views.put({statement.name.back(), nullptr, std::move(view)}, context.is_case_sensitive(), statement.replace);
}

void alter_catalog_view(const RequestContext& context, const sql::AlterView& statement,
                        std::shared_ptr<engine::ExecutionContext> execution) {
  std::optional<Table> view = find_table(context, statement.name);
  if (!view) throw_no_table_or_view(context, statement.name);
  if (!view->is_view()) throw_no_view(quoted(*view), statement.query ? "ALTER VIEW ... AS" : "ALTER VIEW ... WITH SCHEMA ...");
  const auto keep = [&] {
    const bool was_there = warehouse(context).update_table(view->database, view->name, [&](Table& now) {
      now = *view;
      return true;
    });
    if (!was_there) throw_no_table_or_view(context, statement.name);
  };
  if (!statement.query) {
    view->view->schema_mode = schema_mode(context, statement.schema_mode);
    return keep();
  }
  const RelationPtr query = resolved_query(context, quoted(*view), false, statement.query, std::move(execution));
  view->schema = plan::output_schema(*query);
  check_named(context, *query, quoted(*view));
  check_columns(view->schema);
  view->view = view_of(context, view->schema, statement.query_text, view->view->schema_mode);
  keep();
}

}  // namespace firesteel::connect
