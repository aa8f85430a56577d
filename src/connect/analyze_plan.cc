#include "connect/analyze_plan.h"

#include <set>

#include "base/error.h"
#include "base/version.h"
#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/execute_plan.h"
#include "connect/explain.h"
#include "connect/message.h"
#include "connect/session_state.h"
#include "spark/connect/base.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::RelationPtr;

namespace {

// The relation that a question is about, decompressed if need be.
class Subject {
 public:
  Subject(const RequestContext& context, const proto::Plan& plan) : context_(context) {
    const auto limit = static_cast<int>(
        context.session.config().get_integer("spark.connect.grpc.marshallerRecursionLimit"));
    const proto::Plan& open = uncompressed(plan, limit, storage_.get());
    if (!open.has_root()) {
      throw SparkError("CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET",
                       {{"fullName", "spark.connect.Relation"}, {"name", "RELTYPE_NOT_SET"}});
    }
    root_ = &open.root();
  }
  RelationPtr resolved() const { return analyze_cached(context_, *root_); }
  RelationPtr unresolved() const { return PlanDecoder(context_).relation(*root_); }

 private:
  const RequestContext& context_;
  Message<proto::Plan> storage_;
  const proto::Relation* root_;
};

void collect_input_files(const RelationPtr& relation, std::set<std::string>* files) {
  if (const auto* scan = relation->as<plan::Scan>()) {
    for (const auto& file : scan->files) files->insert("file://" + file.path);
  }
  for (const auto& child : plan::children(*relation)) collect_input_files(child, files);
}

ExplainMode decode_mode(proto::AnalyzePlanRequest::Explain::ExplainMode mode) {
  using Explain = proto::AnalyzePlanRequest::Explain;
  switch (mode) {
    case Explain::EXPLAIN_MODE_EXTENDED:
      return ExplainMode::kExtended;
    case Explain::EXPLAIN_MODE_CODEGEN:
      return ExplainMode::kCodegen;
    case Explain::EXPLAIN_MODE_COST:
      return ExplainMode::kCost;
    case Explain::EXPLAIN_MODE_FORMATTED:
      return ExplainMode::kFormatted;
    case Explain::EXPLAIN_MODE_UNSPECIFIED:
    case Explain::EXPLAIN_MODE_SIMPLE:
      return ExplainMode::kSimple;
    default:
      return explain_mode("UNRECOGNIZED");  // throws
  }
}

void persist(const RequestContext& context, const proto::AnalyzePlanRequest::Persist& request) {
  const RelationPtr resolved = analyze_cached(context, request.relation());
  check_is_batch(*resolved);
  if (context.session.state().find_persisted(*resolved)) return;  // Spark warns and keeps the first
  StorageLevel level{true, true, false, true, 1};
  if (request.has_storage_level()) {
    const auto& wanted = request.storage_level();
    level = {wanted.use_disk(), wanted.use_memory(), wanted.use_off_heap(), wanted.deserialized(),
             wanted.replication()};
  }
  context.session.state().persist(resolved, level);
}

void unpersist(const RequestContext& context, const proto::Relation& relation) {
  const auto removed = context.session.state().unpersist(*analyze_cached(context, relation));
  if (removed && removed->is_materialised) context.backend.engine->uncache(removed->key);
}

void fill_storage_level(const RequestContext& context, const proto::Relation& relation, proto::StorageLevel* out) {
  StorageLevel level;
  if (const auto persisted = context.session.state().find_persisted(*analyze_cached(context, relation))) {
    level = persisted->level;
  }
  out->set_use_disk(level.use_disk);
  out->set_use_memory(level.use_memory);
  out->set_use_off_heap(level.use_off_heap);
  out->set_deserialized(level.deserialized);
  out->set_replication(level.replication);
}

std::optional<plan::Type> as_type(const std::string& text, const sql::ParserOptions& options) {
  try {
    return sql::parse_type(text, options);
  } catch (const SparkError&) {
    return std::nullopt;
  }
}

// A type, a list of columns, or fields written as in struct<name: type>.
void parse_ddl(const std::string& text, const sql::ParserOptions& options, proto::DataType* out) {
  if (const auto type = as_type(text, options)) return encode_type(*type, out);
  try {
    encode_schema(parse_schema_text(text, options), out);
  } catch (const SparkError&) {
    const auto type = as_type("struct<" + text + ">", options);
    if (!type) throw;
    encode_type(*type, out);
  }
}

// StructType.toDDL
std::string to_ddl(const plan::Schema& schema) {
  std::string text;
  for (const plan::StructField& field : schema) {
    if (!text.empty()) text += ",";
    bool is_plain = !field.name.empty() && !std::isdigit(static_cast<unsigned char>(field.name[0]));
    for (const char c : field.name) is_plain = is_plain && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
    text += (is_plain ? field.name : "`" + field.name + "`") + " " + field.type.sql() + (field.nullable ? "" : " NOT NULL");
  }
  return text;
}

}  // namespace

