// Spark SQL's grammar as a recursive-descent parser: one method per rule, expressions by
// precedence climbing. The rules stand in several files: type_grammar.cc, literal_grammar.cc,
// expression_grammar.cc, … Parameters called `from` are the index of a rule's first token.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/kernel/interval_text.h"
#include "sql/token_reader.h"

namespace firesteel::sql {

// One "value unit" pair of an interval as it was written: {"-", "1.5", "seconds", false}.
struct IntervalPart {
  std::string sign;
  std::string value;
  std::string unit;
  bool is_text = false;
};

// The first call of an aggregate function outside of windows and subqueries, or null.
const plan::UnresolvedFunction* first_aggregate(const plan::ExpressionPtr& expression);

class Grammar : public TokenReader {
 public:
  using TokenReader::TokenReader;

  // Whole texts: they end with an error if something is left over.
  plan::Type whole_type();
  plan::Schema whole_schema();
  std::vector<std::string> whole_multipart_identifier();
  plan::ExpressionPtr whole_expression();
  plan::RelationPtr whole_query();
  Statement whole_statement();
  // PARSE_EMPTY_STATEMENT for a text without a character.
  void require_text() const;

 protected:
  using Expressions = std::vector<plan::ExpressionPtr>;

  // ---- types (type_grammar.cc) ----
  plan::Type data_type();
  plan::Type nested_type();
  plan::Type interval_type();
  plan::Type sized_type();
  plan::Type simple_type(const std::string& name, const std::vector<int64_t>& parameters,
                         size_t from);
  plan::Type time_type(const std::string& name, const std::vector<int64_t>& parameters);
  plan::StructField column_definition(bool allows_colon);
  std::optional<std::string> comment_clause();
  void close_angle();

  // ---- literals (literal_grammar.cc) ----
  bool at_number(size_t ahead = 0) const;
  plan::ExpressionPtr literal(plan::Literal value, size_t from) const;
  plan::ExpressionPtr number();  // with an optional minus
  plan::ExpressionPtr integer_number(const std::string& digits, size_t from);
  plan::ExpressionPtr sized_integer(const std::string& digits, plan::TypeKind kind, size_t from);
  plan::ExpressionPtr floating_number(const std::string& digits, plan::TypeKind kind, size_t from);
  plan::ExpressionPtr decimal_number(const std::string& digits, size_t from);
  plan::ExpressionPtr typed_literal();  // DATE '…'
  std::optional<int64_t> special_time(const std::string& text, plan::TypeKind kind) const;
  plan::ExpressionPtr binary_literal(const std::string& digits, size_t from);
  bool at_interval_literal() const;
  bool at_interval_part() const;
  plan::ExpressionPtr interval_literal();
  plan::ExpressionPtr interval_multi_units(size_t from);
  std::vector<IntervalPart> interval_parts();
  void interval_value(IntervalPart* part);
  bool at_interval_from_to() const;
  // A value with its first and its last unit.
  struct IntervalRange {
    IntervalPart value;
    Keyword first = Keyword::kNone;
    Keyword last = Keyword::kNone;
    std::string last_unit;
  };
  IntervalRange interval_range();
  plan::ExpressionPtr interval_from_to(const IntervalRange& range, size_t from, size_t value_from);
  plan::ExpressionPtr interval_of_units(const plan::Literal::Interval& sum, const std::vector<std::string>& units, size_t from);

  // ---- operators (expression_grammar.cc) ----
  plan::ExpressionPtr call(std::string name, Expressions arguments, size_t from) const;
  plan::ExpressionPtr text_literal(std::string text, size_t from) const;
  plan::ExpressionPtr expression();  // booleanExpression: OR
  plan::ExpressionPtr conjunction();
  plan::ExpressionPtr negation();
  plan::ExpressionPtr balanced(std::string_view name, const Expressions& operands, size_t first,
                               size_t last, size_t from) const;
  // NOT, or ! where the settings take it for one: skip_not() throws where they do not.
  bool at_not(size_t ahead = 0) const { return at(Keyword::kNot, ahead) || at("!", ahead); }
  void skip_not();
  plan::ExpressionPtr predicated();
  plan::ExpressionPtr predicate(plan::ExpressionPtr operand, size_t from);
  plan::ExpressionPtr in_predicate(plan::ExpressionPtr operand, size_t from, size_t predicate_from);
  plan::ExpressionPtr like_predicate(plan::ExpressionPtr operand, bool is_negated, size_t from,
                                     size_t predicate_from);
  plan::ExpressionPtr quantified_like(plan::ExpressionPtr operand, const std::string& function,
                                      bool is_negated, size_t from, size_t predicate_from);
  plan::ExpressionPtr is_predicate(plan::ExpressionPtr operand, size_t from);
  // valueExpression: arithmetic and comparison operators that bind at least as tight.
  plan::ExpressionPtr value_expression(int min_precedence = 0);
  plan::ExpressionPtr unary();
  struct BinaryOperator {
    std::string_view function;
    int precedence = 0;
  };
  std::optional<BinaryOperator> binary_operator() const;

