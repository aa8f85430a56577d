// Relations whose rows the session holds: local data, uploaded blobs, checkpoints; and catalog calls.
#include <arrow/api.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "arrow/ipc.h"
#include "arrow/spark_schema.h"
#include "base/error.h"
#include "connect/decode.h"
#include "connect/message.h"
#include "connect/session_state.h"
#include "spark/connect/catalog.pb.h"
#include "spark/connect/relations.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::RelationPtr;

namespace {

enum class Shape : uint8_t { kArray, kMap, kStruct, kText, kOther };

Shape shape(const plan::Type& type) {
  switch (type.kind()) {
    case plan::TypeKind::kArray:
      return Shape::kArray;
    case plan::TypeKind::kMap:
      return Shape::kMap;
    case plan::TypeKind::kStruct:
      return Shape::kStruct;
    case plan::TypeKind::kUdt:
      return shape(type.sql_type());
    case plan::TypeKind::kString:
      return Shape::kText;
    default:
      return Shape::kOther;
  }
}

// Spark matches the rows' columns with the stated schema by position and stores what ANSI's rules for assignment
// allow: text takes every plain value, but nothing else takes text.
void check_columns(const plan::LocalData& data) {
  const ::arrow::Schema& columns = *data.table->schema();
  const plan::Schema& wanted = *data.schema;
  if (static_cast<size_t>(columns.num_fields()) != wanted.size()) {
    throw SparkError("ASSIGNMENT_ARITY_MISMATCH", {{"numTarget", std::to_string(columns.num_fields())},
                                                   {"numExpr", std::to_string(wanted.size())}});
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    const plan::Type type = columns::from_arrow_type(*columns.field(static_cast<int>(i))->type());
    const Shape from = shape(type);
    const Shape to = shape(wanted[i].type);
    if (from == to || type.is(plan::TypeKind::kNull) || (from == Shape::kOther && to == Shape::kText)) continue;
    throw SparkError("INVALID_COLUMN_OR_FIELD_DATA_TYPE", {{"name", "`col_" + std::to_string(i) + "`"},
                                                           {"type", "\"" + type.sql() + "\""},
                                                           {"expectedType", "\"" + wanted[i].type.sql() + "\""}});
  }
}

}  // namespace

PlanDecoder::RelationNode PlanDecoder::local_data(const std::string* bytes, const std::string* schema) {
  plan::LocalData node;
  if (schema != nullptr && !schema->empty()) node.schema = parse_schema_text(*schema, parser_options_);
  if (bytes != nullptr && !bytes->empty()) {
    node.table = context_.session.state().shared_table(*bytes);
    if (!node.schema) node.schema = columns::from_arrow_schema(*node.table->schema());
    check_columns(node);
  } else {
    if (!node.schema) throw SparkError("CONNECT_INVALID_PLAN.SCHEMA_REQUIRED_FOR_LOCAL_RELATION", {});
    auto table = arrow::Table::MakeEmpty(columns::to_arrow_schema(*node.schema, parser_options_.time_zone));
    FIRESTEEL_CHECK(table.ok(), table.status().ToString());
    node.table = *table;
  }
  return node;
}

PlanDecoder::RelationNode PlanDecoder::cached_local_data(const std::string& hash) {
  const std::optional<std::string> blob = context_.session.artifacts().cached_blob(hash);
  if (!blob) {
    throw SparkError("CONNECT_INVALID_PLAN.CANNOT_FIND_CACHED_LOCAL_RELATION", {{"hash", hash}});
  }
  proto::LocalRelation local;
  parse_message(*blob, 100, &local);
  return local_data(local.has_data() ? &local.data() : nullptr, local.has_schema() ? &local.schema() : nullptr);
}

