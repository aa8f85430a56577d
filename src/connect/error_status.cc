#include "connect/error_status.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <nlohmann/json.hpp>

#include "spark/connect/base.pb.h"

namespace firesteel::connect {

namespace {

// gRPC metadata is limited to 8 KB by many proxies: Spark cuts the message at 2,048 characters and
// leaves parameters out when they are longer than 1,024.
constexpr size_t kMessageCharactersMax = 2048;
constexpr size_t kParameterBytesMax = 1024;

void append_field(int number, std::string_view text, std::string* out) {
  google::protobuf::io::StringOutputStream stream(out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.WriteTag(google::protobuf::internal::WireFormatLite::MakeTag(
      number, google::protobuf::internal::WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  coded.WriteVarint32(static_cast<uint32_t>(text.size()));
  coded.WriteRaw(text.data(), static_cast<int>(text.size()));
}

void append_metadata(std::string_view key, std::string_view value, std::string* info) {
  std::string entry;
  append_field(1, key, &entry);
  append_field(2, value, &entry);
  append_field(3, entry, info);
}

std::string abbreviate(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  size_t end = bytes_max - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

// google.rpc.Status with one google.rpc.ErrorInfo. Written by hand: the two messages are four fields.
std::string rpc_status(int code, std::string_view message, const std::string& info) {
  std::string any;
  append_field(1, "type.googleapis.com/google.rpc.ErrorInfo", &any);
  append_field(2, info, &any);
  std::string status;
  status.push_back('\x08');
  status.push_back(static_cast<char>(code));
  append_field(2, message, &status);
  append_field(3, any, &status);
  return status;
}

std::string dump_json(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string parameters_json(const SparkError& error) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : error.parameters()) json[name] = value;
  return dump_json(json);
}

bool has_prefix(const SparkError& error, std::string_view prefix) {
  return error.condition().compare(0, prefix.size(), prefix) == 0;
}

// Where Spark throws Java's own exceptions there is no condition: the names of ours stay inside.
bool has_condition(const SparkError& error) { return !has_prefix(error, "_LEGACY_ERROR_") || has_prefix(error, "_LEGACY_ERROR_TEMP_"); }

}  // namespace

SparkError as_spark_error(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const SparkError& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return SparkError("INTERNAL_ERROR", {{"message", "the server ran out of memory"}});
  } catch (const std::exception& error) {
    return SparkError("INTERNAL_ERROR", {{"message", error.what()}});
  } catch (...) {
    return SparkError("INTERNAL_ERROR", {{"message", "unknown exception"}});
  }
}

std::vector<std::string> jvm_classes(const SparkError& error) {
  std::vector<std::string> classes;
  const auto runtime = [&](std::vector<std::string> special) {
    classes = std::move(special);
    classes.emplace_back("java.lang.RuntimeException");
  };
  switch (error.kind()) {
    case ErrorKind::kAnalysis:
      classes = {"org.apache.spark.sql.AnalysisException"};
      break;
    case ErrorKind::kParse:
      classes = {"org.apache.spark.sql.catalyst.parser.ParseException",
                 "org.apache.spark.sql.AnalysisException"};
      break;
    case ErrorKind::kArithmetic:
      runtime({"org.apache.spark.SparkArithmeticException", "java.lang.ArithmeticException"});
      break;
    case ErrorKind::kArrayIndex:
      runtime({"org.apache.spark.SparkArrayIndexOutOfBoundsException",
               "java.lang.ArrayIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException"});
      break;
    case ErrorKind::kDateTime:
      runtime({"org.apache.spark.SparkDateTimeException", "java.time.DateTimeException"});
      break;
    case ErrorKind::kNumberFormat:
      runtime({"org.apache.spark.SparkNumberFormatException", "java.lang.NumberFormatException",
               "java.lang.IllegalArgumentException"});
      break;
    case ErrorKind::kIllegalArgument:
      runtime({"java.lang.IllegalArgumentException"});
      if (has_condition(error)) classes.insert(classes.begin(), "org.apache.spark.SparkIllegalArgumentException");
      break;
    case ErrorKind::kNoSuchElement:
      if (has_condition(error)) {
        runtime({"org.apache.spark.SparkNoSuchElementException", "java.util.NoSuchElementException"});
      } else {
        runtime({"java.util.NoSuchElementException"});
      }
      break;
    case ErrorKind::kRuntime:
      runtime({"org.apache.spark.SparkRuntimeException"});
      break;
    case ErrorKind::kUnsupportedOperation:
      runtime({"org.apache.spark.SparkUnsupportedOperationException",
               "java.lang.UnsupportedOperationException"});
      break;
    case ErrorKind::kUpgrade:
      runtime({"org.apache.spark.SparkUpgradeException"});
      break;
    case ErrorKind::kSpark:
      if (has_prefix(error, "CONNECT_INVALID_PLAN")) {
        classes = {"org.apache.spark.sql.connect.common.InvalidPlanInput"};
      } else if (has_prefix(error, "_LEGACY_ERROR_ML_ASSERTION")) {
        classes = {"java.lang.AssertionError", "java.lang.Error"};
      } else if (has_prefix(error, "INVALID_HANDLE") || has_prefix(error, "INVALID_CURSOR") ||
                 has_prefix(error, "OPERATION_CANCELED") || has_prefix(error, "INVALID_CLONE_SESSION") ||
                 has_prefix(error, "UNSUPPORTED_FEATURE.INTERRUPT_TYPE")) {
        classes = {"org.apache.spark.SparkSQLException", "java.sql.SQLException"};
      } else {
        classes = {"org.apache.spark.SparkException"};
      }
      break;
  }
  for (const char* base : {"java.lang.Exception", "java.lang.Throwable", "java.lang.Object"}) {
    classes.emplace_back(base);
  }
  return classes;
}

grpc::Status to_status(const SparkError& error, const std::string& error_id) {
  const std::vector<std::string> classes = jvm_classes(error);
  std::string info;
  append_field(1, classes.front(), &info);
  append_field(2, "org.apache.spark", &info);
  append_metadata("classes", dump_json(classes), &info);
  if (has_condition(error)) append_metadata("errorClass", error.condition(), &info);
  if (!error.sql_state().empty()) append_metadata("sqlState", error.sql_state(), &info);
  if (!error_id.empty()) append_metadata("errorId", error_id, &info);
  const std::string parameters = parameters_json(error);
  if (parameters.size() <= kParameterBytesMax) append_metadata("messageParameters", parameters, &info);
  const std::string message = abbreviate(error.what(), kMessageCharactersMax);
  return grpc::Status(grpc::StatusCode::INTERNAL, message,
                      rpc_status(static_cast<int>(grpc::StatusCode::INTERNAL), message, info));
}

void fill_error_details(const SparkError& error, spark::connect::FetchErrorDetailsResponse* response) {
  response->set_root_error_idx(0);
  auto* proto = response->add_errors();
  for (std::string& name : jvm_classes(error)) proto->add_error_type_hierarchy(std::move(name));
  proto->set_message(error.what());
  if (!has_condition(error)) return;
  auto* throwable = proto->mutable_spark_throwable();
  throwable->set_error_class(error.condition());
  if (!error.sql_state().empty()) throwable->set_sql_state(std::string(error.sql_state()));
  for (const auto& [name, value] : error.parameters()) {
    (*throwable->mutable_message_parameters())[name] = value;
  }
  for (const QueryContext& context : error.contexts()) {
    auto* added = throwable->add_query_contexts();
    const bool is_sql = context.kind == QueryContext::Kind::kSql;
    added->set_context_type(is_sql ? spark::connect::FetchErrorDetailsResponse::QueryContext::SQL
                                   : spark::connect::FetchErrorDetailsResponse::QueryContext::DATAFRAME);
    added->set_object_type(context.object_type);
    added->set_object_name(context.object_name);
    added->set_start_index(context.start_index);
    added->set_stop_index(context.stop_index);
    added->set_fragment(context.fragment);
    added->set_call_site(context.call_site);
  }
}

}  // namespace firesteel::connect
