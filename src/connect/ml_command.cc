#include "connect/ml_command.h"

#include <mutex>
#include <optional>

#include <arrow/api.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "base/memory_budget.h"
#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/ml_cache.h"
#include "connect/ml_value.h"
#include "connect/session_state.h"
#include "ml/persistence.h"
#include "ml/registry.h"
#include "spark/connect/base.pb.h"
#include "spark/connect/ml.pb.h"
#include "spark/connect/relations.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::RelationPtr;

namespace {

constexpr const char* kHelperId = "______ML_CONNECT_HELPER______";

// A stream of an engine as the reader that the kernels consume.
class StreamReader final : public arrow::RecordBatchReader {
 public:
  StreamReader(std::unique_ptr<engine::BatchStream> stream, std::shared_ptr<arrow::Schema> schema,
               Operation* operation)
      : stream_(std::move(stream)), schema_(std::move(schema)), operation_(operation) {}

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    operation_->context().cancellation->throw_if_cancelled();
    const auto next = stream_->next();
    if (next) operation_->summary().rows += next->num_rows();
    *batch = next ? columns::with_schema(*next, schema_) : nullptr;
    return arrow::Status::OK();
  }

 private:
  std::unique_ptr<engine::BatchStream> stream_;
  std::shared_ptr<arrow::Schema> schema_;
  Operation* operation_;
};

// Keeps only the columns that the operator reads, unless one is missing: then its own error must
// list what there is.
RelationPtr pruned(const RelationPtr& plan, const std::vector<std::string>& wanted) {
  std::vector<plan::ExpressionPtr> columns;
  std::vector<plan::Attribute> output;
  for (const std::string& name : wanted) {
    const plan::Attribute* found = nullptr;
    for (const plan::Attribute& attribute : plan->output) {
      if (attribute.name != name) continue;
      if (found != nullptr) return plan;  // ambiguous: the operator decides
      found = &attribute;
    }
    if (found == nullptr) return plan;
    bool is_known = false;
    for (const plan::Attribute& attribute : output) is_known = is_known || attribute.id == found->id;
    if (is_known) continue;
    columns.push_back(plan::reference(*found));
    output.push_back(*found);
  }
  if (columns.empty()) return plan;
  return plan::make_resolved(plan::Project{plan, std::move(columns)}, std::move(output));
}


// A fit's part of the server's memory limit; its blocks spill when there is no more of it.
class FitMemory : public ml::MemoryAccount {
 public:
  explicit FitMemory(MemoryBudget* budget) : reservation_(budget->reserve("fit", 0)) {}

  bool try_reserve(int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    return reservation_.try_resize(reservation_.bytes() + bytes);
  }
  void release(int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    reservation_.try_resize(std::max<int64_t>(0, reservation_.bytes() - bytes));
  }

 private:
  std::mutex mutex_;
  MemoryBudget::Reservation reservation_;
};

// A dataset that is being read for training or evaluation, and what the kernels may use meanwhile.
class TrainingRun {
 public:
  TrainingRun(const RequestContext& context, const proto::Relation& dataset, Operation* operation,
              const std::vector<std::string>& wanted)
      : operation_(*operation) {
    const auto execution = operation->shared_context();
    RelationPtr plan = analyze_relation(context, PlanDecoder(context).relation(dataset), execution);
    plan = with_cached_relations(context, pruned(plan, wanted), execution);
    fit_.fields = plan::output_schema(*plan);
    reader_ = std::make_unique<StreamReader>(context.backend.engine->execute(plan, execution),
                                             columns::to_arrow_schema(fit_.fields, execution->time_zone), operation);
    fit_.threads = context.backend.threads;
    if (context.backend.memory != nullptr) fit_.memory = &memory_.emplace(context.backend.memory);
    fit_.canceled = &is_cancelled_;
    fit_.temp_dir = context.backend.temporary_folder;
    fit_.progress = [this](const ml::FitProgress& progress) {
      if (progress.iterations_max > 0) {
        operation_.context().fraction_done = double(progress.iteration) / progress.iterations_max;
      }
    };
    handle_ = execution->cancellation->on_cancel([this] { is_cancelled_ = true; });
  }
  ~TrainingRun() { operation_.context().cancellation->remove(handle_); }

  arrow::RecordBatchReader& reader() { return *reader_; }
  ml::FitContext& context() { return fit_; }

 private:
  Operation& operation_;
  std::unique_ptr<StreamReader> reader_;
  ml::FitContext fit_;
  std::optional<FitMemory> memory_;
  std::atomic<bool> is_cancelled_{false};
  int handle_ = 0;
};

ml::ParamMap params_of(const ml::Operator& op, const std::string& uid, const proto::MlParams& proto) {
  ml::ParamMap params(*op.params, uid);
  decode_ml_params(proto, &params);
  return params;
}

