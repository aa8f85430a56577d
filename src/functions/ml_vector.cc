#include "functions/ml_vector.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Type vector_type() {
  return Type::udt(
      {"org.apache.spark.ml.linalg.VectorUDT", "pyspark.ml.linalg.VectorUDT", ""},
      Type::structure({{"type", Type::byte(), false, ""},
                       {"size", Type::integer(), true, ""},
                       {"indices", Type::array(Type::integer(), false), true, ""},
                       {"values", Type::array(Type::double_number(), false), true, ""}}));
}

// Of either library: both have the same fields.
bool is_vector(const Type& type) {
  return type.is(TypeKind::kUdt) &&
         (type.udt_info().jvm_class == "org.apache.spark.ml.linalg.VectorUDT" ||
          type.udt_info().jvm_class == "org.apache.spark.mllib.linalg.VectorUDT");
}

std::string element_name(Arguments arguments) {
  const plan::Literal* name = arguments.size() > 1 ? literal(arguments[1]) : nullptr;
  const auto* text = name != nullptr ? std::get_if<std::string>(&name->value) : nullptr;
  return text != nullptr ? *text : "float64";
}

Type array_type(Arguments arguments) {
  const std::string element = element_name(arguments);
  if (element != "float64" && element != "float32") {
    throw SparkError("INVALID_PARAMETER_VALUE.DTYPE", {{"parameter", "`dtype`"},
                                                       {"functionName", "`vector_to_array`"},
                                                       {"invalidValue", "\"" + element + "\""}})
        .with_kind(ErrorKind::kAnalysis);
  }
  return Type::array(element == "float32" ? Type::float_number() : Type::double_number(), false);
}

constexpr const char* kNeedsVector =
    "java.lang.IllegalArgumentException: function vector_to_array requires a non-null input "
    "argument and input type must be "
    "`org.apache.spark.ml.linalg.Vector` or `org.apache.spark.mllib.linalg.Vector`, but got ";

constexpr const char* kElementPath =
    "The type path of the target object is:\n- array element class: \"double\"\n- root class: "
    "\"scala.collection.immutable.Seq\"\nYou can either add an explicit cast to the input data or "
    "choose a higher precision "
    "type of the field in the target object";

bool is_numeric(const Type& type) {
  return type.is(TypeKind::kByte) || type.is(TypeKind::kShort) || type.is(TypeKind::kInteger) ||
         type.is(TypeKind::kLong) || type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble) ||
         type.is(TypeKind::kNull);
}

// Spark's function takes whatever comes and fails at the first row.
void check_vector(const plan::FunctionCall& call) {
  const Type& type = call.arguments[0]->type;
  if (is_vector(type)) return;
  throw SparkError("FAILED_EXECUTE_UDF", {{"functionName", "`vector_to_array`"},
                                          {"signature", type.simple_string()},
                                          {"result", "array<double>"},
                                          {"reason", kNeedsVector + type.simple_string() + "."}});
}

void check_array(const plan::FunctionCall& call) {
  const Type& type = call.arguments[0]->type;
  if (!type.is(TypeKind::kArray)) {
    throw SparkError("UNSUPPORTED_DESERIALIZER.DATA_TYPE_MISMATCH",
                     {{"desiredType", "\"ARRAY\""}, {"dataType", "\"" + type.sql() + "\""}});
  }
  const Type& element = type.element();
  if (is_numeric(element)) return;
  throw SparkError("CANNOT_UP_CAST_DATATYPE", {{"expression", "array element"},
                                               {"sourceType", "\"" + element.sql() + "\""},
                                               {"targetType", "\"DOUBLE\""},
                                               {"details", kElementPath}});
}

std::string failure_sql(const std::string& function, const std::string& reason) {
  return "fs_fail_null_vector('" + function + "', '" + reason + "')";
}

// Struct fields go by position in the engine: type, size, indices, values.
std::string to_array_sql(const plan::FunctionCall& /*call*/, std::span<const std::string> a,
                         const Type& /*result*/) {
  const std::string& v = a[0];
  const std::string entry = "list_position(" + v + ".f2, CAST(fs_i AS INTEGER))";
  return "CAST(CASE WHEN " + v + " IS NULL THEN " +
         failure_sql("vector_to_array", std::string(kNeedsVector) + "null.") + " WHEN " + v +
         ".f0 = 1 THEN " + v + ".f3 ELSE list_transform(range(0, CAST(" + v +
         ".f1 AS BIGINT)), lambda fs_i: COALESCE(" + v + ".f3[" + entry + "], 0.0)) END AS $type)";
}

