// Errors on the wire, exactly as Spark sends them: a gRPC status whose trailer holds google.rpc.Status
// with ErrorInfo, and the full form that FetchErrorDetails answers with.
#pragma once

#include <grpcpp/support/status.h>

#include <exception>
#include <string>
#include <vector>

#include "base/error.h"

namespace spark::connect {
class FetchErrorDetailsResponse;
}

namespace firesteel::connect {

// Any exception of the query path as a SparkError: foreign ones become INTERNAL_ERROR.
SparkError as_spark_error(std::exception_ptr failure);

// The JVM class and its superclasses that Spark would raise for this error, most special first.
std::vector<std::string> jvm_classes(const SparkError& error);

// `error_id` names the stored error that FetchErrorDetails gives back; empty when none is stored.
grpc::Status to_status(const SparkError& error, const std::string& error_id);

void fill_error_details(const SparkError& error, spark::connect::FetchErrorDetailsResponse* response);

}  // namespace firesteel::connect
