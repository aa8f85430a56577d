#include "engine/duckdb/error_translation.h"

#include <duckdb_cpp.hpp>
#include <duckdb_v2.h>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace firesteel::engine {
namespace {

// Control characters that no message of Spark or of DuckDB holds. DuckDB puts its own prefix before the
// message, so that the carried part is found by its start mark.
constexpr std::string_view kStart = "\x02" "firesteel\x02";
constexpr char kEnd = '\x03';
constexpr char kSeparator = '\x1f';

// The separators never occur in the carried fields, and a NUL would end the C string: both are replaced.
void append_field(std::string& out, std::string_view field) {
  for (char character : field) {
    bool reserved = character == kEnd || character == kSeparator || character == '\0';
    out += reserved ? '?' : character;
  }
  out += kSeparator;
}

std::vector<std::string> split_fields(std::string_view text) {
  std::vector<std::string> fields;
  while (!text.empty()) {
    auto end = text.find(kSeparator);
    if (end == std::string_view::npos) break;
    fields.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return fields;
}

std::optional<SparkError> decode_error(std::string_view message) {
  auto start = message.find(kStart);
  if (start == std::string_view::npos) return std::nullopt;
  message.remove_prefix(start + kStart.size());
  auto end = message.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  auto fields = split_fields(message.substr(0, end));
  if (fields.size() < 3) return std::nullopt;
  auto kind = static_cast<ErrorKind>(std::stoi(fields[1]));
  size_t parameter_count = std::stoul(fields[2]);
  size_t at = 3;
  SparkError::Parameters parameters;
  for (size_t i = 0; i < parameter_count && at + 1 < fields.size(); ++i, at += 2) {
    parameters.emplace_back(fields[at], fields[at + 1]);
  }
  std::vector<QueryContext> contexts;
  for (; at + 6 < fields.size(); at += 7) {
    QueryContext context;
    context.kind = fields[at] == "0" ? QueryContext::Kind::kSql : QueryContext::Kind::kDataFrame;
    context.object_type = fields[at + 1];
    context.object_name = fields[at + 2];
    context.start_index = std::stoi(fields[at + 3]);
    context.stop_index = std::stoi(fields[at + 4]);
    context.fragment = fields[at + 5];
    context.call_site = fields[at + 6];
    contexts.push_back(std::move(context));
  }
  return SparkError(fields[0], std::move(parameters), std::move(contexts)).with_kind(kind);
}

// "Overflow in addition of INT64 (9223372036854775807 + 1)!" names the operation and the operands.
SparkError arithmetic_overflow(std::string_view message) {
  // Decimals are our kernels' but for their sums, which no longer fit into 128 bits.
  if (message.find("Overflow in HUGEINT") != std::string_view::npos) {
    return SparkError("ARITHMETIC_OVERFLOW",
                      {{"message", "Overflow in sum of decimals"},
                       {"alternative", " Use 'try_sum' to tolerate overflow and return NULL instead."},
                       {"config", "\"spark.sql.ansi.enabled\""}});
  }
  std::string function, symbol;
  if (message.find("addition") != std::string_view::npos) {
    function = "try_add", symbol = "+";
  } else if (message.find("subtraction") != std::string_view::npos) {
    function = "try_subtract", symbol = "-";
  } else if (message.find("multiplication") != std::string_view::npos) {
    function = "try_multiply", symbol = "*";
  } else if (message.find("HUGEINT") != std::string_view::npos) {
    function = "try_add";  // a sum that leaves 64 bits
  }
  // Spark names the operands of bytes and shorts alone.
  const bool is_small = message.find("of INT8 (") != std::string_view::npos ||
                        message.find("of INT16 (") != std::string_view::npos;
  const size_t open = message.find('('), close = message.rfind(')');
  const size_t between = message.find(" " + symbol + " ", open);
  if (is_small && !symbol.empty() && between != std::string_view::npos) {
    return SparkError("BINARY_ARITHMETIC_OVERFLOW",
                      {{"value1", std::string(message.substr(open + 1, between - open - 1)) + "S"},
                       {"symbol", symbol},
                       {"value2", std::string(message.substr(between + 3, close - between - 3)) + "S"},
                       {"functionName", "`" + function + "`"}});
  }
  const std::string alternative =
      function.empty() ? "" : " Use '" + function + "' to tolerate overflow and return NULL instead.";
  return SparkError("ARITHMETIC_OVERFLOW", {{"message", "overflow"},
                                            {"alternative", alternative},
                                            {"config", "\"spark.sql.ansi.enabled\""}});
}

SparkError translate(const duckdb::cxx::Exception& error) {
  std::string_view message = error.what();
  if (auto original = decode_error(message)) return *original;
  switch (error.GetCode()) {
    case DUCKDB_V2_ERROR_RUNTIME_INTERRUPT:
      return SparkError("OPERATION_CANCELED", {});
    case DUCKDB_V2_ERROR_RESOURCE_OUT_OF_MEMORY:
      return SparkError("FIRESTEEL_OUT_OF_MEMORY", {{"reason", std::string(message)}});
    case DUCKDB_V2_ERROR_TYPE_DIVIDE_BY_ZERO:
      return SparkError("DIVIDE_BY_ZERO", {{"config", "\"spark.sql.ansi.enabled\""}});
    default:
      break;
  }
  auto says = [&](std::string_view text) { return message.find(text) != std::string_view::npos; };
  // Casts of ours are kernels: a cast of the engine's own that fails is arithmetic that overflows.
  if (says("Overflow in") || says("Overflow on") || says("out of range for the destination type")) {
    return arithmetic_overflow(message);
  }
  // Instants beyond 64 bits of microseconds, where Java's exact arithmetic fails.
  if (says("Date out of range") || says("Timestamp microseconds out of range") || says("Timestamp out of range")) {
    return SparkError("ARITHMETIC_OVERFLOW", {{"message", "long overflow"},
                                              {"alternative", ""},
                                              {"config", "\"spark.sql.ansi.enabled\""}});
  }
  static constexpr std::string_view kNoFooter = "No magic bytes found at end of file '";
  if (const size_t found = message.find(kNoFooter); found != std::string_view::npos) {
    std::string_view path = message.substr(found + kNoFooter.size());
    path = path.substr(0, path.rfind('\''));
    return SparkError("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {{"path", "file:" + std::string(path)}});
  }
  if (says("More than one row returned by a subquery")) {
    return SparkError("SCALAR_SUBQUERY_TOO_MANY_ROWS", {});
  }
  if (message.find("No space left on device") != std::string_view::npos) {
    return SparkError("FIRESTEEL_DISK_FULL", {{"reason", std::string(message)}});
  }
  if (error.GetCode() >= DUCKDB_V2_ERROR_IO_FILE_NOT_FOUND &&
      error.GetCode() <= DUCKDB_V2_ERROR_IO_HTTP) {
    return SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", std::string(message)}});
  }
  // A row of the function table names a kernel that this engine has not got.
  static constexpr std::string_view kMissing = "Function with name fs_";
  if (const size_t found = std::string_view(message).find(kMissing); found != std::string_view::npos) {
    std::string_view name = std::string_view(message).substr(found + kMissing.size());
    name = name.substr(0, name.find(' '));
    return SparkError("UNSUPPORTED_FEATURE.FUNCTION", {{"thing", std::string(name)}});
  }
  return SparkError("INTERNAL_ERROR", {{"message", "DuckDB: " + std::string(message)}});
}

}  // namespace

std::string encode_error(const SparkError& error) {
  std::string text(kStart);
  append_field(text, error.condition());
  append_field(text, std::to_string(static_cast<int>(error.kind())));
  append_field(text, std::to_string(error.parameters().size()));
  for (const auto& [name, value] : error.parameters()) {
    append_field(text, name);
    append_field(text, value);
  }
  for (const auto& context : error.contexts()) {
    append_field(text, context.kind == QueryContext::Kind::kSql ? "0" : "1");
    append_field(text, context.object_type);
    append_field(text, context.object_name);
    append_field(text, std::to_string(context.start_index));
    append_field(text, std::to_string(context.stop_index));
    append_field(text, context.fragment);
    append_field(text, context.call_site);
  }
  text += kEnd;
  return text;
}

void rethrow_into_duckdb() {
  try {
    throw;
  } catch (const duckdb::cxx::Exception&) {
    throw;
  } catch (const SparkError& error) {
    throw duckdb::cxx::InvalidInputException(encode_error(error));
  } catch (const std::bad_alloc&) {
    throw duckdb::cxx::Exception(DUCKDB_V2_ERROR_RESOURCE_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    throw duckdb::cxx::InvalidInputException(
        encode_error(SparkError("INTERNAL_ERROR", {{"message", error.what()}})));
  }
}

void rethrow_from_duckdb() {
  try {
    throw;
  } catch (const SparkError&) {
    throw;
  } catch (const duckdb::cxx::Exception& error) {
    throw translate(error);
  } catch (const std::bad_alloc&) {
    throw SparkError("FIRESTEEL_OUT_OF_MEMORY", {{"reason", "the allocator refused"}});
  }
}

}  // namespace firesteel::engine
