// Statements that are no queries. Source: SparkSqlAstBuilder of Spark 4.2.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sql/grammar.h"

namespace firesteel::sql {

namespace {

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// Spark's pattern of keys that need no quotes.
bool is_plain_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.' || c == ':' || c == '\\';
  });
}

}  // namespace

void Grammar::require_text() const {
  if (text_->empty()) throw parse_error("PARSE_EMPTY_STATEMENT", {}, *text_, peek());
}

Statement Grammar::whole_statement() {
  require_text();
  Statement result = statement();
  while (accept(";")) {
  }
  expect_end();
  return result;
}

// WITH … INSERT: the definitions are those of the statement's query.
std::optional<Statement> Grammar::insert_with_definitions() {
  const size_t from = position_;
  if (!at(Keyword::kWith) || !at_identifier(1)) return std::nullopt;
  plan::With with = with_definitions();
  if (!at(Keyword::kInsert)) {
    position_ = from;
    return std::nullopt;
  }
  Statement statement = insert_statement();
  auto& insert = std::get<Insert>(statement);
  with.child = insert.query;
  insert.query = relation(std::move(with), from);
  return statement;
}

Statement Grammar::statement() {
  if (std::optional<Statement> insert = insert_with_definitions()) return *std::move(insert);
  if (begins_query() || (at("(") && peek().opens_query) || at(Keyword::kMap) ||
      at(Keyword::kReduce)) {
    return query();
  }
  switch (peek().keyword) {
    case Keyword::kCreate:
      return create_statement();
    case Keyword::kDrop:
      return drop_statement();
    case Keyword::kSet:
      return set_statement();
    case Keyword::kReset:
      return reset_statement();
    case Keyword::kExplain:
      return explain_statement();
    case Keyword::kCache:
      return cache_statement();
    case Keyword::kUncache:
      return uncache_statement();
    case Keyword::kClear:
      advance();
      expect(Keyword::kCache);
      return ClearCache{};
    case Keyword::kShow:
      return show_statement();
    case Keyword::kDesc:
    case Keyword::kDescribe:
      return describe_statement();
    case Keyword::kUse:
      return use_statement();
    case Keyword::kRefresh:
    case Keyword::kAnalyze:
    case Keyword::kTruncate:
    case Keyword::kMsck:
      return table_maintenance();
    case Keyword::kInsert:
      return insert_statement();
    case Keyword::kAlter:
      return alter_statement();
    case Keyword::kDeclare:
      return declare_variable();
    case Keyword::kExecute:
      return execute_immediate();
    case Keyword::kLoad:
    case Keyword::kRepair:
    case Keyword::kLock:
    case Keyword::kUnlock:
    case Keyword::kMerge:
    case Keyword::kDelete:
    case Keyword::kStart:
    case Keyword::kComment:
      unsupported_statement(2);
    case Keyword::kBegin:
      unsupported_script();
    case Keyword::kUpdate:
    case Keyword::kCall:
    case Keyword::kAdd:
    case Keyword::kList:
    case Keyword::kGrant:
    case Keyword::kRevoke:
    case Keyword::kCommit:
    case Keyword::kRollback:
      unsupported_statement(1);
    default:
      syntax_error();
  }
}

// Names the statement by its first words.
void Grammar::unsupported_statement(size_t words) const {
  std::string name;
  for (size_t i = 0; i < words && peek(i).kind == TokenKind::kWord; ++i) {
    name += (name.empty() ? "" : " ") + upper_case(text_of(peek(i)));
  }
  throw_unsupported("STATEMENT", name);
}

void Grammar::unsupported_script() const {
  if (options_.allows_scripts) unsupported_statement(1);
  fail("UNSUPPORTED_FEATURE.SQL_SCRIPTING", {{"sqlScriptingEnabled", "\"spark.sql.scripting.enabled\""}}, position_);
}

bool Grammar::accept_if_exists() {
  if (!at(Keyword::kIf) || !at(Keyword::kExists, 1)) return false;
  advance(2);
  return true;
}

