// Statements about tables and databases. Source: SqlBaseParser.g4 and SparkSqlAstBuilder of Spark 4.2.
#include <utility>

#include <set>

#include "base/text.h"
#include "sql/grammar.h"

namespace firesteel::sql {

bool Grammar::at_word(std::string_view word, size_t ahead) const {
  return peek(ahead).kind == TokenKind::kWord && upper_case(text_of(peek(ahead))) == word;
}

bool Grammar::accept_word(std::string_view word) {
  if (!at_word(word)) return false;
  advance();
  return true;
}

bool Grammar::accept_if_not_exists() {
  if (!at(Keyword::kIf) || !at_not(1) || !at(Keyword::kExists, 2)) return false;
  advance();
  skip_not();
  advance();
  return true;
}

std::string Grammar::required_string() {
  if (!at_string()) syntax_error();
  return string_literal();
}

// ---- CREATE -----------------------------------------------------------------------------------

Statement Grammar::create_table(size_t from, bool replace) {
  CreateTable table;
  table.replace = replace;
  table.if_not_exists = accept_if_not_exists();
  table.name = multipart_identifier();
  if (table.replace && table.if_not_exists) syntax_error();
  if (accept(Keyword::kLike)) {
    table.like = multipart_identifier();
  } else if (at("(") && !peek().opens_query) {
    table_columns(&table);
  }
  table_clauses(&table);
  if (accept(Keyword::kAs) || begins_query() || (at("(") && peek().opens_query)) {
    if (table.schema) {
      fail("_LEGACY_ERROR_TEMP_0035", {{"message", "Schema may not be specified in a Create Table As Select (CTAS) statement"}},
           from);
    }
    table.query = query();
  }
  return table;
}

void Grammar::table_columns(CreateTable* table) {
  table->schema.emplace();
  expect("(");
  do {
    table->schema->push_back(column_definition(/*allows_colon=*/false));
    if (at_word("DEFAULT") || at_word("GENERATED")) throw_unsupported("STATEMENT", "a column that is " + upper_case(text_of(peek())));
  } while (accept(","));
  expect(")");
}

void Grammar::partition_columns(CreateTable* table) {
  expect(Keyword::kBy);
  expect("(");
  do {
    if (at_identifier() && (at(",", 1) || at(")", 1))) {
      table->partition_columns.push_back(identifier());
      continue;
    }
    if (at("(", 1)) throw_unsupported("STATEMENT", "PARTITIONED BY a transform");
    // Hive's form: the column is declared here.
    const plan::StructField field = column_definition(/*allows_colon=*/false);
    table->partition_columns.push_back(field.name);
    if (!table->schema) table->schema.emplace();
    table->schema->push_back(field);
  } while (accept(","));
  expect(")");
}

void Grammar::table_clauses(CreateTable* table) {
  if (accept(Keyword::kUsing)) {
    table->provider.clear();
    for (const std::string& part : multipart_identifier()) {
      table->provider += (table->provider.empty() ? "" : ".") + part;
    }
  }
  const size_t from = position_;
  std::set<std::string> seen;
  while (true) {
    const bool is_pair = at_word("PARTITIONED") || at_word("STORED");
    std::string clause = upper_case(text_of(peek())) + (is_pair ? " " + upper_case(text_of(peek(1))) : "");
    if (seen.contains(clause)) fail("DUPLICATE_CLAUSES", {{"clauseName", clause}}, from);
    seen.insert(std::move(clause));
    if (accept(Keyword::kOptions)) {
      table->options = property_list();
    } else if (at_word("PARTITIONED") && at(Keyword::kBy, 1)) {
      advance();
      partition_columns(table);
    } else if (at_word("LOCATION") && at_string(1)) {
      advance();
      table->location = string_literal();
    } else if (auto comment = comment_clause()) {
      table->comment = *comment;
    } else if (accept(Keyword::kTblproperties)) {
      table->properties = property_list();
    } else if (at_word("STORED") && at(Keyword::kAs, 1)) {
      advance(2);
      table->provider = lower_case(identifier());
    } else if (at_word("CLUSTERED") || at_word("CLUSTER") || at_word("SKEWED") || at_word("ROW")) {
      throw_unsupported("STATEMENT", "CREATE TABLE with " + upper_case(text_of(peek())));
    } else {
      refuse_default_collation();
      return;
    }
  }
}

void Grammar::refuse_default_collation() const {
  if (at_word("DEFAULT") && at_word("COLLATION", 1)) throw_unsupported("STATEMENT", "DEFAULT COLLATION");
}

Statement Grammar::create_database() {
  plan::CatalogCall call{"create_database", {}};
  if (accept_if_not_exists()) call.arguments["if_not_exists"] = "true";
  call.arguments["db_name"] = quoted_name(multipart_identifier());
  while (true) {
    if (auto comment = comment_clause()) {
      call.arguments["comment"] = *comment;
    } else if (at_word("LOCATION") && at_string(1)) {
      advance();
      call.arguments["location"] = string_literal();
    } else if (at(Keyword::kWith) && (at_word("DBPROPERTIES", 1) || at_word("PROPERTIES", 1))) {
      advance(2);
      property_list();
    } else {
      refuse_default_collation();
      return CatalogStatement{std::move(call)};
    }
  }
}

std::optional<plan::ViewSchema> Grammar::schema_clause() {
  if (!at(Keyword::kWith) || !at_word("SCHEMA", 1)) return std::nullopt;
  advance(2);
  if (accept_word("BINDING")) return plan::ViewSchema::kBinding;
  if (accept_word("COMPENSATION")) return plan::ViewSchema::kCompensation;
  if (accept_word("EVOLUTION")) return plan::ViewSchema::kEvolution;
  if (!accept_word("TYPE")) syntax_error();
  if (!accept_word("EVOLUTION")) syntax_error();
  return plan::ViewSchema::kTypeEvolution;
}

Statement Grammar::create_permanent_view(CreateView view) {
  view.is_temporary = false;
  if (accept("(")) {
    do {
      view.column_names.push_back(identifier());
      view.column_comments.push_back(comment_clause());
    } while (accept(","));
    expect(")");
  }
  for (bool goes_on = true; goes_on;) {
    goes_on = true;
    if (auto comment = comment_clause()) {
      view.comment = *comment;
    } else if (const auto mode = schema_clause()) {
      view.schema_mode = mode;
    } else if (accept(Keyword::kTblproperties)) {
      view.properties = property_list();
    } else {
      goes_on = false;
    }
  }
  refuse_default_collation();
  expect(Keyword::kAs);
  set_catalog_query(view.query, view.query_text);
  return view;
}

void Grammar::set_query(RelationPtr& plan, std::string& text) {
  const size_t from = position_;
  const size_t parameters_before = parameter_count_;
  plan = query();
  if (parameter_count_ == parameters_before) text = source_text(from);
}

void Grammar::set_catalog_query(RelationPtr& plan, std::string& text) {
  set_query(plan, text);
  if (text.empty()) throw_unsupported("STATEMENT", "a view of the catalog whose query has parameters");
}

// ---- DROP -------------------------------------------------------------------------------------

Statement Grammar::drop_table() {
  advance(2);
  plan::CatalogCall call{"drop_table", {}};
  if (accept_if_exists()) call.arguments["if_exists"] = "true";
  call.arguments["table_name"] = quoted_name(multipart_identifier());
  accept_word("PURGE");
  return CatalogStatement{std::move(call)};
}

Statement Grammar::drop_database() {
  advance(2);
  plan::CatalogCall call{"drop_database", {}};
  if (accept_if_exists()) call.arguments["if_exists"] = "true";
  call.arguments["db_name"] = quoted_name(multipart_identifier());
  if (accept(Keyword::kCascade)) {
    call.arguments["cascade"] = "true";
  } else {
    accept_word("RESTRICT");
  }
  return CatalogStatement{std::move(call)};
}

// ---- INSERT -----------------------------------------------------------------------------------

Statement Grammar::insert_statement() {
  advance();
  Insert insert;
  if (at(Keyword::kOverwrite) && (at_word("DIRECTORY", 1) || at_word("LOCAL", 1))) {
    throw_unsupported("STATEMENT", "INSERT OVERWRITE DIRECTORY");
  }
  insert.is_overwrite = accept(Keyword::kOverwrite);
  if (!insert.is_overwrite) expect(Keyword::kInto);
  accept(Keyword::kTable);
  insert.table = multipart_identifier();
  if (at_word("REPLACE")) throw_unsupported("STATEMENT", "INSERT INTO … REPLACE");
  if (accept(Keyword::kPartition)) {
    expect("(");
    do {
      std::string name = identifier();
      insert.partitions.emplace_back(std::move(name), accept("=") ? expression() : nullptr);
    } while (accept(","));
    expect(")");
    if (accept_if_not_exists()) throw_unsupported("STATEMENT", "INSERT OVERWRITE … IF NOT EXISTS");
  }
  if (at(Keyword::kBy) && at_word("NAME", 1)) {
    advance(2);
    insert.by_name = true;
  } else if (at("(") && !peek().opens_query) {
    advance();
    do {
      insert.columns.push_back(identifier());
    } while (accept(","));
    expect(")");
  }
  insert.query = query();
  return insert;
}

// ---- ALTER and upkeep ---------------------------------------------------------------------------

Statement Grammar::alter_statement() {
  const size_t from = position_;
  advance();
  const bool is_view = at(Keyword::kView);
  if (!is_view && !at(Keyword::kTable)) {
    position_ = from;
    unsupported_statement(2);
  }
  advance();
  const std::vector<std::string> parts = multipart_identifier();
  const std::string name = quoted_name(parts);
  if (is_view && at(Keyword::kWith) && at_word("SCHEMA", 1)) return AlterView{parts, nullptr, {}, schema_clause()};
  if (is_view && (accept(Keyword::kAs) || at(Keyword::kSelect) || at(Keyword::kFrom) || at(Keyword::kValues))) {
    AlterView view{parts, nullptr, {}, {}};
    set_catalog_query(view.query, view.query_text);
    return view;
  }
  if (at_word("RENAME") && at(Keyword::kTo, 1)) {
    advance(2);
    return CatalogStatement{{"rename_table", {{"table_name", name}, {"new_name", quoted_name(multipart_identifier())}}}};
  }
  if (!is_view && at_word("ADD") && (at_word("COLUMN", 1) || at_word("COLUMNS", 1))) {
    advance(2);
    const bool is_list = accept("(");
    plan::Schema columns;
    do {
      columns.push_back(column_definition(/*allows_colon=*/false));
    } while (accept(","));
    if (is_list) expect(")");
    return CatalogStatement{
        {"add_columns", {{"table_name", name}, {"columns", plan::Type::structure(columns).json()}}}};
  }
  position_ = from;
  unsupported_statement(2);
}

Statement Grammar::table_maintenance() {
  const size_t from = position_;
  const Keyword what = peek().keyword;
  advance();
  if (what == Keyword::kRefresh && at_string()) {
    return CatalogStatement{{"refresh_by_path", {{"path", string_literal()}}}};
  }
  const bool is_msck = what == Keyword::kMsck && accept(Keyword::kRepair);
  if ((what == Keyword::kMsck && !is_msck) || !at(Keyword::kTable)) {
    position_ = from;
    unsupported_statement(2);
  }
  advance();
  const std::string name = quoted_name(multipart_identifier());
  const auto call = [&](const char* what_to_do) { return CatalogStatement{{what_to_do, {{"table_name", name}}}}; };
  if (what == Keyword::kRefresh) return call("refresh_table");
  if (what == Keyword::kTruncate) {
    if (at(Keyword::kPartition)) throw_unsupported("STATEMENT", "TRUNCATE TABLE of a partition");
    return call("truncate_table");
  }
  if (is_msck) return call("recover_partitions");
  if (at(Keyword::kPartition)) throw_unsupported("STATEMENT", "ANALYZE TABLE of a partition");
  while (!at_end() && !at(";")) advance();  // COMPUTE STATISTICS …: DuckDB keeps its own statistics
  return call("analyze_table");
}

// SHOW CREATE TABLE, TBLPROPERTIES, PARTITIONS, TABLE EXTENDED
Statement Grammar::show_table_details() {
  const size_t from = position_;
  advance();
  plan::CatalogCall call;
  if (at(Keyword::kCreate) && at(Keyword::kTable, 1)) {
    advance(2);
    call.name = "show_create_table";
  } else if (accept(Keyword::kTblproperties)) {
    call.name = "show_tblproperties";
  } else if (accept(Keyword::kPartitions)) {
    call.name = "show_partitions";
  } else if (at(Keyword::kTable) && at(Keyword::kExtended, 1)) {
    advance(2);
    call.name = "show_table_extended";
    if (accept(Keyword::kIn) || accept(Keyword::kFrom)) call.arguments["db_name"] = quoted_name(multipart_identifier());
    expect(Keyword::kLike);
    call.arguments["pattern"] = required_string();
    if (at(Keyword::kPartition)) throw_unsupported("STATEMENT", "SHOW TABLE EXTENDED of a partition");
    return CatalogStatement{std::move(call)};
  } else {
    if (peek().kind != TokenKind::kWord) syntax_error();
    position_ = from;
    unsupported_statement(2);
  }
  call.arguments["table_name"] = quoted_name(multipart_identifier());
  if (call.name == "show_tblproperties" && accept("(")) {
    call.arguments["pattern"] = at_string() ? string_literal() : quoted_name(multipart_identifier());
    expect(")");
  }
  if (at(Keyword::kPartition) || at(Keyword::kAs)) throw_unsupported("STATEMENT", "SHOW of a partition or AS SERDE");
  return CatalogStatement{std::move(call)};
}

}  // namespace firesteel::sql
