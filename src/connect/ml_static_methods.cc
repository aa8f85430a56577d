#include "connect/ml_static_methods.h"

#include "base/error.h"
#include "connect/ml_value.h"
#include "connect/model_files.h"
#include "connect/training_run.h"
#include "ml/count_vectorizer.h"
#include "ml/covariance.h"
#include "ml/hypothesis_tests.h"
#include "ml/stop_words.h"
#include "ml/string_indexer.h"
#include "spark/connect/ml.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;

namespace {

using Texts = std::vector<std::string>;

// The argument as a T; throws for one of another type. An empty list has the type that is asked
// for.
template <typename T>
T argument(const ml::MethodCall& call, size_t index) {
  if (index < call.arguments.size()) {
    if (const auto* held = std::get_if<T>(&call.arguments[index])) return *held;
    const auto* empty = std::get_if<Texts>(&call.arguments[index]);
    if constexpr (!std::is_same_v<T, std::string> && !std::is_same_v<T, bool>) {
      if (empty != nullptr && empty->empty()) return T();
    }
  }
  throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE",
                   {{"message", call.method + ": argument " + std::to_string(index + 1) +
                                    " is missing or of another type"}});
}

ml::Attribute indexer_model(const ml::MethodCall& call, std::vector<Texts> labels) {
  ml::ParamMap params(ml::string_indexer_params(), argument<std::string>(call, 0));
  return std::shared_ptr<const ml::Attributed>(
      ml::make_string_indexer_model(std::move(params), std::move(labels)));
}

}  // namespace

ml::Attribute call_static_method(const RequestContext& context, const std::vector<ml::MethodCall>& calls) {
  const ml::MethodCall& call = calls.at(0);
  if (call.method == "handleOverwrite") {
    overwrite_model_files(context, argument<std::string>(call, 0), argument<bool>(call, 1));
    return ml::Value(true);
  }
  if (call.method == "stopWordsRemoverGetDefaultOrUS") return ml::Value(std::string("en_US"));
  if (call.method == "stopWordsRemoverLoadDefaultStopWords") {
    return ml::Value(ml::default_stop_words(argument<std::string>(call, 0)));
  }
  if (call.method == "stringIndexerModelFromLabels")
    return indexer_model(call, {argument<Texts>(call, 1)});
  if (call.method == "stringIndexerModelFromLabelsArray")
    return indexer_model(call, argument<std::vector<Texts>>(call, 1));
  if (call.method == "countVectorizerModelFromVocabulary") {
    return std::shared_ptr<const ml::Attributed>(
        ml::make_count_vectorizer_model(argument<std::string>(call, 0), argument<Texts>(call, 1)));
  }
  throw_unsupported("ML_ATTRIBUTE", call.method);
}

ml::TableAttribute call_static_method_on(const RequestContext& context,
                                         const proto::Fetch_Method& method) {
  const std::string& name = method.method();
  if (method.args_size() == 0 || !method.args(0).has_input())
    throw_unsupported("ML_ATTRIBUTE", name);
  ml::MethodCall call{name};
  for (int i = 1; i < method.args_size(); ++i) {
    if (method.args(i).has_input())
      throw_unsupported("ML_ATTRIBUTE", name + " of several DataFrames");
    call.arguments.push_back(decode_ml_value(method.args(i).param()));
  }
  if (name == "chiSquareTest") {
    const std::string features = argument<std::string>(call, 0);
    const std::string label = argument<std::string>(call, 1);
    TrainingRun run(context, method.args(0).input(), nullptr, {features, label});
    return ml::chi_square_table(ml::chi_square_test(run.reader(), run.context(), features, label),
                                argument<bool>(call, 2));
  }
  if (name == "correlation") {
    const std::string column = argument<std::string>(call, 0);
    TrainingRun run(context, method.args(0).input(), nullptr, {column});
    return ml::correlation(run.reader(), run.context(), column, argument<std::string>(call, 1));
  }
  if (name == "kolmogorovSmirnovTest") {
    const std::string column = argument<std::string>(call, 0);
    TrainingRun run(context, method.args(0).input(), nullptr, {column});
    return ml::kolmogorov_smirnov_test(run.reader(), run.context(), column,
                                       argument<std::string>(call, 1),
                                       argument<std::vector<double>>(call, 2));
  }
  throw_unsupported("ML_ATTRIBUTE", name);
}

}  // namespace firesteel::connect