Statement Grammar::create_statement() {
  const size_t from = position_;
  CreateView view;
  size_t ahead = 1;
  view.replace = at(Keyword::kOr, 1) && at(Keyword::kReplace, 2);
  if (view.replace) ahead += 2;
  view.is_global = at(Keyword::kGlobal, ahead);
  ahead += view.is_global;
  const bool is_temporary = at(Keyword::kTemporary, ahead);
  ahead += is_temporary;
  if (at(Keyword::kFunction, ahead) && !view.is_global) {
    advance(ahead + 1);
    return create_function({{}, is_temporary, view.replace, false}, from);
  }
  if (!at(Keyword::kView, ahead)) {
    const Keyword kind = peek(ahead).keyword;
    const std::string word = upper_case(text_of(peek(ahead)));
    if (!view.is_global && !is_temporary) {
      if (kind == Keyword::kTable || (word == "EXTERNAL" && at(Keyword::kTable, ahead + 1))) {
        advance(ahead + (word == "EXTERNAL" ? 2 : 1));
        return create_table(from, view.replace);
      }
      if (kind == Keyword::kDatabase || kind == Keyword::kSchema || kind == Keyword::kNamespace) {
        advance(ahead + 1);
        return create_database();
      }
    }
    const bool is_known = kind == Keyword::kTable || kind == Keyword::kDatabase || kind == Keyword::kSchema ||
                          kind == Keyword::kNamespace || kind == Keyword::kRole ||
                          kind == Keyword::kMaterialized || kind == Keyword::kVariable ||
                          word == "EXTERNAL" || word == "INDEX" || word == "MACRO" ||
                          word == "FLOW" || word == "STREAMING";
    if (is_known) throw_unsupported("STATEMENT", "CREATE " + word);
    syntax_error_at(peek(ahead));
  }
  advance(ahead + 1);
  view.if_not_exists = accept_if_not_exists();
  view.name = multipart_identifier();
  if (view.if_not_exists && view.replace) {
    fail("CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE", {{"viewName", view.name.back()}}, from);
  }
  if (!is_temporary) return create_permanent_view(std::move(view));
  return create_temporary_view(std::move(view), from);
}

Statement Grammar::create_temporary_view(CreateView view, size_t from) {
  if (at(Keyword::kUsing) || (at("(") && at_identifier(1) && at_identifier(2) &&
                              !at(Keyword::kComment, 2))) {
    plan::UnresolvedRead read;
    if (accept("(")) {
      read.schema.emplace();
      do {
        read.schema->push_back(column_definition(/*allows_colon=*/false));
      } while (accept(","));
      expect(")");
    }
    expect(Keyword::kUsing);
    for (const std::string& part : multipart_identifier()) {
      read.format += (read.format.empty() ? "" : ".") + part;
    }
    if (accept(Keyword::kOptions)) read.options = property_list();
    if (const auto path = read.options.find("path"); path != read.options.end()) {
      read.paths = {path->second};
      read.options.erase(path);
    }
    view.query = relation(std::move(read), from);
    return view;
  }
  if (accept("(")) {
    do {
      view.column_names.push_back(identifier());
      comment_clause();
    } while (accept(","));
    expect(")");
  }
  for (bool goes_on = true; goes_on;) {
    goes_on = comment_clause().has_value();
    if (accept(Keyword::kTblproperties)) {
      property_list();
      goes_on = true;
    }
  }
  refuse_default_collation();
  if (schema_clause()) fail("UNSUPPORTED_FEATURE.TEMPORARY_VIEW_WITH_SCHEMA_BINDING_MODE", {}, from);
  expect(Keyword::kAs);
  set_query(view.query, view.query_text);
  if (view.if_not_exists) fail("_LEGACY_ERROR_TEMP_0053", {}, from);
  const bool is_global_name = view.is_global && view.name.size() == 2 && lower_case(view.name[0]) != "session";
  if (!is_global_name) view.name = temporary_name(std::move(view.name), "VIEW", from);
  return view;
}

// What is a session's stands in no database.
std::vector<std::string> Grammar::temporary_name(std::vector<std::string> name, const char* kind, size_t from) const {
  const bool is_session = name.size() == 2 && lower_case(name[0]) == "session";
  const bool is_system = name.size() == 3 && lower_case(name[0]) == "system" && lower_case(name[1]) == "session";
  const std::string last = name.back();
  name.pop_back();
  if (!name.empty() && !is_session && !is_system) {
    fail("INVALID_TEMP_OBJ_QUALIFIER", {{"objectType", kind}, {"objectName", quoted_name({last})}, {"qualifier", quoted_name(name)}}, from);
  }
  return {last};
}

