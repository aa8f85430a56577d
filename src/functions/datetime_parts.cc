// Dates, times and intervals taken apart and put together.
#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/foldable.h"
#include "functions/function_table.h"
#include "functions/kernel/datetime_field.h"
#include "functions/kernel/time_zone.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

namespace fields = kernel;

Function row(std::string_view name, std::vector<Signature> signatures, EngineForm form,
             Print print = {}) {
  return {.name = name,
          .since = "3.5.0",
          .group = "datetime_funcs",
          .summary = "Takes dates, times or intervals apart, or makes them.",
          .signatures = std::move(signatures),
          .duckdb = std::move(form),
          .print = std::move(print)};
}

Function failing(Function f) {
  f.may_fail = true;
  return f;
}

// The kernel with nulls in place of errors.
Lowered tolerant_kernel(std::string_view name) {
  return Lowered{[name](const plan::FunctionCall& call, std::span<const std::string> a,
                        const Type& result) {
    std::vector<Type> types;
    for (const ExpressionPtr& argument : call.arguments) types.push_back(argument->type);
    return value_kernel_sql(name, false, types, result, {a.begin(), a.end()});
  }};
}

const std::string* text_of(const ExpressionPtr& argument) {
  const plan::Literal* constant = literal(argument);
  return constant ? std::get_if<std::string>(&constant->value) : nullptr;
}

// The source as a timestamp or date where it is text: fields of the clock need the former.
bool is_text(const Type& type) { return type.is_string() || type.is(TypeKind::kNull); }

Type extracted_type(Arguments arguments) {
  const plan::Literal* constant = literal(arguments[0]);
  if (constant && constant->is_null()) return Type::double_number();
  const std::string* name = text_of(arguments[0]);
  if (!name) {
    throw SparkError("NON_FOLDABLE_ARGUMENT", {{"funcName", "`extract`"},
                                               {"paramName", "`field`"},
                                               {"paramType", "\"STRING\""}});
  }
  const auto field = fields::parse_datetime_field(*name);
  const Type& source = arguments[1]->type;
  const auto type =
      field ? fields::datetime_field_type(*field, is_text(source) ? Type::timestamp() : source)
            : std::nullopt;
  if (!type) {
    std::string shown;
    if (const auto* column = arguments[1]->as<plan::AttributeReference>()) shown = column->name;
    throw SparkError("INVALID_EXTRACT_FIELD", {{"field", "`" + *name + "`"}, {"expr", "\"" + shown + "\""}});
  }
  return *type;
}

// The date of a timestamp without zone is a cast that Spark takes for one that may fail.
bool extracted_nullable(Arguments arguments) {
  if (any_nullable(arguments)) return true;
  const std::string* name = text_of(arguments[0]);
  if (!name || !arguments[1]->type.is(TypeKind::kTimestampNtz)) return false;
  using enum fields::DatetimeField;
  const auto field = fields::parse_datetime_field(*name).value_or(kSecond);
  return field != kHour && field != kMinute && field != kSecond;
}

std::string extracted_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                          const Type& result) {
  const std::string* name = text_of(call.arguments[0]);
  if (!name) return "NULL";
  const Type& source = call.arguments[1]->type;
  // The plain fields of dates are what most queries ask for.
  if (source.is(TypeKind::kDate)) {
    using enum fields::DatetimeField;
    switch (fields::parse_datetime_field(*name).value_or(kSecond)) {
      case kYear: return "year(" + a[1] + ")";
      case kQuarter: return "quarter(" + a[1] + ")";
      case kMonth: return "month(" + a[1] + ")";
      case kDay: return "day(" + a[1] + ")";
      default: break;
    }
  }
  return value_kernel_sql("extract", call.ansi, {call.arguments[0]->type, source}, result,
                          {a.begin(), a.end()});
}

Function extraction(std::string_view name) {
  const auto kinds = {kTime, kInterval, kDateOrTimestamp};
  std::vector<Signature> signatures;
  for (Accepts kind : kinds) {
    if (kind == kTime) continue;
    signatures.push_back(with_nullable(signature({kString, kind}, extracted_type), extracted_nullable));
  }
  Signature of_time = signature({kString, kTime}, extracted_type, Nulls::kAlways);
  Function f = row(name, std::move(signatures), Lowered{extracted_sql});
  f.signatures.push_back(std::move(of_time));
  f.print = [name](const plan::FunctionCall&, std::span<const std::string> a) {
    if (name != "date_part") return std::string(name) + "(" + a[0] + " FROM " + a[1] + ")";
    return std::string(name) + "(" + a[0] + ", " + a[1] + ")";
  };
  return f;
}

