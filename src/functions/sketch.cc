// Sketches: HyperLogLog, theta and KLL of Apache DataSketches, and the most frequent items.
#include <cmath>

#include "functions/argument_check.h"
#include "functions/foldable.h"
#include "functions/function_table.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/sketch_size.h"
#include "functions/row.h"
#include "functions/sketch_rows.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

const Type kInt = Type::integer();
const Type kBigint = Type::long_integer();
const Type kText = Type::string();
const Type kBytes = Type::binary();

int64_t size_or_zero(const ExpressionPtr& argument) {
  return constant_integer(argument).value_or(0);
}

// lgConfigK of an HllSketch.
std::vector<std::string> hll_size(const plan::FunctionCall& call) {
  const SparkError::Parameters function = {{"function", "`hll_sketch_agg`"}};
  if (!is_foldable(call.arguments[1])) throw SparkError("HLL_K_MUST_BE_CONSTANT", function);
  const int64_t size = size_or_zero(call.arguments[1]);
  if (size < 4 || size > 21) {
    throw SparkError("HLL_INVALID_LG_K", {{"function", "`hll_sketch_agg`"},
                                          {"min", "4"},
                                          {"max", "21"},
                                          {"value", std::to_string(size)}});
  }
  return {std::to_string(size)};
}

std::vector<std::string> hll_may_differ(const plan::FunctionCall& call) {
  const std::optional<plan::Literal> value = constant_value(call.arguments[1]);
  const bool* flag = value ? std::get_if<bool>(&value->value) : nullptr;
  return {flag && *flag ? "1" : "0"};
}

// lgNomEntries of a theta sketch.
std::vector<std::string> theta_size(const plan::FunctionCall& call) {
  const std::string function = "`" + std::string(call.function->name) + "`";
  if (!is_foldable(call.arguments[1])) {
    throw SparkError("THETA_LG_NOM_ENTRIES_MUST_BE_CONSTANT", {{"function", function}});
  }
  const int64_t size = size_or_zero(call.arguments[1]);
  kernel::require_lg_entries(size, call.function->name);
  return {std::to_string(size)};
}

std::vector<std::string> no_parameters(const plan::FunctionCall&) { return {}; }

void check_hll_item(const plan::FunctionCall& call) {
  require_type(call, 0, {kInt, kBigint, kText, kBytes});
  require_type(call, 1, {kInt});
}

void check_theta_item(const plan::FunctionCall& call) {
  require_type(call, 0, sketch_key_types());
  require_type(call, 1, {kInt});
}

Rows hll_rows() {
  const Signature item = optional(signature({kAny, kAny}, kBytes, Nulls::kNever), 1, {"12"});
  const Signature sketches = optional(signature({kAny, kAny}, kBytes, Nulls::kNever), 1, {"false"});
  const Signature both = optional(signature({kAny, kAny, kAny}, kBytes), 1, {"false"});
  return {
      sketch_aggregate("hll_sketch_agg", "3.5.0", item, {1, hll_size}, check_hll_item),
      sketch_aggregate("hll_union_agg", "3.5.0", sketches, {1, hll_may_differ},
                       [](const plan::FunctionCall& call) {
                         require_type(call, 0, {kBytes});
                         require_type(call, 1, {Type::boolean()});
                       }),
      sketch_scalar("hll_sketch_estimate", "3.5.0", signature({kAny}, kBigint),
                    [](const plan::FunctionCall& call) { require_type(call, 0, {kBytes}); }),
      sketch_scalar("hll_union", "3.5.0", both,
                    [](const plan::FunctionCall& call) {
                      for (size_t i = 0; i < 2; ++i) require_type(call, i, {kBytes});
                      require_type(call, 2, {Type::boolean()});
                    }),
  };
}

