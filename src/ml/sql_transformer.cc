// The parameters of org.apache.spark.ml.feature.SQLTransformer. Its transform is a query, which
// whoever builds plans puts in its place: no kernel runs SQL.
#include "ml/operators.h"

namespace firesteel::ml {

namespace {

const ParamTable& sql_transformer_params() {
  static const ParamTable table = {{"statement", ValueType::kString}};
  return table;
}

}  // namespace

std::vector<Operator> sql_transformer_operators() {
  return {{.jvm_class = "org.apache.spark.ml.feature.SQLTransformer",
           .kind = OperatorKind::kTransformer,
           .params = &sql_transformer_params()}};
}

}  // namespace firesteel::ml
