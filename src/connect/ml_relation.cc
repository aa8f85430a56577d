// Transforms, DataFrame-valued attributes and searches of models as relations.
#include "base/error.h"
#include "connect/decode.h"
#include "connect/message.h"
#include "connect/ml_cache.h"
#include "connect/ml_call.h"
#include "connect/ml_static_methods.h"
#include "connect/ml_value.h"
#include "connect/session_state.h"
#include "connect/sql_text.h"
#include "ml/locality_sensitive_hashing.h"
#include "ml/registry.h"
#include "spark/connect/ml.pb.h"
#include "spark/connect/relations.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::RelationPtr;

namespace {

plan::MlTransform transform_node(RelationPtr child,
                                 std::shared_ptr<const ml::Transformer> transformer,
                                 ml::ParamMap params, std::string name) {
  auto bound = std::make_shared<const ml::BoundTransformer>(
      ml::BoundTransformer{std::move(transformer), std::move(params)});
  return {std::move(child), std::move(bound), std::move(name)};
}

constexpr const char* kSqlTransformerClass = "org.apache.spark.ml.feature.SQLTransformer";

std::shared_ptr<const ml::HashingModel> hashing_model(MlCache& models,
                                                      const proto::Fetch& fetch) {
  const auto model =
      std::dynamic_pointer_cast<const ml::HashingModel>(models.find(fetch.obj_ref().id()));
  if (!model) throw_unsupported("ML_ATTRIBUTE", fetch.methods(0).method());
  return model;
}

plan::ExpressionPtr column(const std::string& name) {
  plan::UnresolvedAttribute attribute;
  attribute.parts = {name};
  return plan::make_expression(std::move(attribute));
}

// The column that the transformer added, or labelCol - predictionCol AS residuals.
plan::ExpressionPtr computed_column(const ml::PredictionsAttribute& attribute) {
  if (attribute.name != "residuals") return column(attribute.name);
  plan::Alias named;
  named.child = plan::make_call(
      "-", {column(attribute.params.text("labelCol")), column(attribute.params.text("predictionCol"))});
  named.names = {"residuals"};
  return plan::make_expression(std::move(named));
}

RelationPtr transformed(RelationPtr child, const ml::Model& model,
                        std::shared_ptr<const ml::Transformer> step) {
  return plan::make_relation(
      transform_node(std::move(child), std::move(step), model.params(), model.class_name()));
}

// The argument of a search as a number, a text or a vector.
template <typename T>
T search_argument(const proto::Fetch::Method& method, int index) {
  if (index < method.args_size() && !method.args(index).has_input()) {
    const ml::Value value = decode_ml_value(method.args(index).param());
    if (const auto* held = std::get_if<T>(&value)) return *held;
    if constexpr (std::is_same_v<T, double>) {
      if (const auto* whole = std::get_if<int32_t>(&value)) return *whole;
      if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
    }
  }
  throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE",
                   {{"message", method.method() + ": argument " + std::to_string(index + 1) +
                                    " is missing or of another type"}});
}

// The last argument; clients leave the default out.
std::string distance_column(const proto::Fetch::Method& method) {
  return method.args_size() > 3 ? search_argument<std::string>(method, 3) : "distCol";
}

const proto::Relation& search_dataset(const proto::Fetch::Method& method, int index) {
  if (index >= method.args_size() || !method.args(index).has_input()) {
    throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE",
                     {{"message", method.method() + " lacks a DataFrame"}});
  }
  return method.args(index).input();
}

// SELECT … FROM __THIS__ over the input under that name.
plan::With sql_transform(const RequestContext& context, RelationPtr child, const ml::ParamMap& params) {
  plan::SqlQuery query;
  query.text = params.text("statement");
  return plan::With{{{"__THIS__", {}, std::move(child)}}, parse_sql_query(context, query)};
}

// approxNearestNeighbors(dataset, key, count, distCol): the nearest among those in the key's
// buckets.
plan::Limit nearest_neighbors(PlanDecoder& decoder, MlCache& models,
                              const proto::Fetch& fetch) {
  const auto model = hashing_model(models, fetch);
  const auto& method = fetch.methods(0);
  const auto count = search_argument<int32_t>(method, 2);
  ml::require(count > 0, "The number of nearest neighbors cannot be less than 1");
  const std::string distance = distance_column(method);
  RelationPtr rows =
      transformed(decoder.relation(search_dataset(method, 0)), *model, model->hash_if_missing());
  rows = transformed(std::move(rows), *model,
                     model->neighbors_of(search_argument<ml::Vector>(method, 1), distance));
  rows = plan::make_relation(plan::Sort{
      std::move(rows), {plan::make_expression(plan::SortOrder{column(distance)})}, true});
  return plan::Limit{std::move(rows), plan::make_integer_literal(count)};
}