Rows theta_rows() {
  const auto two_sketches = [](const plan::FunctionCall& call) {
    for (size_t i = 0; i < 2; ++i) require_type(call, i, {kBytes});
    require_type(call, 2, {kInt});
  };
  const auto one_sketch = [](const plan::FunctionCall& call) {
    require_type(call, 0, {kBytes});
    require_type(call, 1, {kInt});
  };
  const Signature sized = optional(signature({kAny, kAny}, kBytes, Nulls::kNever), 1, {"12"});
  return {
      sketch_aggregate("theta_sketch_agg", "4.1.0", sized, {1, theta_size}, check_theta_item),
      sketch_aggregate("theta_union_agg", "4.1.0", sized, {1, theta_size}, one_sketch),
      sketch_aggregate("theta_intersection_agg", "4.1.0", signature({kAny}, kBytes, Nulls::kNever),
                       {1, no_parameters}, one_sketch),
      sketch_scalar("theta_sketch_estimate", "4.1.0", signature({kAny}, kBigint), one_sketch),
      sketch_scalar("theta_union", "4.1.0",
                    optional(signature({kAny, kAny, kAny}, kBytes), 1, {"12"}), two_sketches),
      sketch_scalar("theta_intersection", "4.1.0", signature({kAny, kAny}, kBytes), two_sketches),
      sketch_scalar("theta_difference", "4.1.0", signature({kAny, kAny}, kBytes), two_sketches),
  };
}

// k of a KLL sketch, which need not be given.
std::vector<std::string> kll_size(const plan::FunctionCall& call) {
  return {call.arguments.size() > 1 ? std::to_string(size_or_zero(call.arguments[1])) : "200"};
}
std::vector<std::string> kll_size_if_given(const plan::FunctionCall& call) {
  return {call.arguments.size() > 1 ? std::to_string(size_or_zero(call.arguments[1])) : ""};
}

void check_kll_size(const plan::FunctionCall& call) {
  require_type(call, 1, {kInt});
  require_constant(call, 1, "k", "int");
  if (call.arguments.size() < 2) return;
  const int64_t k = size_or_zero(call.arguments[1]);
  if (k >= 8 && k <= 65535) return;
  with_hint([&] {
    throw SparkError(
        "KLL_SKETCH_K_OUT_OF_RANGE",
        {{"functionName", "`" + std::string(call.function->name) + "`"}, {"k", std::to_string(k)}});
  });
}

// Unlike the aggregates, these take texts as their bytes.
void check_nothing(const plan::FunctionCall& /*call*/) {}

struct KllKind {
  std::string_view suffix;
  Type item;
  std::vector<Type> accepted;
};

Type per_element(Arguments arguments, Type one) {
  return arguments[1]->type.is(TypeKind::kArray) ? Type::array(std::move(one), false) : one;
}

// Functions that ask a sketch about one value or an array of them; that is cast as Spark casts it.
Function kll_question(std::string_view name, const Type& asked, const Type& answer,
                      std::string_view argument) {
  Signature s;
  s.arguments = {kBinary, kAny};
  s.result_of = [answer](Arguments arguments) { return per_element(arguments, answer); };
  Function row =
      sketch_scalar(name, "4.1.0", std::move(s), [asked, argument](const plan::FunctionCall& call) {
    const Type& given = call.arguments[1]->type;
    const Type& one = given.is(TypeKind::kArray) ? given.element() : given;
    if (!one.is_numeric() && !one.is(TypeKind::kNull)) {
      const std::string type = asked.sql();
      throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE", {{"requiredType", "(\"" + type + "\" or \"ARRAY<" + type + ">\")"}}, 1};
    }
        if (!is_foldable(call.arguments[1])) {
          throw ArgumentMismatch{"NON_FOLDABLE_INPUT",
                                 {{"inputName", "`" + std::string(argument) + "`"},
                                  {"inputType", "\"" + asked.sql() + "\""}},
                                 1};
        }
      });
  row.duckdb = Lowered{[name, asked](const plan::FunctionCall& call, std::span<const std::string> a,
                                     const Type& result) {
    const bool is_list = call.arguments[1]->type.is(TypeKind::kArray);
    const std::string type = asked.is(TypeKind::kLong)    ? "BIGINT"
                             : asked.is(TypeKind::kFloat) ? "FLOAT"
                                                          : "DOUBLE";
    const Type& given = call.arguments[1]->type;
    std::string question = "CAST(" + a[1] + " AS " + type + (is_list ? "[])" : ")");
    if (given.is(plan::TypeKind::kDecimal) && asked.is(plan::TypeKind::kLong)) {  // it may be beyond 64 bits
      question = "fs_cast_decimal_long(" + a[1] + ", " + std::to_string(given.precision()) + ", " + std::to_string(given.scale()) +
                 (call.ansi ? ", 'ansi')" : ", 'legacy')");
    }
    return value_kernel_sql(name, call.ansi, {kBytes, is_list ? Type::array(asked) : asked}, result, {a[0], question});
  }};
  return row;
}