std::string to_vector_sql(const plan::FunctionCall& /*call*/, std::span<const std::string> a,
                          const Type& /*result*/) {
  return "CASE WHEN " + a[0] + " IS NULL THEN " +
         failure_sql("array_to_vector", "java.lang.NullPointerException: the array is null") +
         " WHEN len(" + a[0] + ") <> list_count(" + a[0] +
         ") THEN fs_fail_null_element() ELSE CAST(row(CAST(1 AS TINYINT), NULL, NULL, " + a[0] +
         ") AS $type) END";
}

constexpr const char* kVectorMetrics[] = {"mean", "sum", "variance", "std", "numNonZeros", "max", "min", "normL2", "normL1"};

// The metrics that the first argument, an array of texts, names. Throws FAILED_FUNCTION_CALL.
std::vector<std::string> metric_names(const ExpressionPtr& argument) {
  std::vector<std::string> names;
  const auto* array = argument->as<plan::FunctionCall>();
  bool is_list = array != nullptr && array->function != nullptr && array->function->name == "array";
  for (size_t i = 0; is_list && i < array->arguments.size(); ++i) {
    const plan::Literal* name = literal(array->arguments[i]);
    const auto* text = name != nullptr ? std::get_if<std::string>(&name->value) : nullptr;
    is_list = text != nullptr && (*text == "count" || std::find(std::begin(kVectorMetrics), std::end(kVectorMetrics), *text) !=
                                                          std::end(kVectorMetrics));
    if (is_list) names.push_back(*text);
  }
  if (!is_list) throw SparkError("FAILED_FUNCTION_CALL", {{"funcName", "`aggregate_metrics`"}});
  return names;
}

Type metrics_type(Arguments arguments) {
  plan::Schema fields;
  for (const std::string& name : metric_names(arguments[0])) {
    fields.push_back({name, name == "count" ? Type::long_integer() : vector_type(), false, ""});
  }
  return Type::structure(std::move(fields));
}

void check_summarized(const plan::FunctionCall& call) {
  const Type& type = call.arguments[1]->type;
  if (is_vector(type)) return;
  // Spark's function has the names of the metrics in itself: its first argument is the vector.
  throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE",
                         {{"paramIndex", "first"},
                          {"requiredType", "UDT(\"STRUCT<type: TINYINT NOT NULL, size: INT, indices: ARRAY<INT>, values: "
                                           "ARRAY<DOUBLE>>\")"}},
                         1};
}

std::string metrics_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
  return value_aggregate_sql("aggregate_metrics", call, {call.arguments[1]->type, call.arguments[2]->type}, result,
                             {a[1], a[2]}, metric_names(call.arguments[0]));
}

// Spark calls them as functions without a name.
std::string print_unnamed(const plan::FunctionCall& /*call*/, std::span<const std::string> a) {
  return "UDF(" + a[0] + ")";
}

}  // namespace

Rows ml_vector_functions() {
  return {{.name = "vector_to_array",
           .since = "3.0.0",
           .summary = "The elements of a vector as an array of `float64` or `float32`.",
           .signatures = {optional(signature({kAny, kString}, array_type, Nulls::kNever), 1)},
           .duckdb = Lowered{to_array_sql},
           .may_fail = true,
           .print = print_unnamed,
           .check = check_vector},
          {.name = "array_to_vector",
           .since = "3.1.0",
           .summary = "A dense vector of an array's elements.",
           .signatures = {signature({kAny}, vector_type(), Nulls::kAlways)},
           .duckdb = Lowered{to_vector_sql},
           .may_fail = true,
           .print = print_unnamed,
           .check = check_array},
          {.name = "aggregate_metrics",
           .since = "4.1.0",
           .summary = "The statistics that the first argument names of the elements of weighted vectors.",
           .kind = FunctionKind::kAggregate,
           .signatures = {signature({kAny, kAny, kDouble}, metrics_type, Nulls::kNever)},
           .duckdb = Lowered{metrics_sql},
           .may_fail = true,
           .print = [](const plan::FunctionCall& /*call*/,
                       std::span<const std::string> a) { return "aggregate_metrics(" + a[1] + ", " + a[2] + ")"; },
           .check = check_summarized}};
}

}  // namespace firesteel::functions
