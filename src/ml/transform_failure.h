// What Spark raises when a row fails inside an operator's transform for another reason than a
// SparkException.
#pragma once

#include <string>

namespace firesteel::ml {

// FAILED_EXECUTE_UDF; `reason` begins with the class of the Java exception.
[[noreturn]] void throw_failed_transform_because(const std::string& function,
                                                 const std::string& signature,
                                                 const std::string& result,
                                                 const std::string& reason);

}  // namespace firesteel::ml
