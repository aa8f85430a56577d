#include "ml/transform_failure.h"

#include "base/error.h"

namespace firesteel::ml {

void throw_failed_transform_because(const std::string& function, const std::string& signature,
                                    const std::string& result, const std::string& reason) {
  throw SparkError("FAILED_EXECUTE_UDF", {{"functionName", "`" + function + "`"},
                                          {"signature", signature},
                                          {"result", result},
                                          {"reason", reason}});
}

}  // namespace firesteel::ml