// approxSimilarityJoin(left, right, threshold, distCol): pairs that share a bucket and are nearer
// than the threshold.
plan::Filter similarity_join(PlanDecoder& decoder, MlCache& models,
                             const proto::Fetch& fetch) {
  const auto model = hashing_model(models, fetch);
  const auto& method = fetch.methods(0);
  const auto threshold = search_argument<double>(method, 2);
  const std::string distance = distance_column(method);
  const auto exploded = [&](int index, const char* name) {
    RelationPtr hashed = transformed(decoder.relation(search_dataset(method, index)), *model,
                                     model->hash_if_missing());
    plan::Alias rows;
    rows.child = plan::make_call("struct", {plan::make_expression(plan::UnresolvedStar())});
    rows.names = {name};
    RelationPtr structs = plan::make_relation(
        plan::Project{std::move(hashed), {plan::make_expression(std::move(rows))}});
    return transformed(std::move(structs), *model, model->explode_hashes(name));
  };
  plan::Join join;
  join.left = exploded(0, "datasetA");
  join.right = exploded(1, "datasetB");
  join.using_columns = {ml::HashingModel::kEntryColumn, ml::HashingModel::kHashColumn};
  RelationPtr pairs = plan::make_relation(plan::Project{plan::make_relation(std::move(join)),
                                                        {column("datasetA"), column("datasetB")}});
  plan::Deduplicate distinct;
  distinct.child = std::move(pairs);
  distinct.all_columns = true;
  RelationPtr measured = transformed(plan::make_relation(std::move(distinct)), *model,
                                     model->distance_between("datasetA", "datasetB", distance));
  return plan::Filter{
      std::move(measured),
      plan::make_call(
          "<", {column(distance), plan::make_literal({plan::Type::double_number(), threshold})})};
}

}  // namespace

PlanDecoder::RelationNode PlanDecoder::ml(const proto::MlRelation& ml_relation) {
  MlCache& models = context_.session.state().models();
  if (ml_relation.has_transform()) {
    const auto& transform = ml_relation.transform();
    RelationPtr child = relation(transform.input());
    if (transform.has_obj_ref()) {
      const auto model = models.find_model(transform.obj_ref().id());
      return transform_node(std::move(child), model, model_params(*model, transform.params()),
                            model->class_name());
    }
    const ml::Operator& op = ml::find_operator(transform.transformer().name());
    if (op.jvm_class == kSqlTransformerClass) {
      return sql_transform(context_, std::move(child),
                           params_of(op, transform.transformer().uid(), transform.params()));
    }
    if (op.transformer == nullptr)
      throw_unsupported("ML_OPERATOR", transform.transformer().name() + " as a transformer");
    // Rows of the registry live as long as the process: the pointer owns nothing.
    const std::shared_ptr<const ml::Transformer> unowned(std::shared_ptr<void>(), op.transformer);
    return transform_node(std::move(child), unowned,
                          params_of(op, transform.transformer().uid(), transform.params()),
                          ml::simple_name(op.jvm_class));
  }
  if (!ml_relation.has_fetch()) throw_not_set(ml_relation, "MLTYPE_NOT_SET");
  const auto& fetch = ml_relation.fetch();
  if (fetch.methods().empty()) throw_not_set(fetch, "METHODS_NOT_SET");
  if (fetch.obj_ref().id() == kStaticMethodsId) {
    const ml::TableAttribute table = call_static_method_on(context_, fetch.methods(0));
    return plan::LocalData{table.table, table.fields};
  }
  if (fetch.methods(0).method() == "approxNearestNeighbors")
    return nearest_neighbors(*this, models, fetch);
  if (fetch.methods(0).method() == "approxSimilarityJoin")
    return similarity_join(*this, models, fetch);
  const ml::Attribute attribute =
      ml::fetch(models.find(fetch.obj_ref().id()), decode_calls(fetch.methods()));
  if (const auto* table = std::get_if<ml::TableAttribute>(&attribute)) {
    return plan::LocalData{table->table, table->fields};
  }
  if (const auto* predictions = std::get_if<ml::PredictionsAttribute>(&attribute)) {
    proto::Relation dataset;
    const std::string evaluated = models.dataset(fetch.obj_ref().id());
    if (ml_relation.has_model_summary_dataset()) {
      dataset = ml_relation.model_summary_dataset();
    } else if (evaluated.empty() || !dataset.ParseFromString(evaluated)) {
      throw SparkError("CONNECT_ML.UNSUPPORTED_EXCEPTION",
                       {{"message", "the dataset of the summary is missing"}});
    }
    auto transformed = transform_node(relation(dataset), predictions->transformer,
                                      predictions->params, predictions->title);
    if (predictions->name == "predictions") return transformed;
    return plan::Project{plan::make_relation(std::move(transformed)),
                         {computed_column(*predictions)}};
  }
  throw SparkError("CONNECT_ML.UNSUPPORTED_EXCEPTION",
                   {{"message", "the attribute is no DataFrame"}});
}

}  // namespace firesteel::connect