// A model's own parameters with those of the call on top.
ml::ParamMap model_params(const ml::Model& model, const proto::MlParams& proto) {
  ml::ParamMap params = model.params();
  decode_ml_params(proto, &params);
  return params;
}

const ml::Operator& find_operator(const proto::MlOperator& proto) { return ml::find_operator(proto.name()); }

void fit(const RequestContext& context, const proto::MlCommand::Fit& command, Operation* operation,
         proto::MlCommandResult* result) {
  const ml::Operator& op = find_operator(command.estimator());
  if (op.estimator == nullptr) throw_unsupported("ML_OPERATOR", command.estimator().name() + " as an estimator");
  const ml::ParamMap params = params_of(op, command.estimator().uid(), command.params());
  TrainingRun run(context, command.dataset(), operation, op.estimator->input_columns(params));
  const auto model = op.estimator->fit(params, run.reader(), run.context());
  auto* info = result->mutable_operator_info();
  info->mutable_obj_ref()->set_id(context.session.state().models().add(model));
  info->set_uid(command.estimator().uid());
}

std::vector<ml::MethodCall> decode_calls(const google::protobuf::RepeatedPtrField<proto::Fetch::Method>& methods) {
  std::vector<ml::MethodCall> calls;
  for (const auto& method : methods) {
    ml::MethodCall call{method.method()};
    for (const auto& argument : method.args()) {
      if (argument.has_input()) throw_unsupported("ML_ATTRIBUTE", method.method() + " with a DataFrame argument");
      call.arguments.push_back(decode_ml_value(argument.param()));
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

void add_objects(const RequestContext& context, const std::vector<std::shared_ptr<const ml::Model>>& models,
                 proto::MlCommandResult* result) {
  std::string ids;
  for (const auto& model : models) ids += (ids.empty() ? "" : ",") + context.session.state().models().add(model);
  result->mutable_operator_info()->mutable_obj_ref()->set_id(ids);
}

struct AttributeEncoder {
  const RequestContext& context;
  proto::MlCommandResult* result;

  void operator()(const ml::Value& value) const { encode_ml_value(value, result->mutable_param()); }
  void operator()(const ml::TableAttribute&) const { throw_not_a_value(); }
  void operator()(const ml::PredictionsAttribute&) const { throw_not_a_value(); }
  void operator()(const std::shared_ptr<const ml::Attributed>& object) const {
    const std::string id = context.session.state().models().add(object);
    if (std::dynamic_pointer_cast<const ml::Model>(object)) {
      result->mutable_operator_info()->mutable_obj_ref()->set_id(id);
    } else {
      result->set_summary(id);
    }
  }
  void operator()(const std::vector<std::shared_ptr<const ml::Model>>& models) const {
    add_objects(context, models, result);
  }
  [[noreturn]] static void throw_not_a_value() {
    throw SparkError("CONNECT_ML.UNSUPPORTED_EXCEPTION",
                     {{"message", "an attribute that is a DataFrame is fetched as a relation"}});
  }
};

void handle_overwrite(const std::string& path, bool should_overwrite) {
  if (!std::filesystem::exists(path)) return;
  if (!should_overwrite) {
    throw SparkError("_LEGACY_ERROR_ML", {{"message", "Path " + path + " already exists. To overwrite it, "
                                                           "please use write.overwrite().save(path) for Scala and use "
                                                           "write().overwrite().save(path) for Java and Python."}});
  }
  std::filesystem::remove_all(path);
}

std::string local_path(const std::string& path) {
  if (path.compare(0, 7, "file://") == 0) return path.substr(7);
  if (path.compare(0, 5, "file:") == 0) return path.substr(5);
  return path;
}

void call_helper(const std::vector<ml::MethodCall>& calls, proto::MlCommandResult* result) {
  const ml::MethodCall& call = calls.at(0);
  if (call.method == "handleOverwrite" && call.arguments.size() == 2) {
    handle_overwrite(local_path(std::get<std::string>(call.arguments[0])), std::get<bool>(call.arguments[1]));
    result->mutable_param()->set_boolean(true);
    return;
  }
  if (call.method == "stopWordsRemoverGetDefaultOrUS") {
    result->mutable_param()->set_string("en_US");
    return;
  }
  throw_unsupported("ML_ATTRIBUTE", call.method);
}

// model.evaluate(dataset): a summary over another dataset.
std::shared_ptr<const ml::Attributed> evaluate(const RequestContext& context, const proto::Fetch& command,
                                               Operation* operation) {
  const auto model = context.session.state().models().find_model(command.obj_ref().id());
  TrainingRun run(context, command.methods(0).args(0).input(), operation, {});
  return model->evaluate(model->params(), run.reader(), run.context());
}

void fetch(const RequestContext& context, const proto::Fetch& command, Operation* operation,
           proto::MlCommandResult* result) {
  if (command.methods_size() == 1 && command.methods(0).method() == "evaluate" &&
      command.methods(0).args_size() == 1 && command.methods(0).args(0).has_input()) {
    AttributeEncoder{context, result}(evaluate(context, command, operation));
    return;
  }
  const std::vector<ml::MethodCall> calls = decode_calls(command.methods());
  if (calls.empty()) throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE", {{"message", "fetch names no method"}});
  if (command.obj_ref().id() == kHelperId) return call_helper(calls, result);
  const auto object = context.session.state().models().find(command.obj_ref().id());
  std::visit(AttributeEncoder{context, result}, ml::fetch(object, calls));
}

void remove(const RequestContext& context, const proto::MlCommand::Delete& command, proto::MlCommandResult* result) {
  std::string removed;
  for (const auto& reference : command.obj_refs()) {
    if (context.session.state().models().remove(reference.id())) {
      removed += (removed.empty() ? "" : ",") + reference.id();
    }
  }
  result->mutable_operator_info()->mutable_obj_ref()->set_id(removed);
}

void write(const RequestContext& context, const proto::MlCommand::Write& command, proto::MlCommandResult* result) {
  const std::string path = local_path(command.path());
  if (path.empty()) throw SparkError("_LEGACY_ERROR_TEMP_2047", {});
  handle_overwrite(path, command.should_overwrite());
  // A write that fails half-way must leave nothing that can be read: it goes to a sibling first.
  const std::filesystem::path target = std::filesystem::absolute(path).lexically_normal();
  const std::filesystem::path staged = target.string() + "._temporary-" + make_uuid();
  std::filesystem::create_directories(staged);
  try {
    if (command.has_obj_ref()) {
      const auto model = context.session.state().models().find_model(command.obj_ref().id());
      model->write(staged.string(), model_params(*model, command.params()));
    } else {
      const ml::Operator& op = find_operator(command.operator_());
      ml::write_metadata(staged.string(), command.operator_().name(),
                         params_of(op, command.operator_().uid(), command.params()));
    }
    std::filesystem::rename(staged, target);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove_all(staged, ignored);
    throw;
  }
  result->mutable_operator_info();
}

void read(const RequestContext& context, const proto::MlCommand::Read& command, proto::MlCommandResult* result) {
  const ml::Operator& op = find_operator(command.operator_());
  const std::string path = local_path(command.path());
  auto* info = result->mutable_operator_info();
  if (op.kind == ml::OperatorKind::kModel) {
    const auto model = op.read_model(path);
    info->mutable_obj_ref()->set_id(context.session.state().models().add(model));
    info->set_uid(model->params().uid());
    encode_ml_params(model->params(), info->mutable_params());
    return;
  }
  const ml::Metadata metadata = ml::read_metadata(path, command.operator_().name());
  info->set_name(command.operator_().name());
  info->set_uid(metadata.uid);
  encode_ml_params(ml::read_params(metadata, *op.params), info->mutable_params());
}

void evaluate(const RequestContext& context, const proto::MlCommand::Evaluate& command, Operation* operation,
              proto::MlCommandResult* result) {
  const ml::Operator& op = find_operator(command.evaluator());
  if (op.evaluator == nullptr) throw_unsupported("ML_OPERATOR", command.evaluator().name() + " as an evaluator");
  const ml::ParamMap params = params_of(op, command.evaluator().uid(), command.params());
  TrainingRun run(context, command.dataset(), operation, op.evaluator->input_columns(params));
  result->mutable_param()->set_double_(op.evaluator->evaluate(params, run.reader(), run.context()));
}

void create_summary(const RequestContext& context, const proto::MlCommand::CreateSummary& command,
                    Operation* operation, proto::MlCommandResult* result) {
  const auto model = context.session.state().models().find_model(command.model_ref().id());
  TrainingRun run(context, command.dataset(), operation, {});
  const auto summary = model->evaluate(model->params(), run.reader(), run.context());
  result->set_summary(context.session.state().models().add(summary));
}

void list_cache(const RequestContext& context, proto::MlCommandResult* result) {
  std::vector<std::string> infos;
  for (const auto& entry : context.session.state().models().all()) {
    const auto model = std::dynamic_pointer_cast<const ml::Model>(entry.object);
    const nlohmann::ordered_json json = {{"id", entry.id},
                                         {"class", model ? model->jvm_class() : entry.object->class_name()},
                                         {"size", entry.object->size_bytes()}};
    infos.push_back(json.dump());
  }
  encode_ml_value(infos, result->mutable_param());
}

}  // namespace

void execute_ml_command(const RequestContext& context, const proto::MlCommand& command, Operation& operation) {
  operation.summary().statement = "ml " + oneof_member(command, "command");
  proto::ExecutePlanResponse response;
  auto* result = response.mutable_ml_command_result();
  switch (command.command_case()) {
    case proto::MlCommand::kFit:
      fit(context, command.fit(), &operation, result);
      break;
    case proto::MlCommand::kFetch:
      fetch(context, command.fetch(), &operation, result);
      break;
    case proto::MlCommand::kDelete:
      remove(context, command.delete_(), result);
      break;
    case proto::MlCommand::kWrite:
      write(context, command.write(), result);
      break;
    case proto::MlCommand::kRead:
      read(context, command.read(), result);
      break;
    case proto::MlCommand::kEvaluate:
      evaluate(context, command.evaluate(), &operation, result);
      break;
    case proto::MlCommand::kCleanCache:
      result->mutable_param()->set_integer(static_cast<int32_t>(context.session.state().models().clear()));
      break;
    case proto::MlCommand::kGetCacheInfo:
      list_cache(context, result);
      break;
    case proto::MlCommand::kCreateSummary:
      create_summary(context, command.create_summary(), &operation, result);
      break;
    case proto::MlCommand::kGetModelSize:
      result->mutable_param()->set_long_(
          context.session.state().models().find(command.get_model_size().model_ref().id())->size_bytes());
      break;
    case proto::MlCommand::COMMAND_NOT_SET:
      throw_not_set(command, "COMMAND_NOT_SET");
  }
  operation.send(&response);
}

namespace {

plan::MlTransform transform_node(RelationPtr child, std::shared_ptr<const ml::Transformer> transformer,
                                 ml::ParamMap params, std::string name) {
  auto bound = std::make_shared<const ml::BoundTransformer>(
      ml::BoundTransformer{std::move(transformer), std::move(params)});
  return {std::move(child), std::move(bound), std::move(name)};
}

// labelCol - predictionCol AS residuals
plan::ExpressionPtr residual(const ml::ParamMap& params) {
  std::vector<plan::ExpressionPtr> operands;
  for (const char* column : {"labelCol", "predictionCol"}) {
    plan::UnresolvedAttribute attribute;
    attribute.parts = {params.text(column)};
    operands.push_back(plan::make_expression(std::move(attribute)));
  }
  plan::Alias named;
  named.child = plan::make_call("-", std::move(operands));
  named.names = {"residuals"};
  return plan::make_expression(std::move(named));
}

}  // namespace

PlanDecoder::RelationNode PlanDecoder::ml(const proto::MlRelation& proto) {
  MlCache& models = context_.session.state().models();
  if (proto.has_transform()) {
    const auto& transform = proto.transform();
    RelationPtr child = relation(transform.input());
    if (transform.has_obj_ref()) {
      const auto model = models.find_model(transform.obj_ref().id());
      return transform_node(std::move(child), model, model_params(*model, transform.params()), model->class_name());
    }
    const ml::Operator& op = find_operator(transform.transformer());
    if (op.transformer == nullptr) throw_unsupported("ML_OPERATOR", transform.transformer().name() + " as a transformer");
    // Rows of the registry live as long as the process: the pointer owns nothing.
    const std::shared_ptr<const ml::Transformer> unowned(std::shared_ptr<void>(), op.transformer);
    return transform_node(std::move(child), unowned, params_of(op, transform.transformer().uid(), transform.params()),
                          ml::simple_name(op.jvm_class));
  }
  if (!proto.has_fetch()) throw_not_set(proto, "MLTYPE_NOT_SET");
  const auto& fetch = proto.fetch();
  if (fetch.obj_ref().id() == kHelperId) throw_unsupported("ML_ATTRIBUTE", fetch.methods().empty() ? "" : fetch.methods(0).method());
  const ml::Attribute attribute = ml::fetch(models.find(fetch.obj_ref().id()), decode_calls(fetch.methods()));
  if (const auto* table = std::get_if<ml::TableAttribute>(&attribute)) {
    return plan::LocalData{table->table, table->fields};
  }
  if (const auto* predictions = std::get_if<ml::PredictionsAttribute>(&attribute)) {
    if (!proto.has_model_summary_dataset()) {
      throw SparkError("CONNECT_ML.UNSUPPORTED_EXCEPTION", {{"message", "the dataset of the summary is missing"}});
    }
    auto transformed = transform_node(relation(proto.model_summary_dataset()), predictions->model,
                                      predictions->params, predictions->model->class_name());
    if (predictions->name == "predictions") return transformed;
    return plan::Project{plan::make_relation(std::move(transformed)), {residual(predictions->params)}};
  }
  throw SparkError("CONNECT_ML.UNSUPPORTED_EXCEPTION", {{"message", "the attribute is no DataFrame"}});
}

}  // namespace firesteel::connect