  // ---- primary expressions (primary_grammar.cc) ----
  plan::ExpressionPtr primary();
  plan::ExpressionPtr primary_base();
  plan::ExpressionPtr keyword_primary();  // null: the keyword is an ordinary word here
  plan::ExpressionPtr suffixed(plan::ExpressionPtr base, size_t from);
  plan::ExpressionPtr parenthesized();
  std::string variant_path();
  plan::ExpressionPtr row_constructor(Expressions fields, size_t from) const;
  plan::ExpressionPtr column_reference(std::vector<std::string> parts, size_t from) const;
  bool at_column_regex() const;
  plan::ExpressionPtr column_regex(std::vector<std::string> table, size_t from);
  plan::ExpressionPtr star(std::vector<std::string> target, size_t from);
  plan::ExpressionPtr parameter();
  plan::ExpressionPtr text_or_parameter();
  plan::ExpressionPtr case_expression();
  plan::ExpressionPtr cast_expression();
  plan::ExpressionPtr lambda();
  bool at_lambda() const;
  // namedExpression: expression [AS] alias.
  plan::ExpressionPtr named_expression();
  Expressions named_expressions();
  Expressions expressions();
  plan::ExpressionPtr sort_item();
  Expressions sort_items();
  // Whether the word at the cursor names what stands before it, and begins no clause.
  bool at_implicit_alias() const;
  bool begins_clause() const;

  // ---- function calls (function_grammar.cc) ----
  plan::ExpressionPtr function_call(std::vector<std::string> name, size_t from);
  plan::ExpressionPtr function_argument(const std::vector<std::string>& function);
  plan::ExpressionPtr special_function(Keyword keyword);  // null: an ordinary call
  plan::ExpressionPtr date_unit_function(Keyword keyword);
  plan::ExpressionPtr extract_function();
  plan::ExpressionPtr trim_function();
  plan::ExpressionPtr substring_function();
  plan::ExpressionPtr position_function();
  plan::ExpressionPtr overlay_function();
  plan::ExpressionPtr over(plan::ExpressionPtr function, size_t from);
  plan::ExpressionPtr window_specification(plan::ExpressionPtr function, size_t from);
  std::optional<plan::WindowFrame> window_frame();
  plan::WindowFrame::Bound frame_bound();

  // ---- queries (query_grammar.cc) ----
  // Whether a query begins there: SELECT, WITH, VALUES, FROM, TABLE.
  bool begins_query(size_t ahead = 0) const;
  // "(query)" at the cursor, or null with the cursor unmoved.
  plan::RelationPtr parenthesized_query();
  plan::RelationPtr query();
  plan::RelationPtr with_clause();
  plan::With with_definitions();  // its child is null yet
  plan::CommonTableExpression common_table_expression();
  plan::RelationPtr query_term(int min_precedence);
  plan::RelationPtr set_operation(plan::RelationPtr left, Keyword operation, size_t from);
  plan::RelationPtr query_primary();
  plan::RelationPtr query_organization(plan::RelationPtr input);
  plan::RelationPtr inline_table();
  plan::RelationPtr relation(plan::Relation::Node node, size_t from) const;

  // ---- |> (pipe_grammar.cc) ----
  bool at_pipe() const;
  plan::RelationPtr pipe_operator(plan::RelationPtr left);
  plan::RelationPtr pipe_assignments(plan::RelationPtr left, size_t from);
  plan::RelationPtr pipe_aggregate(plan::RelationPtr left, size_t from);

  // ---- SELECT (select_grammar.cc) ----
  struct Select {
    std::vector<std::pair<std::string, Expressions>> hints;
    bool is_distinct = false;
    Expressions columns;
    plan::ExpressionPtr where;
    std::optional<plan::Aggregate> aggregation;
    plan::ExpressionPtr having;
    plan::ExpressionPtr qualify;
    std::vector<std::pair<std::string, plan::ExpressionPtr>> windows;
  };
  plan::RelationPtr select(plan::RelationPtr source);
  Select select_clause();
  void hint(Select* select);
  plan::RelationPtr apply(Select select, plan::RelationPtr source, size_t from);
  plan::RelationPtr project(const Select& select, Expressions columns, plan::RelationPtr source,
                            size_t from);
  // With `allows_names` a key may have an alias, as the pipe operator's may.
  plan::Aggregate group_by(bool allows_names = false);
  std::vector<Expressions> grouping_element();
  Expressions grouping_set();
  bool at_windows() const;
  std::vector<std::pair<std::string, plan::ExpressionPtr>> window_clause();