void answer_analyze_plan(const RequestContext& context, const proto::AnalyzePlanRequest& request,
                         proto::AnalyzePlanResponse* response) {
  using Request = proto::AnalyzePlanRequest;
  switch (request.analyze_case()) {
    case Request::kSchema:
      encode_schema(plan::output_schema(*Subject(context, request.schema().plan()).resolved()),
                    response->mutable_schema()->mutable_schema());
      return;
    case Request::kExplain: {
      const Subject subject(context, request.explain().plan());
      response->mutable_explain()->set_explain_string(
          explain(context, subject.unresolved(), subject.resolved(), decode_mode(request.explain().explain_mode())));
      return;
    }
    case Request::kTreeString: {
      const auto type =
          plan::Type::structure(plan::output_schema(*Subject(context, request.tree_string().plan()).resolved()));
      response->mutable_tree_string()->set_tree_string(type.tree_string(request.tree_string().level()));
      return;
    }
    case Request::kIsLocal: {
      const RelationPtr resolved = Subject(context, request.is_local().plan()).resolved();
      response->mutable_is_local()->set_is_local(resolved->as<plan::LocalData>() != nullptr);
      return;
    }
    case Request::kIsStreaming:
      response->mutable_is_streaming()->set_is_streaming(
          plan::is_streaming(*Subject(context, request.is_streaming().plan()).resolved()));
      return;
    case Request::kInputFiles: {
      std::set<std::string> files;
      const RelationPtr resolved = Subject(context, request.input_files().plan()).resolved();
      check_is_batch(*resolved);
      collect_input_files(resolved, &files);
      auto* answer = response->mutable_input_files();
      for (const std::string& file : files) answer->add_files(file);
      return;
    }
    case Request::kSparkVersion:
      response->mutable_spark_version()->set_version(std::string(spark_version()));
      return;
    case Request::kDdlParse:
      return parse_ddl(request.ddl_parse().ddl_string(), parser_options(context.session.config()), response->mutable_ddl_parse()->mutable_parsed());
    case Request::kSameSemantics: {
      const RelationPtr target = Subject(context, request.same_semantics().target_plan()).resolved();
      const RelationPtr other = Subject(context, request.same_semantics().other_plan()).resolved();
      response->mutable_same_semantics()->set_result(plan::same_semantics(*target, *other));
      return;
    }
    case Request::kSemanticHash:
      response->mutable_semantic_hash()->set_result(
          plan::semantic_hash(*Subject(context, request.semantic_hash().plan()).resolved()));
      return;
    case Request::kPersist:
      persist(context, request.persist());
      response->mutable_persist();
      return;
    case Request::kUnpersist:
      unpersist(context, request.unpersist().relation());
      response->mutable_unpersist();
      return;
    case Request::kGetStorageLevel:
      return fill_storage_level(context, request.get_storage_level().relation(),
                                response->mutable_get_storage_level()->mutable_storage_level());
    case Request::kJsonToDdl: {
      const plan::Type type = plan::type_from_json(request.json_to_ddl().json_string());
      response->mutable_json_to_ddl()->set_ddl_string(
          type.is(plan::TypeKind::kStruct) ? to_ddl(type.fields()) : type.sql());
      return;
    }
    case Request::ANALYZE_NOT_SET:
      throw SparkError("CONNECT_INVALID_PLAN.UNKNOWN_ANALYZE_METHOD", {{"other", "ANALYZE_NOT_SET"}});
  }
}

}  // namespace firesteel::connect
