#include "connect/ml_command.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/logging.h"
#include "connect/decode.h"
#include "connect/ml_cache.h"
#include "connect/ml_call.h"
#include "connect/ml_static_methods.h"
#include "connect/ml_value.h"
#include "connect/model_files.h"
#include "connect/session_state.h"
#include "connect/training_run.h"
#include "ml/persistence.h"
#include "ml/registry.h"
#include "ml/tree_model.h"
#include "spark/connect/base.pb.h"
#include "spark/connect/ml.pb.h"
#include "spark/connect/relations.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;
namespace {

// The session's cache under the limits that hold now.
MlCache& models_of(const RequestContext& context) {
  MlCache& models = context.session.state().models();
  models.configure(ml_cache_limits(context.session.config()), context.backend.temporary_folder);
  return models;
}

const ml::Operator& find_operator(const proto::MlOperator& proto) { return ml::find_operator(proto.name()); }

// Sessions that ask for a backend of other hardware are told once per operator why they do not get it.
std::string placement_warning(const RequestContext& context, const std::string& operator_name) {
  std::string wish;
  for (const auto& [key, value] : context.session.config().values()) {
    const bool is_wish = (key == "spark.connect.ml.backend.classes" || key.starts_with("spark.rapids.ml.")) && !value.empty();
    if (is_wish) wish += (wish.empty() ? "" : ", ") + key + "=" + value;
  }
  if (wish.empty() || !context.session.state().note_once("ml placement of " + operator_name + " " + wish)) return {};
  const std::string reason = "this server has no GPU engine";
  log_info("ml placement", {{"operator", operator_name}, {"wish", wish}, {"runs_on", "cpu"}, {"reason", reason}});
  return ml::simple_name(operator_name) + " runs on the CPU although " + wish + ": " + reason + ".";
}

// A model adds columns: none of them may be there already.
void check_output_columns(const ml::ParamMap& params, const std::set<std::string>& columns) {
  for (const char* name : {"rawPredictionCol", "probabilityCol", "linkPredictionCol", "predictionCol"}) {
    const std::string column = params.declares(name) ? params.text_or_empty(name) : std::string();
    ml::require(column.empty() || !columns.contains(column), "Column " + column + " already exists.");
  }
}

void fit(const RequestContext& context, const proto::MlCommand::Fit& command, Operation* operation,
         proto::MlCommandResult* result) {
  const ml::Operator& op = find_operator(command.estimator());
  if (op.estimator == nullptr) throw_unsupported("ML_OPERATOR", command.estimator().name() + " as an estimator");
  const ml::ParamMap params = params_of(op, command.estimator().uid(), command.params());
  TrainingRun run(context, command.dataset(), operation, op.estimator->input_columns(params));
  std::set<std::string> columns;
  for (const plan::Attribute& attribute : run.dataset()->output) columns.insert(attribute.name);
  check_output_columns(params, columns);
  const auto model = op.estimator->fit(params, run.reader(), run.context());
  auto* info = result->mutable_operator_info();
  info->mutable_obj_ref()->set_id(models_of(context).add(model));
  info->set_uid(command.estimator().uid());
  if (const std::string warning = placement_warning(context, command.estimator().name()); !warning.empty()) {
    info->set_warning_message(warning);
  }
}

void add_objects(const RequestContext& context, const std::vector<std::shared_ptr<const ml::Model>>& models,
                 proto::MlCommandResult* result) {
  std::string ids;
  for (const auto& model : models) ids += (ids.empty() ? "" : ",") + models_of(context).add(model);
  result->mutable_operator_info()->mutable_obj_ref()->set_id(ids);
}

struct AttributeEncoder {
  const RequestContext& context;
  proto::MlCommandResult* result;

