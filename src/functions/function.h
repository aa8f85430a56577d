// The table of Spark's functions: one row per function, in src/functions/<concept>.cc. A row is
// data; engines run it as its `duckdb` and `gpu` members say. From the rows come resolution,
// SHOW/DESCRIBE FUNCTION, documentation, the coverage page and the per-engine example tests.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plan/expression.h"
#include "plan/type.h"

namespace firesteel::functions {

enum class FunctionKind : uint8_t { kScalar, kAggregate, kWindow, kGenerator, kTable };

// What an argument may be and what it is coerced to when it is not. The analyzer's coercion
// (analyze/coercion.h) reads these; the rules are Spark's AnsiTypeCoercion and TypeCoercion.
enum class Accepts : uint8_t {
  kAny,            // taken as it is
  kBoolean,
  kInteger,        // INT: implicit cast to int
  kLong,
  kDouble,         // any numeric or string, cast to double
  kFractional,     // float kept, any other number or string cast to double
  kDecimal,
  kNumeric,        // kept as its own numeric type; strings become double
  kIntegral,       // kept as its own integral type
  kString,         // anything castable implicitly to string
  kBinary,
  kStringOrBinary,
  kDate,
  kTimestamp,
  kTimestampAny,   // timestamp or timestamp_ntz kept
  kDateOrTimestamp,
  kInterval,
  kArray,
  kMap,
  kStruct,
  kLambda,
  kOrderable,      // any type with an order, kept
  kSame,           // all arguments marked so are widened to one common type
  kTime,
};

enum class Nulls : uint8_t {
  kAny,     // null when any argument is null (null-intolerant): nullable = any argument nullable
  kAlways,  // may be null whatever the arguments are
  kNever,   // never null
  kCustom,  // `nullable` of the row decides
};

struct Signature {
  std::vector<Accepts> arguments;
  size_t optional_count = 0;   // that many of the last arguments may be left out
  bool is_variadic = false;    // the last one may repeat (zero or more times if optional_count > 0)
  // Bit i: argument i is taken without implicit casts (Spark's ExpectsInputTypes); a bare null is of any type.
  uint32_t strict_places = 0;
  // The result type. A plain type, or computed from the coerced arguments by `result_of`.
  plan::Type result;
  std::function<plan::Type(std::span<const plan::ExpressionPtr>)> result_of;
  Nulls nulls = Nulls::kAny;
  std::function<bool(std::span<const plan::ExpressionPtr>)> nullable;  // Nulls::kCustom
  // Whether the result may be null besides when ANSI is off: failures give null then.
  std::function<bool(std::span<const plan::ExpressionPtr>)> nullable_without_ansi;
  // Whether the result is what spark.sql.timestampType says that TIMESTAMP is.
  bool follows_timestamp_type = false;
  std::vector<std::string_view> argument_names;  // for named arguments; may be empty
  std::vector<std::string_view> defaults;        // SQL text of left-out arguments (last ones)
};

struct Example {
  std::string_view sql;     // "SELECT abs(-1)"
  std::string_view result;  // Spark's recorded answer, rows by '\n', columns by '\t'
};

// How an engine runs a row -----------------------------------------------------------------------
struct Rename {  // name(arguments)
  std::string_view name;
};
// SQL of the engine with $1, $2 … for arguments, $* for all of them comma-separated, $@N for those
// from N on, $zone for the quoted session zone, $type for the engine's type of the result. In rows
// of aggregate and window functions $suffix must follow each call of an aggregate (it becomes its
// FILTER and OVER clauses), $distinct stands before its arguments ("DISTINCT " or nothing) and
// $order after them (" ORDER BY …" or nothing); Rename rows get all three by themselves.
// $ignore_nulls stands where IGNORE NULLS goes in (a filter or a window modifier).
// `legacy` (ANSI off) empty: same as ansi.
struct Template {
  std::string_view ansi;
  std::string_view legacy = {};
};
// A kernel that the engine registers under this name (engine/duckdb prefixes it with fs_).
// Gets the arguments, then the zone if takes_zone, then a boolean if takes_ansi.
struct Kernel {
  std::string_view name;
  bool takes_zone = false;
  bool takes_ansi = false;
};
// Text computed from the call: for rows that depend on argument types. Gets the SQL of each
// argument; the returned text may hold the placeholders of Template.
struct Lowered {
  std::function<std::string(const plan::FunctionCall&, std::span<const std::string>,
                            const plan::Type& result)>
      sql;
};
struct No {
  std::string_view reason;
};
using EngineForm = std::variant<No, Rename, Template, Kernel, Lowered>;

struct Function {
  std::string_view name;
  std::vector<std::string_view> aliases = {};
  std::string_view since = {};
  std::string_view group = {};    // Spark's group: "math_funcs", "string_funcs", …
  std::string_view usage = {};    // "name(args)": one line
  std::string_view summary = {};  // one sentence of ours
  FunctionKind kind = FunctionKind::kScalar;
  std::vector<Signature> signatures = {};  // the first that fits is taken
  std::vector<Example> examples = {};
  EngineForm duckdb = No{"not written yet"};
  EngineForm gpu = No{"the GPU engine is not built yet"};

  bool is_volatile = false;         // rand, uuid, …: never duplicated or reordered
  bool may_fail = false;            // may raise an error under ANSI
  bool is_listed = true;          // false: only the grammar and the clients' API call it, SHOW FUNCTIONS has it not
  bool is_order_dependent = false;  // first, collect_list, …
  // The output column's name where it is not "name(arg, …)"; gets the printed arguments.
  std::function<std::string(const plan::FunctionCall&, std::span<const std::string>)> print = {};
  // Extra checks after coercion (literal-only arguments, ranges); throws SparkError.
  std::function<void(const plan::FunctionCall&)> check = {};
  // Rewrites the call into other expressions (unresolved function names allowed): "nvl2" → if.
  // Rows that have it need no engine form.
  std::function<plan::ExpressionPtr(const plan::FunctionCall&)> rewrite = {};
};

// Each concept file hands over its rows.
using Rows = std::vector<Function>;

// The row of a name or alias (any case), or null.
const Function* find_function(std::string_view name);
// Whether it is null whatever the rows are, because of a null in it (NullPropagation).
bool is_null_constant(const plan::Expression& expression);
bool is_null_constant(const plan::FunctionCall& call);
// Whether a call is null where an argument is, and leaves the arguments behind that one alone.
bool stops_at_nulls(const Function& function);
// Every row, sorted by name.
const std::vector<const Function*>& all_functions();

}  // namespace firesteel::functions