PlanDecoder::RelationNode PlanDecoder::chunked_local_data(const proto::ChunkedCachedLocalRelation& proto) {
  const auto blob = [&](const std::string& hash) {
    std::optional<std::string> bytes = context_.session.artifacts().cached_blob(hash);
    if (!bytes) {
      throw SparkError("CONNECT_INVALID_PLAN.NOT_FOUND_CHUNKED_CACHED_LOCAL_RELATION",
                       {{"hash", hash}, {"sessionUUID", context_.session.id()}});
    }
    return *std::move(bytes);
  };
  if (proto.datahashes().empty()) {
    throw SparkError("CONNECT_INVALID_PLAN.CHUNKED_CACHED_LOCAL_RELATION_WITHOUT_DATA", {});
  }
  plan::LocalData node;
  if (proto.has_schemahash()) node.schema = parse_schema_text(blob(proto.schemahash()), parser_options_);
  std::vector<std::shared_ptr<arrow::Table>> tables;
  for (const std::string& hash : proto.datahashes()) tables.push_back(columns::decode_table(blob(hash)));
  auto table = arrow::ConcatenateTables(tables);
  if (!table.ok()) {
    throw SparkError("CONNECT_INVALID_PLAN.CANNOT_PARSE", {{"errorMsg", table.status().ToString()}});
  }
  node.table = *table;
  if (!node.schema) node.schema = columns::from_arrow_schema(*node.table->schema());
  check_columns(node);
  return node;
}

RelationPtr PlanDecoder::cached_remote(const std::string& relation_id) {
  RelationPtr relation = context_.session.state().find_checkpoint(relation_id);
  if (!relation) {
    throw SparkError("CONNECT_INVALID_PLAN.DATAFRAME_NOT_FOUND",
                     {{"dfId", relation_id}, {"sessionId", context_.session.id()}});
  }
  return relation;
}

namespace {

// Every catalog message is flat: strings, flags, numbers, a schema and options. Generic code covers
// the 36 of them with one rule: argument name = field name.
void add_arguments(const google::protobuf::Message& message, std::map<std::string, std::string>* arguments) {
  using google::protobuf::FieldDescriptor;
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string& name = field->name();
    if (field->is_map()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        const auto& entry = reflection->GetRepeatedMessage(message, field, i);
        const auto* type = entry.GetDescriptor();
        (*arguments)[name + "." + entry.GetReflection()->GetString(entry, type->FindFieldByNumber(1))] =
            entry.GetReflection()->GetString(entry, type->FindFieldByNumber(2));
      }
      continue;
    }
    if (field->is_repeated()) {
      throw_unsupported("RELATION", "catalog call with the argument " + name);
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        (*arguments)[name] = reflection->GetString(message, field);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        (*arguments)[name] = reflection->GetBool(message, field) ? "true" : "false";
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        (*arguments)[name] = std::to_string(reflection->GetInt32(message, field));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        (*arguments)[name] = std::to_string(reflection->GetInt64(message, field));
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        const auto& inner = reflection->GetMessage(message, field);
        if (inner.GetDescriptor()->full_name() == "spark.connect.DataType") {
          (*arguments)[name] = decode_type(static_cast<const proto::DataType&>(inner)).json();
        } else if (inner.GetDescriptor()->full_name() == "spark.connect.StorageLevel") {
          add_arguments(inner, arguments);
        } else {
          throw_unsupported("RELATION", "catalog call with the argument " + name);
        }
        break;
      }
      default:
        throw_unsupported("RELATION", "catalog call with the argument " + name);
    }
  }
}

}  // namespace

PlanDecoder::RelationNode PlanDecoder::catalog_call(const proto::Catalog& proto) {
  plan::CatalogCall call;
  call.name = oneof_member(proto, "cat_type");
  if (call.name.empty()) throw_not_set(proto, "CATTYPE_NOT_SET");
  const auto* field = proto.GetDescriptor()->FindFieldByName(call.name);
  add_arguments(proto.GetReflection()->GetMessage(proto, field), &call.arguments);
  return call;
}

}  // namespace firesteel::connect
