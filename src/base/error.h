// The one exception of the query path. Call sites name a condition of Spark's error table and its
// parameters; the text, the SQL state and the client's exception class come from
// base/error_conditions.cc.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firesteel {

// Which Python exception a client raises for a condition (Spark's JVM class hierarchy).
enum class ErrorKind {
  kAnalysis,
  kParse,
  kArithmetic,
  kArrayIndex,
  kDateTime,
  kNumberFormat,
  kIllegalArgument,
  kNoSuchElement,
  kRuntime,
  kUnsupportedOperation,
  kUpgrade,
  kSpark,  // plain SparkException: execution failed
};

// One row of the table of error conditions.
struct ErrorCondition {
  std::string_view name;       // "UNRESOLVED_COLUMN.WITH_SUGGESTION"
  std::string_view sql_state;  // "42703"; empty where Spark has none
  ErrorKind kind;
  std::string_view message;  // Spark's template with <parameter> placeholders
};

// The row of `name`; throws std::logic_error for a name that the table lacks (our own bug).
const ErrorCondition& find_error_condition(std::string_view name);
// Every row, sorted by name. Feeds docs/errors.md.
const std::vector<ErrorCondition>& error_conditions();

// Where in a SQL text, or in which DataFrame call, an error has its cause.
struct QueryContext {
  enum class Kind { kSql, kDataFrame };
  Kind kind = Kind::kSql;
  std::string object_type;
  std::string object_name;
  int32_t start_index = -1;  // zero-based position in the SQL text, inclusive
  int32_t stop_index = -1;   // inclusive
  std::string fragment;
  std::string call_site;
  // The whole SQL text; lets messages show the lines around the fragment as Spark does.
  std::shared_ptr<const std::string> sql_text;
};

class SparkError : public std::exception {
 public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  SparkError(std::string condition, Parameters parameters, std::vector<QueryContext> contexts = {});

  const std::string& condition() const { return condition_; }
  const Parameters& parameters() const { return parameters_; }
  const std::vector<QueryContext>& contexts() const { return contexts_; }
  ErrorKind kind() const;
  std::string_view sql_state() const;
  // "[CONDITION] text SQLSTATE: 42703" as Spark prints it.
  const char* what() const noexcept override { return message_.c_str(); }
  // The same error with one more context, for callers that know the position.
  SparkError with_context(QueryContext context) const;
  // The same error raised as another client exception: Spark uses one condition, such as
  // CAST_INVALID_INPUT, with several exception classes.
  SparkError with_kind(ErrorKind kind) const;
  // The same error with Spark's picture of a syntax error: the line (from 1), the position in it
  // (from 0) and the text with a mark below that line.
  SparkError at_sql_position(std::string_view text, int line, int position) const;

 private:
  void render_message();

  std::string condition_;
  Parameters parameters_;
  std::vector<QueryContext> contexts_;
  std::string message_;
  std::optional<ErrorKind> kind_;  // empty: the table's
  std::string syntax_picture_;     // empty: not an error with a SQL position
};

// `UNSUPPORTED_FEATURE.<subclass>` (0A000) naming the thing that Firesteel does not do yet.
// The subclasses that are Firesteel's own are rows of the same table.
[[noreturn]] void throw_unsupported(std::string subclass, std::string thing);

// Our own bug: INTERNAL_ERROR with a sentence that says what was violated.
[[noreturn]] void throw_internal(std::string message);

// States an invariant of our own code; never used for user input.
#define FIRESTEEL_CHECK(condition, message)            \
  do {                                                 \
    if (!(condition)) ::firesteel::throw_internal(message); \
  } while (false)

}  // namespace firesteel