// The forms of make_timestamp; those of parts may fail, those of a date and a time do not.
std::vector<Signature> timestamp_forms(const Type& type, Nulls nulls, bool with_zone, bool from_date,
                                       Nulls date_nulls = Nulls::kAny) {
  std::vector<Accepts> parts = {kInteger, kInteger, kInteger, kInteger, kInteger, kDecimal};
  std::vector<Signature> forms = {signature(parts, type, nulls)};
  parts.push_back(kString);
  if (with_zone) forms.push_back(signature(parts, type, nulls));
  if (from_date) forms.push_back(signature({kDate}, type, date_nulls));
  forms.push_back(strict(signature({kDate, kTime}, type, date_nulls)));
  if (with_zone) forms.push_back(strict(signature({kDate, kTime, kString}, type, date_nulls)));
  return forms;
}

Signature with_zeros(std::vector<Accepts> arguments, Type type, Nulls nulls) {
  std::vector<std::string_view> zeros(arguments.size(), "0");
  const size_t count = arguments.size();
  return optional(signature(std::move(arguments), std::move(type), nulls), count, std::move(zeros));
}

// Left-out seconds are a decimal.
Print with_decimal_seconds(std::string_view name, size_t seconds_at) {
  return [name, seconds_at](const plan::FunctionCall& call, std::span<const std::string> a) {
    std::string text = std::string(name) + "(";
    for (size_t i = 0; i < a.size(); ++i) {
      const auto* zero = i == seconds_at ? literal(call.arguments[i]) : nullptr;
      const bool is_default = zero && zero->type.is(TypeKind::kInteger) && a[i] == "0";
      text += (i ? ", " : "") + (is_default ? std::string("0.000000") : a[i]);
    }
    return text + ")";
  };
}

// Of a date and a time the ltz names are make_timestamp's.
Print timestamp_name(std::string_view name, std::string_view of_dates) {
  return [name, of_dates](const plan::FunctionCall& call, std::span<const std::string> a) {
    std::string text(call.arguments[0]->type.is(TypeKind::kDate) ? of_dates : name);
    text += "(";
    for (size_t i = 0; i < a.size(); ++i) text += (i ? ", " : "") + a[i];
    return text + ")";
  };
}

// Spark prints the six parts without the zone.
std::string without_zone(const plan::FunctionCall&, std::span<const std::string> a) {
  std::string text = "try_make_timestamp(";
  for (size_t i = 0; i < a.size() && i < 6; ++i) text += (i ? ", " : "") + a[i];
  return text + ")";
}

std::string tried_local_name(const plan::FunctionCall& call, std::span<const std::string> a) {
  std::string parts;
  for (size_t i = 0; i < a.size(); ++i) parts += (i ? ", " : "") + a[i];
  if (!call.arguments[0]->type.is(TypeKind::kDate)) return "try_make_timestamp_ntz(" + parts + ")";
  return "try_make_timestamp_ntz(make_timestamp_ntz(" + parts + "))";
}

// A time without a zone needs none, and Spark looks at it only where it computes the call beforehand.
void check_constant_zone(const plan::FunctionCall& call) {
  if (!call.is_local || call.arguments.size() != 7) return;
  const std::string* zone = text_of(call.arguments[6]);
  if (zone && std::all_of(call.arguments.begin(), call.arguments.end(), is_foldable)) (void)kernel::TimeZone::get(*zone);
}