Statement Grammar::drop_statement() {
  if (at(Keyword::kTable, 1)) return drop_table();
  if (at(Keyword::kDatabase, 1) || at(Keyword::kSchema, 1) || at(Keyword::kNamespace, 1)) return drop_database();
  if (at(Keyword::kFunction, 1) || (at(Keyword::kTemporary, 1) && at(Keyword::kFunction, 2))) return drop_function();
  if (at(Keyword::kTemporary, 1) && (at(Keyword::kVariable, 2) || at(Keyword::kVar, 2))) return drop_variable();
  if (!at(Keyword::kView, 1)) {
    if (at(Keyword::kVariable, 1) || at(Keyword::kVar, 1)) syntax_error_at(peek(1));
    if (!at_identifier(1)) syntax_error_at(peek(1));
    unsupported_statement(2);
  }
  advance(2);
  DropView drop;
  drop.if_exists = accept_if_exists();
  drop.name = multipart_identifier();
  return drop;
}

Statement Grammar::set_statement() {
  const size_t from = position_;
  advance();
  if (at(Keyword::kTime) && at(Keyword::kZone, 1)) return set_time_zone();
  if (at(Keyword::kCatalog) && (at_identifier(1) || at_string(1)) && !at("=", 1)) {
    advance();
    const std::string name = at_string() ? string_literal() : captured_identifier();
    return CatalogStatement{{"set_current_catalog", {{"catalog_name", name}}}};
  }
  const bool is_variable = at(Keyword::kVariable) || at(Keyword::kVar);
  if (is_variable && (at_identifier(1) || at("(", 1))) return set_variable();
  if (at(Keyword::kRole) && at_identifier(1)) {
    position_ = from;
    unsupported_statement(2);
  }
  SetConfiguration set;
  if (at_end() || at(";")) return set;
  const bool is_quoted = peek().kind == TokenKind::kBackquoted;
  if (is_quoted) {
    set.key = identifier();
    if (!accept("=")) return set;
  }
  // The rest is taken as it stands: values need no quotes.
  std::string rest = trimmed(std::string_view(*text_).substr(peek().begin));
  const size_t semicolon = rest.find(';');
  if (semicolon != std::string::npos) rest = trimmed(rest.substr(0, semicolon));
  while (!at_end() && !at(";")) advance();
  if (!is_quoted) {
    const size_t equals = rest.find('=');
    set.key = trimmed(rest.substr(0, equals));
    if (!is_plain_key(*set.key) && *set.key != "-v") fail("INVALID_SET_SYNTAX", {}, from);
    if (equals == std::string::npos) return set;
    rest = trimmed(rest.substr(equals + 1));
  }
  const bool is_quoted_value = rest.size() >= 2 && rest.front() == '`' && rest.back() == '`';
  set.value = is_quoted_value ? rest.substr(1, rest.size() - 2) : rest;
  return set;
}

// SET TIME ZONE takes any words; those that are no zone are Spark's error about displacements.
Statement Grammar::set_time_zone() {
  const size_t from = position_ - 1;
  advance(2);
  SetConfiguration set;
  set.key = "spark.sql.session.timeZone";
  const auto refuse = [&] {
    while (!at_end() && !at(";")) advance();
    fail("_LEGACY_ERROR_TEMP_0045", {}, from);
  };
  if (accept(Keyword::kLocal)) {
    set.value = std::nullopt;
    throw_unsupported("STATEMENT", "SET TIME ZONE LOCAL");
  }
  if (at_string()) {
    set.value = string_literal();
  } else if (at(Keyword::kInterval)) {
    try {
      set.value = zone_displacement(from);
    } catch (const SparkError& error) {
      if (error.condition() != "PARSE_SYNTAX_ERROR") throw;
      refuse();
    }
  }
  if (!set.value || !(at_end() || at(";"))) refuse();
  return set;
}