  void operator()(const ml::Value& value) const { encode_ml_value(value, result->mutable_param()); }
  void operator()(const ml::TableAttribute&) const { throw_not_a_value(); }
  void operator()(const ml::PredictionsAttribute&) const { throw_not_a_value(); }
  void operator()(const std::shared_ptr<const ml::Attributed>& object) const {
    if (const auto model = std::dynamic_pointer_cast<const ml::Model>(object)) {
      result->mutable_operator_info()->mutable_obj_ref()->set_id(models_of(context).add(model));
    } else {
      result->set_summary(models_of(context).add(object));
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

// A summary of a model over another dataset.
std::string add_evaluation(const RequestContext& context, const std::string& model_id, const proto::Relation& dataset,
                           Operation* operation) {
  const auto model = models_of(context).find_model(model_id);
  TrainingRun run(context, dataset, operation, {});
  auto summary = model->evaluate(model, model->params(), run.reader(), run.context());
  return models_of(context).add(std::move(summary), dataset.SerializeAsString());
}

// model.evaluateEachIteration(dataset, …): a number per tree.
std::vector<double> evaluate_each_iteration(const RequestContext& context, const proto::Fetch& command, Operation* operation) {
  const auto model = models_of(context).find_model(command.obj_ref().id());
  std::vector<ml::Value> arguments;
  for (const auto& argument : command.methods(0).args()) {
    if (!argument.has_input()) arguments.push_back(decode_ml_value(argument.param()));
  }
  TrainingRun run(context, command.methods(0).args(0).input(), operation, {});
  return ml::evaluate_each_iteration(*model, arguments, run.reader(), run.context());
}

void fetch(const RequestContext& context, const proto::Fetch& command, Operation* operation,
           proto::MlCommandResult* result) {
  if (command.methods_size() == 1 && command.methods(0).method() == "evaluate" &&
      command.methods(0).args_size() == 1 && command.methods(0).args(0).has_input()) {
    result->set_summary(add_evaluation(context, command.obj_ref().id(), command.methods(0).args(0).input(), operation));
    return;
  }
  if (command.methods_size() == 1 && command.methods(0).method() == "evaluateEachIteration") {
    encode_ml_value(evaluate_each_iteration(context, command, operation), result->mutable_param());
    return;
  }
  const std::vector<ml::MethodCall> calls = decode_calls(command.methods());
  if (calls.empty()) throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE", {{"message", "fetch names no method"}});
  if (command.obj_ref().id() == kStaticMethodsId) {
    std::visit(AttributeEncoder{context, result}, call_static_method(context, calls));
    return;
  }
  const auto object = models_of(context).find(command.obj_ref().id());
  std::visit(AttributeEncoder{context, result}, ml::fetch(object, calls));
}

void remove(const RequestContext& context, const proto::MlCommand::Delete& command, proto::MlCommandResult* result) {
  std::string removed;
  for (const auto& reference : command.obj_refs()) {
    if (models_of(context).remove(reference.id(), command.evict_only())) {
      removed += (removed.empty() ? "" : ",") + reference.id();
    }
  }
  result->mutable_operator_info()->mutable_obj_ref()->set_id(removed);
}

void write(const RequestContext& context, const proto::MlCommand::Write& command, proto::MlCommandResult* result) {
  const auto model = command.has_obj_ref() ? models_of(context).find_model(command.obj_ref().id()) : nullptr;
  write_model_files(context, command.path(), command.should_overwrite(), [&](const std::string& folder) {
    if (model) {
      model->write(folder, model_params(*model, command.params()));
      return;
    }
    const ml::Operator& op = find_operator(command.operator_());
    ml::write_metadata(folder, command.operator_().name(), params_of(op, command.operator_().uid(), command.params()));
  });
  result->mutable_operator_info();
}

void read(const RequestContext& context, const proto::MlCommand::Read& command, proto::MlCommandResult* result) {
  const ml::Operator& op = find_operator(command.operator_());
  const ModelFiles files(context, command.path());
  auto* info = result->mutable_operator_info();
  if (op.kind == ml::OperatorKind::kModel) {
    const auto model = op.read_model(files.folder());
    info->mutable_obj_ref()->set_id(models_of(context).add(model));
    info->set_uid(model->params().uid());
    encode_ml_params(model->params(), info->mutable_params());
    return;
  }
  const ml::Metadata metadata = ml::read_metadata(files.folder(), command.operator_().name());
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

void list_cache(const RequestContext& context, proto::MlCommandResult* result) {
  std::vector<std::string> infos;
  for (const auto& entry : models_of(context).all()) {
    const nlohmann::ordered_json json = {{"id", entry.id}, {"class", entry.jvm_class}, {"size", entry.bytes}};
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
      result->mutable_param()->set_integer(static_cast<int32_t>(models_of(context).clear()));
      break;
    case proto::MlCommand::kGetCacheInfo:
      list_cache(context, result);
      break;
    case proto::MlCommand::kCreateSummary:
      result->set_summary(add_evaluation(context, command.create_summary().model_ref().id(),
                                         command.create_summary().dataset(), &operation));
      break;
    case proto::MlCommand::kGetModelSize:
      result->mutable_param()->set_long_(
          models_of(context).find_model(command.get_model_size().model_ref().id())->size_bytes());
      break;
    case proto::MlCommand::COMMAND_NOT_SET:
      throw SparkError("CONNECT_ML.UNSUPPORTED_EXCEPTION", {{"message", "COMMAND_NOT_SET not supported"}});
  }
  operation.send(&response);
}

}  // namespace firesteel::connect