void add_timestamps(Rows& rows) {
  const Type ltz = Type::timestamp();
  const Type ntz = Type::timestamp_ntz();
  rows.push_back(failing(following_timestamp_type(
      row("make_timestamp", timestamp_forms(ltz, Nulls::kAny, true, true), value_kernel("make_timestamp")))));
  rows.back().check = check_constant_zone;
  rows.push_back(failing(row("make_timestamp_ltz", timestamp_forms(ltz, Nulls::kAny, true, false),
                             value_kernel("make_timestamp"),
                             timestamp_name("make_timestamp_ltz", "make_timestamp"))));
  rows.push_back(failing(row("make_timestamp_ntz",
                             timestamp_forms(ntz, Nulls::kAny, false, false, Nulls::kAlways),
                             value_kernel("make_timestamp"))));
  rows.push_back(following_timestamp_type(row("try_make_timestamp", timestamp_forms(ltz, Nulls::kAlways, true, true),
                                              tolerant_kernel("make_timestamp"), without_zone)));
  rows.push_back(row("try_make_timestamp_ltz", timestamp_forms(ltz, Nulls::kAlways, true, false),
                     tolerant_kernel("make_timestamp"),
                     timestamp_name("try_make_timestamp_ltz", "make_timestamp")));
  rows.push_back(row("try_make_timestamp_ntz",
                     timestamp_forms(ntz, Nulls::kAlways, false, false, Nulls::kAlways),
                     tolerant_kernel("make_timestamp"), tried_local_name));
}

void add_intervals(Rows& rows) {
  const std::vector<Accepts> parts = {kInteger, kInteger, kInteger, kInteger,
                                      kInteger, kInteger, kDecimal};
  rows.push_back(failing(row("make_interval",
                             {with_zeros(parts, Type::calendar_interval(), Nulls::kAny)},
                             value_kernel("make_interval"),
                             with_decimal_seconds("make_interval", 6))));
  rows.push_back(row("try_make_interval",
                     {optional(with_zeros(parts, Type::calendar_interval(), Nulls::kAlways), parts.size() - 1,
                               std::vector<std::string_view>(parts.size() - 1, "0"))},
                     tolerant_kernel("make_interval"),
                     with_decimal_seconds("try_make_interval", 6)));
  rows.push_back(row("make_dt_interval",
                     {with_zeros({kInteger, kInteger, kInteger, kDecimal},
                                 Type::day_time_interval(), Nulls::kAny)},
                     value_kernel("make_dt_interval"),
                     with_decimal_seconds("make_dt_interval", 3)));
  rows.push_back(row("make_ym_interval",
                     {with_zeros({kInteger, kInteger}, Type::year_month_interval(), Nulls::kAny)},
                     value_kernel("make_ym_interval")));
}

// "try_to_time(to_time(text))" is how Spark prints it.
std::string tried_time_name(const plan::FunctionCall&, std::span<const std::string> a) {
  std::string text = "try_to_time(to_time(" + a[0];
  if (a.size() > 1) text += ", " + a[1];
  return text + "))";
}

Lowered time_from(const char* nanos) {
  return Lowered{[nanos](const plan::FunctionCall& call, std::span<const std::string> a,
                         const Type& result) {
    return value_kernel_sql("time_from_number", call.ansi,
                            {call.arguments[0]->type, Type::long_integer()}, result,
                            {a[0], nanos + std::string("::BIGINT")});
  }};
}

// Beside a pattern that is null Spark makes a null of the text's type.
ExpressionPtr null_beside_null_pattern(const plan::FunctionCall& call) {
  const bool is_null = call.arguments.size() > 1 && is_foldable(call.arguments[1]) && is_null_constant(*call.arguments[1]);
  return is_null ? plan::make_null_literal(Type::string()) : nullptr;
}