// The offset that an interval states: "+10:00", "-09:50:30", "Z".
std::string Grammar::zone_displacement(size_t from) {
  std::string shown(text_of(peek(at("-", 1) || at("+", 1) ? 2 : 1)));
  std::erase_if(shown, [](char c) { return c == '\'' || c == '"'; });
  const plan::ExpressionPtr interval = interval_literal();
  const auto* value = interval->as<plan::Literal>();
  constexpr int64_t kMicrosPerSecond = 1000000;
  constexpr int64_t kMaxSeconds = 18 * 3600;
  const bool is_day_time = value->type.is(plan::TypeKind::kDayTimeInterval);
  const int64_t micros = is_day_time ? std::get<int64_t>(value->value) : (kMaxSeconds + 1) * kMicrosPerSecond;
  const int64_t seconds = micros / kMicrosPerSecond;
  if (micros > kMaxSeconds * kMicrosPerSecond || micros < -kMaxSeconds * kMicrosPerSecond) {
    fail("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", {{"input", shown}}, from);
  }
  if (micros % kMicrosPerSecond != 0) {
    fail("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", {{"input", std::to_string(seconds)}}, from);
  }
  if (seconds == 0) return "Z";
  const int64_t magnitude = seconds < 0 ? -seconds : seconds;
  const auto two_digits = [](int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  std::string offset = (seconds < 0 ? "-" : "+") + two_digits(magnitude / 3600) + ":" + two_digits(magnitude / 60 % 60);
  if (magnitude % 60 != 0) offset += ":" + two_digits(magnitude % 60);
  return offset;
}

Statement Grammar::reset_statement() {
  advance();
  SetConfiguration reset;
  reset.is_reset = true;
  if (at_end() || at(";")) return reset;
  if (peek().kind == TokenKind::kBackquoted) {
    reset.key = identifier();
    return reset;
  }
  reset.key = trimmed(std::string_view(*text_).substr(peek().begin));
  while (!at_end() && !at(";")) advance();
  while (!reset.key->empty() && reset.key->back() == ';') reset.key->pop_back();
  return reset;
}

Statement Grammar::explain_statement() {
  advance();
  Explain explain;
  const bool has_mode = at(Keyword::kExtended) || at(Keyword::kCodegen) || at(Keyword::kCost) ||
                        at(Keyword::kFormatted) || at(Keyword::kLogical);
  if (has_mode) {
    explain.mode = lower_case(text_of(peek()));
    advance();
  }
  Statement inner = statement();
  auto* plan = std::get_if<plan::RelationPtr>(&inner);
  if (plan == nullptr) throw_unsupported("STATEMENT", "EXPLAIN of a command");
  explain.query = std::move(*plan);
  return explain;
}

Statement Grammar::cache_statement() {
  advance();
  CacheTable cache;
  cache.is_lazy = accept(Keyword::kLazy);
  expect(Keyword::kTable);
  cache.name = multipart_identifier();
  if (accept(Keyword::kOptions)) property_list();
  if (accept(Keyword::kAs) || begins_query()) cache.query = query();
  return cache;
}

Statement Grammar::uncache_statement() {
  advance();
  expect(Keyword::kTable);
  UncacheTable uncache;
  uncache.if_exists = accept_if_exists();
  uncache.name = multipart_identifier();
  return uncache;
}

// The arguments of the calls: "db_name", "table_name" and "function_name" as quoted names,
// "pattern" as given, "scope" of functions ("user", "system", "all").
Statement Grammar::show_statement() {
  const size_t from = position_;
  advance();
  plan::CatalogCall call;
  const Keyword what = peek().keyword;
  const Keyword next = peek(1).keyword;
  if (what == Keyword::kTables || what == Keyword::kViews) {
    call.name = what == Keyword::kTables ? "show_tables" : "show_views";
    advance();
    show_filter("db_name", &call);
  } else if (what == Keyword::kDatabases || what == Keyword::kSchemas ||
             what == Keyword::kNamespaces) {
    call.name = "show_databases";
    advance();
    show_filter("catalog_name", &call);
  } else if (what == Keyword::kCatalogs) {
    call.name = "show_catalogs";
    advance();
    show_filter("", &call);
  } else if (what == Keyword::kColumns) {
    call.name = "show_columns";
    advance();
    if (!accept(Keyword::kIn)) expect(Keyword::kFrom);
    call.arguments["table_name"] = quoted_name(multipart_identifier());
    if (accept(Keyword::kIn) || accept(Keyword::kFrom)) {
      call.arguments["db_name"] = quoted_name(multipart_identifier());
    }
  } else if (what == Keyword::kFunctions || next == Keyword::kFunctions) {
    call.name = "show_functions";
    call.arguments["scope"] = what == Keyword::kFunctions ? "all" : lower_case(identifier());
    advance();
    show_filter("db_name", &call);
  } else if (what == Keyword::kCurrent && (next == Keyword::kDatabase || next == Keyword::kSchema ||
                                           next == Keyword::kNamespace)) {
    call.name = "show_current_namespace";
    advance(2);
  } else {
    position_ = from;
    return show_table_details();
  }
  return CatalogStatement{std::move(call)};
}

// [FROM|IN name] [LIKE] ['pattern']
void Grammar::show_filter(const std::string& container, plan::CatalogCall* call) {
  if (!container.empty() && (accept(Keyword::kFrom) || accept(Keyword::kIn))) {
    call->arguments[container] = quoted_name(multipart_identifier());
  }
  const bool has_like = accept(Keyword::kLike);
  if (at_string()) {
    call->arguments["pattern"] = string_literal();
  } else if (call->name == "show_functions" && at_identifier()) {
    call->arguments["function_name"] = quoted_name(multipart_identifier());
  } else if (has_like) {
    syntax_error();
  }
}

Statement Grammar::describe_statement() {
  advance();
  plan::CatalogCall call;
  const bool is_namespace = at(Keyword::kDatabase) || at(Keyword::kSchema) || at(Keyword::kNamespace);
  if (at(Keyword::kFunction) && !at_end() && peek(1).kind != TokenKind::kEnd) {
    advance();
    call.name = "describe_function";
    if (accept(Keyword::kExtended)) call.arguments["extended"] = "true";
    if (at_identifier()) {
      call.arguments["function_name"] = quoted_name(multipart_identifier());
    } else if (at_string()) {
      call.arguments["function_name"] = quoted_name({string_literal()});
    } else {  // an operator
      call.arguments["function_name"] = quoted_name({std::string(text_of(peek()))});
      advance();
    }
  } else if (is_namespace && (at_identifier(1))) {
    advance();
    call.name = "describe_namespace";
    if (at(Keyword::kExtended) && at_identifier(1)) {
      advance();
      call.arguments["extended"] = "true";
    }
    call.arguments["db_name"] = quoted_name(multipart_identifier());
  } else if ((at(Keyword::kQuery) && begins_query(1)) || at("(") ||
             (begins_query() && !at(Keyword::kTable))) {
    if (at(Keyword::kQuery)) advance();
    return DescribeQuery{query()};
  } else {
    call.name = "describe_table";
    if (at(Keyword::kTable) && at_identifier(1)) advance();
    const bool is_extended = (at(Keyword::kExtended) || at(Keyword::kFormatted)) && at_identifier(1);
    if (is_extended) {
      advance();
      call.arguments["extended"] = "true";
    }
    call.arguments["table_name"] = quoted_name(multipart_identifier());
    if (at(Keyword::kPartition)) throw_unsupported("STATEMENT", "DESCRIBE of a partition");
    if (at(Keyword::kAs) && at_word("JSON", 1)) throw_unsupported("STATEMENT", "DESCRIBE AS JSON");
    if (at_identifier()) call.arguments["column_name"] = quoted_name(multipart_identifier());
  }
  return CatalogStatement{std::move(call)};
}

Statement Grammar::use_statement() {
  advance();
  const bool is_named = at(Keyword::kDatabase) || at(Keyword::kSchema) || at(Keyword::kNamespace);
  if (is_named && at_identifier(1)) advance();
  const std::vector<std::string> name = multipart_identifier();
  // The catalog takes a plain name where there is one.
  const std::string text = name.size() == 1 ? name[0] : quoted_name(name);
  return CatalogStatement{{"set_current_database", {{"db_name", text}}}};
}

}  // namespace firesteel::sql