void add_kll_rows(Rows& rows, const KllKind& kind) {
  // Names of rows live as long as the table.
  static std::vector<std::unique_ptr<std::string>> names;
  const auto named = [&](std::string_view name) {
    names.push_back(std::make_unique<std::string>(std::string(name) + std::string(kind.suffix)));
    return std::string_view(*names.back());
  };
  const Signature with_size = optional(signature({kAny, kAny}, kBytes, Nulls::kNever), 1);
  const std::vector<Type> accepted = kind.accepted;
  rows.push_back(sketch_aggregate(named("kll_sketch_agg"), "4.1.0", with_size, {1, kll_size},
                                  [accepted](const plan::FunctionCall& call) {
                                    require_type(call, 0, accepted);
                                    check_kll_size(call);
                                  }));
  rows.push_back(sketch_aggregate(named("kll_merge_agg"), "4.1.2", with_size,
                                  {1, kll_size_if_given}, [](const plan::FunctionCall& call) {
                                    require_type(call, 0, {kBytes});
                                    check_kll_size(call);
                                  }));
  rows.push_back(sketch_scalar(named("kll_sketch_get_n"), "4.1.0", signature({kBinary}, kBigint),
                               check_nothing));
  rows.push_back(sketch_scalar(named("kll_sketch_to_string"), "4.1.0", signature({kBinary}, kText),
                               check_nothing));
  rows.push_back(sketch_scalar(named("kll_sketch_merge"), "4.1.0", signature({kBinary, kBinary}, kBytes),
                               check_nothing));
  rows.push_back(
      kll_question(named("kll_sketch_get_quantile"), Type::double_number(), kind.item, "rank"));
  rows.push_back(
      kll_question(named("kll_sketch_get_rank"), kind.item, Type::double_number(), "quantile"));
}

// approx_top_k ----------------------------------------------------------------------------------

constexpr int64_t kMaxTracked = 1'000'000;

bool can_be_counted(const Type& type) {
  return type.is_numeric() || type.is(TypeKind::kBoolean) || type.is(TypeKind::kDate) ||
         type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz) || type.is_string();
}

[[noreturn]] void refuse(std::string hint) {
  throw ArgumentMismatch{
      "TYPE_CHECK_FAILURE_WITH_HINT", {{"hint", ""}, {"msg", std::move(hint)}}, std::nullopt};
}

void check_top_k_constants(const plan::FunctionCall& call, size_t k, size_t tracked) {
  if (k < call.arguments.size() && !is_foldable(call.arguments[k]))
    refuse("K must be a constant literal");
  if (tracked < call.arguments.size() && !is_foldable(call.arguments[tracked])) {
    refuse("Number of items tracked must be a constant literal");
  }
}

void check_item(const plan::FunctionCall& call) {
  const Type& item = call.arguments[0]->type;
  if (!can_be_counted(item)) refuse(item.type_name() + " columns are not supported");
}

void check_state(const plan::FunctionCall& call) {
  const Type state = call.arguments[0]->type.is(TypeKind::kNull) ? Type::structure({}) : call.arguments[0]->type;
  if (!state.is(TypeKind::kStruct))
    throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE", {{"requiredType", "\"STRUCT\""}}, 0};
  if (state.fields().size() != 4) {
    refuse(
        "State must be a struct with 4 fields. Expected struct: "
        "struct<sketch:binary,maxItemsTracked:int,itemDataType:any,itemDataTypeDDL:string>. Got: " +
        state.simple_string());
  }
  const auto wrong = [&](size_t index, const std::string& place, const std::string& wanted) {
    refuse("State struct must have the " + place + " field to be " + wanted +
           ". Got: " + state.fields()[index].type.simple_string());
  };
  if (!state.fields()[0].type.is(TypeKind::kBinary)) wrong(0, "first", "binary");
  if (!state.fields()[1].type.is(TypeKind::kInteger)) wrong(1, "second", "int");
  if (!can_be_counted(state.fields()[2].type)) wrong(2, "third", "a supported data type");
  if (!state.fields()[3].type.is_string()) wrong(3, "fourth", "string");
}

int64_t positive(const ExpressionPtr& argument, std::string_view name) {
  const std::optional<int64_t> value = constant_integer(argument);
  const std::string quoted = "`" + std::string(name) + "`";
  if (!value) throw SparkError("APPROX_TOP_K_NULL_ARG", {{"argName", quoted}});
  if (*value <= 0) {
    throw SparkError("APPROX_TOP_K_NON_POSITIVE_ARG",
                     {{"argName", quoted}, {"argValue", std::to_string(*value)}});
  }
  return *value;
}

}  // namespace