void add_times(Rows& rows) {
  const Type time = Type::time();
  rows.push_back(failing(row("make_time", {signature({kInteger, kInteger, kDecimal}, time, Nulls::kAlways)},
                             value_kernel("make_time"))));
  rows.push_back(failing(row("to_time", {strict(optional(signature({kString, kString}, time, Nulls::kAlways), 1))},
                             Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                                        const Type& result) {
                               return value_kernel_sql("parse_time", true,
                                                       std::vector<Type>(call.arguments.size(), Type::string()),
                                                       result, {a.begin(), a.end()});
                             }})));
  rows.back().rewrite = null_beside_null_pattern;
  rows.push_back(row("try_to_time", {strict(optional(signature({kString, kString}, time, Nulls::kAlways), 1))},
                     tolerant_kernel("parse_time"), tried_time_name));
  rows.back().rewrite = null_beside_null_pattern;
  rows.push_back(failing(row("time_diff", {signature({kString, kTime, kTime}, Type::long_integer(), Nulls::kAlways)},
                             value_kernel("time_diff"))));
  rows.push_back(failing(row("time_trunc", {signature({kString, kTime}, type_of_second, Nulls::kAlways)},
                             value_kernel("time_trunc"))));
  rows.push_back(failing(row("time_from_seconds", {signature({kNumeric}, time, Nulls::kAlways)},
                             time_from("1000000000"))));
  rows.push_back(failing(row("time_from_millis", {signature({kIntegral}, time, Nulls::kAlways)},
                             time_from("1000000"))));
  rows.push_back(failing(row("time_from_micros", {signature({kIntegral}, time, Nulls::kAlways)},
                             time_from("1000"))));
  rows.push_back(row("time_to_seconds", {strict(signature({kTime}, Type::decimal(14, 6), Nulls::kAlways))},
                     Template{"(CAST($1 // 1000 AS DECIMAL(38,0)) / 1000000)"}));
  rows.back().duckdb = Template{"(CAST($1 // 1000 AS DECIMAL(18,0)) * 0.000001::DECIMAL(7,6))"};
  rows.push_back(row("time_to_millis", {strict(signature({kTime}, Type::long_integer(), Nulls::kAlways))},
                     Template{"($1 // 1000000)"}));
  rows.push_back(row("time_to_micros", {strict(signature({kTime}, Type::long_integer(), Nulls::kAlways))},
                     Template{"($1 // 1000)"}));
}

Type second_argument_or_timestamp(Arguments arguments) {
  const Type& type = arguments[2]->type;
  return type.is(TypeKind::kTimestampNtz) ? type : Type::timestamp();
}

// Windows of time ---------------------------------------------------------------------------------

const Type& moment_type(const Type& type) {
  return type.is(TypeKind::kStruct) && type.fields().size() == 2 ? type.fields()[1].type : type;
}

Type windows_of_first(Arguments arguments) {
  const Type& moment = arguments[0]->type;
  const Type type = moment.is_string() || moment.is(TypeKind::kNull) ? Type::timestamp() : moment_type(moment);
  return Type::array(Type::structure({{"start", type, true, {}}, {"end", type, true, {}}}), false);
}

// TimeWindow.inputTypes and SessionWindow's.
void check_moment(const plan::FunctionCall& call) {
  const Type& type = moment_type(call.arguments[0]->type);
  if (type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz)) return;
  throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE",
                         {{"requiredType", "(\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or \"STRUCT<start: TIMESTAMP, end: "
                                           "TIMESTAMP>\" or \"STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>\")"}},
                         0};
}

// What the analyzer makes of window() and session_window() (analyze/time_windows.h).
Rows window_parts() {
  Function windows = row("time windows", {}, value_kernel("time_windows"));
  Function part = row("session parts", {}, value_kernel("session_parts"));
  for (const Accepts moment : {kStruct, kTimestampAny}) {
    windows.signatures.push_back(signature({moment, kLong, kLong, kLong}, windows_of_first));
    part.signatures.push_back(signature({moment, kString}, windows_of_first));
  }
  windows.check = check_moment;
  part.check = check_moment;
  return {std::move(windows), std::move(part)};
}

Type moment_of_first(Arguments arguments) { return moment_type(arguments[0]->type); }

// A moment that is NULL has the type of the origin.
Type bucket_type(Arguments arguments) {
  const bool is_null = arguments[1]->type.is(TypeKind::kNull) && arguments.size() > 2;
  return arguments[is_null ? 2 : 1]->type.is(TypeKind::kTimestampNtz) ? Type::timestamp_ntz() : Type::timestamp();
}

