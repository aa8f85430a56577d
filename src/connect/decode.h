// Proto → plan. Every oneof member that the plan tree cannot hold raises UNSUPPORTED_FEATURE naming it;
// a message without its required parts raises CONNECT_INVALID_PLAN.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/request_context.h"
#include "plan/expression.h"
#include "plan/relation.h"
#include "plan/type.h"
#include "sql/parser.h"

namespace google::protobuf {
class Message;
}
namespace spark::connect {
class Aggregate;
class Catalog;
class ChunkedCachedLocalRelation;
class CommonInlineUserDefinedFunction;
class DataType;
class Expression;
class Expression_Literal;
class Expression_SortOrder;
class Expression_Window;
class MlRelation;
class Parse;
class Relation;
class Read;
class SQL;
class ToSchema;
class WithRelations;
}  // namespace spark::connect

namespace firesteel::connect {

plan::Type decode_type(const spark::connect::DataType& proto);
void encode_type(const plan::Type& type, spark::connect::DataType* proto);
// A struct message with the schema's fields.
void encode_schema(const plan::Schema& schema, spark::connect::DataType* proto);

// `expected` is the type that an enclosing literal gives, where this one carries none.
plan::Literal decode_literal(const spark::connect::Expression_Literal& proto,
                             const std::optional<plan::Type>& expected = std::nullopt);
void encode_literal(const plan::Literal& literal, spark::connect::Expression_Literal* proto);

// A schema in DDL or JSON form.
plan::Schema parse_schema_text(const std::string& text, const sql::ParserOptions& options);

// The name of the oneof member that is set ("group_map"), or "" when none is.
std::string oneof_member(const google::protobuf::Message& message, const char* oneof);
[[noreturn]] void throw_not_set(const google::protobuf::Message& message, const char* oneof_case);
// CONNECT_INVALID_PLAN.NO_HANDLER_FOR_EXTENSION.
[[noreturn]] void throw_no_handler(const std::string& type_url);

// What the settings say of texts. The options borrow `config` where they substitute variables.
sql::ParserOptions parser_options(const Config& config);

class PlanDecoder {
 public:
  explicit PlanDecoder(const RequestContext& context);

  plan::RelationPtr relation(const spark::connect::Relation& proto);
  plan::ExpressionPtr expression(const spark::connect::Expression& proto);
  // The text and the arguments of a statement, not parsed.
  plan::SqlQuery sql_arguments(const spark::connect::SQL& proto);
  std::vector<plan::CommonTableExpression> named_queries(const spark::connect::WithRelations& proto);
  template <typename List>
  std::vector<plan::ExpressionPtr> expressions(const List& protos) {
    std::vector<plan::ExpressionPtr> result;
    for (const auto& proto : protos) result.push_back(expression(proto));
    return result;
  }

 private:
  using RelationNode = plan::Relation::Node;
  using ExpressionNode = plan::Expression::Node;

  ExpressionNode expression_node(const spark::connect::Expression& proto);
  plan::ExpressionPtr sort_order(const spark::connect::Expression_SortOrder& proto);
  plan::Window window(const spark::connect::Expression_Window& proto);
  plan::UserFunction user_function(const spark::connect::CommonInlineUserDefinedFunction& proto);
  template <typename List>
  std::vector<plan::ExpressionPtr> sort_orders(const List& protos) {
    std::vector<plan::ExpressionPtr> result;
    for (const auto& proto : protos) result.push_back(sort_order(proto));
    return result;
  }

  RelationNode relation_node(const spark::connect::Relation& proto);
  std::optional<RelationNode> shaping_node(const spark::connect::Relation& proto);
  std::optional<RelationNode> combining_node(const spark::connect::Relation& proto);
  std::optional<RelationNode> statistics_node(const spark::connect::Relation& proto);
  std::optional<RelationNode> source_node(const spark::connect::Relation& proto);
  RelationNode read(const spark::connect::Read& proto);
  RelationNode local_data(const std::string* bytes, const std::string* schema);
  RelationNode cached_local_data(const std::string& hash);
  RelationNode chunked_local_data(const spark::connect::ChunkedCachedLocalRelation& proto);
  plan::RelationPtr cached_remote(const std::string& relation_id);
  RelationNode catalog_call(const spark::connect::Catalog& proto);
  RelationNode aggregate(const spark::connect::Aggregate& proto);
  RelationNode parse(const spark::connect::Parse& proto);
  plan::ToSchema to_schema(const spark::connect::ToSchema& proto);
  RelationNode ml(const spark::connect::MlRelation& proto);
  // The input, which must be set.
  template <typename Proto>
  plan::RelationPtr input(const Proto& proto) {
    return relation(proto.input());
  }

  RequestContext context_;
  sql::ParserOptions parser_options_;
};

}  // namespace firesteel::connect