int64_t tracked_items(const ExpressionPtr& argument) {
  const std::optional<int64_t> value = constant_integer(argument);
  if (value && *value > kMaxTracked) {
    throw SparkError(
        "APPROX_TOP_K_MAX_ITEMS_TRACKED_EXCEEDS_LIMIT",
        {{"maxItemsTracked", std::to_string(*value)}, {"limit", std::to_string(kMaxTracked)}});
  }
  return positive(argument, "maxItemsTracked");
}

namespace {

std::vector<std::string> top_k_sizes(const plan::FunctionCall& call) {
  const int64_t k = positive(call.arguments[1], "k");
  const int64_t tracked = tracked_items(call.arguments[2]);
  if (tracked < k) {
    throw SparkError("APPROX_TOP_K_MAX_ITEMS_TRACKED_LESS_THAN_K",
                     {{"maxItemsTracked", std::to_string(tracked)}, {"k", std::to_string(k)}});
  }
  return {std::to_string(k), std::to_string(tracked)};
}

// Without a size, which reads -1, the states tell theirs.
std::vector<std::string> combined_size(const plan::FunctionCall& call) {
  const std::optional<int64_t> value = constant_integer(call.arguments[1]);
  return {value == -1 ? "-1" : std::to_string(tracked_items(call.arguments[1]))};
}

Type counted_items(const Type& item) {
  return Type::array(Type::structure({{"item", item, true, {}}, {"count", kBigint, false, {}}}),
                     false);
}
Type counted_items_of_first(Arguments arguments) { return counted_items(arguments[0]->type); }
Type counted_items_of_state(Arguments arguments) {
  const auto& fields = arguments[0]->type.fields();
  return counted_items(fields.size() == 4 ? fields[2].type : Type::null());
}
Type state_of(const Type& item) {
  return Type::structure({{"sketch", kBytes, false, {}},
                          {"maxItemsTracked", kInt, false, {}},
                          {"itemDataType", item, true, {}},
                          {"itemDataTypeDDL", kText, false, {}}});
}
Type state_of_first(Arguments arguments) { return state_of(arguments[0]->type); }
Type state_of_state(Arguments arguments) {
  return state_of(arguments[0]->type.fields().at(2).type);
}

Rows top_k_rows() {
  Function estimate =
      sketch_scalar("approx_top_k_estimate", "4.1.0",
                    optional(signature({kAny, kInteger}, counted_items_of_state), 1, {"5"}),
                    [](const plan::FunctionCall& call) {
                      check_state(call);
                      check_top_k_constants(call, 1, 2);
                    });
  const Lowered kernel = value_kernel("approx_top_k_estimate");
  estimate.duckdb = Lowered{
      [kernel](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
        positive(call.arguments[1], "k");
        return kernel.sql(call, a, result);
      }};
  return {
      sketch_aggregate(
          "approx_top_k", "4.1.0",
          optional(signature({kAny, kInteger, kInteger}, counted_items_of_first, Nulls::kNever), 2,
                   {"5", "10000"}),
          {1, top_k_sizes},
          [](const plan::FunctionCall& call) {
            check_item(call);
            check_top_k_constants(call, 1, 2);
          }),
      sketch_aggregate(
          "approx_top_k_accumulate", "4.1.0",
          optional(signature({kAny, kInteger}, state_of_first, Nulls::kNever), 1, {"10000"}),
          {1,
           [](const plan::FunctionCall& call) -> std::vector<std::string> {
             return {std::to_string(tracked_items(call.arguments[1]))};
           }},
          [](const plan::FunctionCall& call) {
            check_item(call);
            check_top_k_constants(call, 9, 1);
          }),
      sketch_aggregate(
          "approx_top_k_combine", "4.1.0",
          optional(signature({kAny, kInteger}, state_of_state, Nulls::kNever), 1, {"-1"}),
          {1, combined_size},
          [](const plan::FunctionCall& call) {
            check_state(call);
            check_top_k_constants(call, 9, 1);
          }),
      std::move(estimate),
  };
}

// count_min_sketch ---------------------------------------------------------------------------

double constant_real(const ExpressionPtr& argument) {
  const std::optional<plan::Literal> value = constant_value(argument);
  const auto* number = value ? std::get_if<double>(&value->value) : nullptr;
  return number ? *number : 0;
}

std::string real_text(double number) {
  std::string text;
  kernel::append_double(number, text);
  return text;
}

void check_count_min(const plan::FunctionCall& call) {
  const Type& item = call.arguments[0]->type;
  if (!item.is_integral() && !item.is_string() && !item.is(TypeKind::kBinary) &&
      !item.is(TypeKind::kNull)) {
    throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE",
                           {{"requiredType", "(\"INTEGRAL\" or \"STRING\" or \"BINARY\")"}},
                           0};
  }
  for (size_t i = 1; i < 3; ++i) require_type(call, i, {Type::double_number()});
  require_type(call, 3, {kInt, kBigint});
  constexpr std::string_view kNames[] = {"", "eps", "confidence", "seed"};
  for (size_t i = 1; i < 4; ++i) require_constant(call, i, kNames[i], i < 3 ? "double" : "int");
  const auto refuse_value = [&](std::string_view name, double value, std::string range) {
    throw ArgumentMismatch{"VALUE_OUT_OF_RANGE",
                           {{"exprName", std::string(name)},
                            {"valueRange", std::move(range)},
                            {"currentValue", real_text(value) + "D"}},
                           std::nullopt};
  };
  const double eps = constant_real(call.arguments[1]);
  const double confidence = constant_real(call.arguments[2]);
  if (!(eps > 0)) refuse_value("eps", eps, "(0.0, 1.7976931348623157E308]");
  if (!(confidence > 0 && confidence < 1)) refuse_value("confidence", confidence, "(0.0, 1.0]");
}

