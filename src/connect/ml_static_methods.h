// The object behind the static methods of pyspark.ml: statistical tests, models out of labels, stop
// words.
#pragma once

#include <string>
#include <vector>

#include "connect/request_context.h"
#include "ml/model.h"

namespace spark::connect {
class Fetch_Method;
}

namespace firesteel::connect {

inline constexpr const char* kStaticMethodsId = "______ML_CONNECT_HELPER______";

// A method that gives a value or a model. Throws UNSUPPORTED_FEATURE.ML_ATTRIBUTE for one that is
// not here.
ml::Attribute call_static_method(const RequestContext& context, const std::vector<ml::MethodCall>& calls);
// A method of a dataset that gives a DataFrame: `chiSquareTest`, `correlation`,
// `kolmogorovSmirnovTest`. Reads the dataset, as Spark does, whenever a plan with it is analysed.
ml::TableAttribute call_static_method_on(const RequestContext& context,
                                         const spark::connect::Fetch_Method& method);

}  // namespace firesteel::connect