  // ---- FROM (relation_grammar.cc) ----
  plan::RelationPtr from_clause();
  plan::RelationPtr relation_extensions(plan::RelationPtr left);
  std::optional<plan::JoinKind> join_kind(bool* is_natural);
  plan::RelationPtr join(plan::RelationPtr left);
  plan::RelationPtr relation_primary();
  plan::RelationPtr named_table();
  plan::RelationPtr table_function(std::vector<std::string> name, size_t from);
  plan::RelationPtr sampled(plan::RelationPtr child);
  double digits_as_number();  // a whole number of any length
  plan::RelationPtr aliased(plan::RelationPtr child, const std::string& default_alias = {});
  plan::RelationPtr lateral_view(plan::RelationPtr child);
  plan::RelationPtr pivot(plan::RelationPtr child);
  plan::RelationPtr unpivot(plan::RelationPtr child);
  Expressions unpivot_columns(const std::vector<std::string>& names, plan::UnresolvedStar* others,
                              size_t from);
  plan::RelationPtr unpivoted_fields(plan::RelationPtr rows, const std::vector<std::string>& names,
                                     size_t from);
  std::map<std::string, std::string> property_list();

  // ---- other statements (statement_grammar.cc) ----
  Statement statement();
  std::optional<Statement> insert_with_definitions();
  Statement create_statement();
  Statement create_temporary_view(CreateView view, size_t from);
  std::vector<std::string> temporary_name(std::vector<std::string> name, const char* kind, size_t from) const;
  Statement drop_statement();
  Statement set_statement();
  Statement set_time_zone();
  std::string zone_displacement(size_t from);
  Statement reset_statement();
  Statement explain_statement();
  Statement cache_statement();
  Statement uncache_statement();
  Statement show_statement();
  Statement describe_statement();
  Statement use_statement();
  void show_filter(const std::string& container, plan::CatalogCall* call);
  bool accept_if_exists();

  // ---- variables (variable_grammar.cc) ----
  std::vector<std::string> identifier_clause() override;
  std::vector<std::vector<std::string>> variable_names();
  Statement declare_variable();
  Statement set_variable();
  Statement drop_variable();
  Statement execute_immediate();

  // ---- functions (function_statement_grammar.cc) ----
  Statement create_function(CreateFunction create, size_t from);
  void function_parameters(plan::SqlFunction* function, size_t from);
  void skip_generation();
  void skip_constraint_part();
  void function_result(plan::SqlFunction* function);
  void function_characteristics(plan::SqlFunction* function);
  void function_body(plan::SqlFunction* function);
  Statement drop_function();

  // ---- tables and databases (table_statement_grammar.cc) ----
  bool at_word(std::string_view word, size_t ahead = 0) const;  // words that are no keywords here too
  bool accept_word(std::string_view word);
  bool accept_if_not_exists();
  std::string required_string();
  Statement create_table(size_t from, bool replace);
  void table_columns(CreateTable* table);
  void partition_columns(CreateTable* table);
  void table_clauses(CreateTable* table);
  Statement create_database();
  Statement create_permanent_view(CreateView view);
  std::optional<plan::ViewSchema> schema_clause();
  // The query and its text, empty where there are parameters in it.
  void set_query(plan::RelationPtr& plan, std::string& text);
  void set_catalog_query(plan::RelationPtr& plan, std::string& text);  // throws for parameters
  Statement drop_table();
  Statement drop_database();
  Statement insert_statement();
  Statement alter_statement();
  Statement table_maintenance();  // TRUNCATE, ANALYZE, MSCK REPAIR, REFRESH
  Statement show_table_details();
  [[noreturn]] void unsupported_statement(size_t words) const;
  void refuse_default_collation() const;
  [[noreturn]] void unsupported_script() const;

 private:
  std::vector<std::vector<std::string>> lambda_parameters_;  // of the lambdas around the cursor
  size_t parameter_count_ = 0;                               // markers read so far
  size_t named_expressions_around_ = 0;                      // entries of SELECT lists in which the cursor stands
};

}  // namespace firesteel::sql