std::vector<std::string> count_min_shape(const plan::FunctionCall& call) {
  return {real_text(constant_real(call.arguments[1])), real_text(constant_real(call.arguments[2])),
          std::to_string(size_or_zero(call.arguments[3]))};
}

}  // namespace

std::vector<Type> sketch_key_types() {
  return {Type::array(kInt),
          Type::array(kBigint),
          kBytes,
          Type::double_number(),
          Type::float_number(),
          kInt,
          kBigint,
          kText};
}

Function sketch_scalar(std::string_view name, std::string_view since, Signature s,
                       std::function<void(const plan::FunctionCall&)> check) {
  Function row{.name = name,
               .since = since,
               .group = "sketch_funcs",
               .summary = "Reads or combines sketches.",
               .signatures = {std::move(s)},
               .duckdb = value_kernel(name),
               .may_fail = true};
  row.check = std::move(check);
  return row;
}

Function sketch_aggregate(std::string_view name, std::string_view since, Signature s,
                          SketchParameters parameters,
                          std::function<void(const plan::FunctionCall&)> check) {
  Function row = sketch_scalar(name, since, std::move(s), std::move(check));
  row.kind = FunctionKind::kAggregate;
  row.summary = "Collects the group's values in a sketch, or reads one.";
  row.duckdb = Lowered{[name, parameters](const plan::FunctionCall& call,
                                          std::span<const std::string> a, const Type& result) {
    std::vector<Type> types;
    for (size_t i = 0; i < parameters.first; ++i) types.push_back(call.arguments[i]->type);
    return value_aggregate_sql(
        name, call, types, result,
        {a.begin(), a.begin() + static_cast<std::ptrdiff_t>(parameters.first)},
        parameters.texts(call));
  }};
  return row;
}

Rows sketch_functions() {
  Rows rows = hll_rows();
  const auto append = [&rows](Rows more) {
    for (Function& row : more) rows.push_back(std::move(row));
  };
  append(theta_rows());
  append(top_k_rows());
  rows.push_back(sketch_aggregate("count_min_sketch", "2.2.0",
                                  named(signature({kAny, kAny, kAny, kAny}, kBytes, Nulls::kNever),
                                        {"column", "epsilon", "confidence", "seed"}),
                                  {1, count_min_shape}, check_count_min));
  add_kll_rows(rows, {"_bigint", kBigint, {Type::byte(), kInt, kBigint, Type::short_integer()}});
  add_kll_rows(rows, {"_float", Type::float_number(), {Type::float_number()}});
  add_kll_rows(rows,
               {"_double", Type::double_number(), {Type::float_number(), Type::double_number()}});
  return rows;
}

}  // namespace firesteel::functions