void check_bucket(const plan::FunctionCall& call) {
  const Type& size = call.arguments[0]->type;
  if (!size.is(TypeKind::kDayTimeInterval) && !size.is(TypeKind::kYearMonthInterval) && !size.is(TypeKind::kNull)) {
    throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE",
                           {{"requiredType", "(\"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")"}}, 0};
  }
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    const Type& type = call.arguments[i]->type;
    if (type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz) || type.is(TypeKind::kNull)) continue;
    throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE", {{"requiredType", "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\""}}, i};
  }
  const bool has_origin = call.arguments.size() > 2 && !call.arguments[2]->type.is(TypeKind::kNull);
  if (has_origin && !call.arguments[2]->type.same_type(bucket_type(call.arguments))) {
    throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE", {{"requiredType", "\"" + bucket_type(call.arguments).sql() + "\""}}, 2};
  }
  if (!is_foldable(call.arguments[0])) {
    throw ArgumentMismatch{"NON_FOLDABLE_INPUT", {{"inputName", "`bucketSize`"}, {"inputType", "\"" + size.sql() + "\""}}, 0};
  }
  if (const std::optional<int64_t> length = constant_integer(call.arguments[0]); length && *length <= 0) {
    throw ArgumentMismatch{"VALUE_OUT_OF_RANGE", {{"exprName", "`bucketSize`"}, {"valueRange", "(0, inf)"}}, 0};
  }
}

// The origin that is left out is the first moment of 1970 on the session's clock.
Function time_bucket_row() {
  Function f = row("time_bucket", {optional(signature({kAny, kAny, kAny}, bucket_type), 1)}, {});
  f.since = "4.2.0";
  f.check = check_bucket;
  f.duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
    const bool is_local = result.is(TypeKind::kTimestampNtz);
    const std::string epoch = is_local ? "TIMESTAMP '1970-01-01 00:00:00'" : "fs_local_to_timestamp(TIMESTAMP '1970-01-01 00:00:00', $zone)";
    const auto is_null = [](const plan::ExpressionPtr& argument) { return argument->type.is(TypeKind::kNull); };
    if (std::any_of(call.arguments.begin(), call.arguments.end(), is_null)) return std::string("CAST(NULL AS TIMESTAMP)");
    return value_kernel_sql("time_bucket", call.ansi, {call.arguments[0]->type, result, result}, result,
                            {a[0], a[1], a.size() > 2 ? a[2] : epoch});
  }};
  f.print = [](const plan::FunctionCall& call, std::span<const std::string> a) {
    const bool is_local = call.arguments[1]->type.is(TypeKind::kTimestampNtz);
    const std::string epoch = std::string(is_local ? "TIMESTAMP_NTZ" : "TIMESTAMP") + " '1970-01-01 00:00:00'";
    return "time_bucket(" + a[0] + ", " + a[1] + ", " + (a.size() > 2 ? a[2] : epoch) + ")";
  };
  return f;
}

}  // namespace

Rows datetime_part_functions() {
  Rows rows = {extraction("extract"), extraction("date_part"), extraction("datepart")};
  add_timestamps(rows);
  add_intervals(rows);
  add_times(rows);
  rows.push_back(unlisted(row("timestampadd",
                              {signature({kString, kLong, kTimestampAny}, second_argument_or_timestamp)},
                              value_kernel("timestampadd"))));
  rows.push_back(unlisted(row("timestampdiff",
                              {signature({kString, kTimestamp, kTimestamp}, Type::long_integer())},
                              value_kernel("timestampdiff"))));
  Function convert = row("convert_timezone",
                         {signature({kString, kString, kTimestampAny}, Type::timestamp_ntz()),
                          signature({kString, kTimestampAny}, Type::timestamp_ntz())},
                         Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                                    const Type& result) {
                           const bool is_short = a.size() == 2;
                           const bool is_instant = call.arguments.back()->type.is(TypeKind::kTimestamp);
                           const std::string local =
                               is_instant ? "fs_utc_to_local(" + a.back() + ", $zone)" : a.back();
                           return value_kernel_sql(
                               "convert_timezone", call.ansi,
                               {Type::string(), Type::string(), Type::timestamp_ntz()}, result,
                               {is_short ? "$zone" : a[0], is_short ? a[0] : a[1], local});
                         }});
  convert.print = [](const plan::FunctionCall&, std::span<const std::string> a) {
    const std::string from = a.size() == 2 ? "current_timezone(), " : "";
    std::string text = "convert_timezone(" + from;
    for (size_t i = 0; i < a.size(); ++i) text += (i ? ", " : "") + a[i];
    return text + ")";
  };
  rows.push_back(std::move(convert));
  for (Function& part : window_parts()) rows.push_back(std::move(part));
  rows.push_back(row("window_time", {signature({kStruct}, moment_of_first, Nulls::kAlways)}, value_kernel("window_time")));
  rows.push_back(time_bucket_row());
  return rows;
}

}  // namespace firesteel::functions
