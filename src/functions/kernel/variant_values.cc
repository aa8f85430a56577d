// The functions of variants: parse_json, variant_get and their kin (variantExpressions.scala).
#include <charconv>
#include <optional>

#include "base/error.h"
#include "functions/kernel/json_text.h"
#include "functions/kernel/json_tree.h"
#include "functions/kernel/value_aggregate.h"
#include "functions/kernel/variant.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;

// The strict JSON of Jackson's defaults.
Value parsed(const std::string& text) {
  VariantBuilder builder;
  builder.append_json(parse_json_tree(text, {.single_quotes = false, .control_characters = false}));
  return builder.result();
}

Value parse_json(ValueCall&, ValueArguments a) {
  const auto refuse = [&] {
    throw SparkError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                     {{"badRecord", a[0].text()}, {"failFastMode", "FAILFAST"}})
        .with_kind(ErrorKind::kSpark);
  };
  try {
    return parsed(a[0].text());
  } catch (const MalformedJson&) {
    refuse();
  } catch (const SparkError& error) {
    if (error.condition() != "VARIANT_DUPLICATE_KEY") throw;
    refuse();
  }
  return Value();
}

Value try_parse_json(ValueCall&, ValueArguments a) {
  try {
    return parsed(a[0].text());
  } catch (const MalformedJson&) {
    return Value();
  } catch (const SparkError& error) {
    if (error.condition() != "VARIANT_DUPLICATE_KEY") throw;
    return Value();
  }
}

// A step of a path: a field's name or an element's place.
struct Step {
  std::string name;
  std::optional<size_t> index;
};

[[noreturn]] void throw_bad_path(const std::string& path, std::string_view function) {
  throw SparkError("INVALID_VARIANT_GET_PATH",
                   {{"path", path}, {"functionName", "`" + std::string(function) + "`"}});
}

// "$" and then ".name", "['name']", "[\"name\"]" or "[0]".
std::vector<Step> parse_path(const std::string& path, std::string_view function) {
  if (path.empty() || path[0] != '$') throw_bad_path(path, function);
  std::vector<Step> steps;
  size_t at = 1;
  while (at < path.size()) {
    Step step;
    if (path[at] == '.') {
      const size_t end = std::min(path.find_first_of(".[", at + 1), path.size());
      step.name = path.substr(at + 1, end - at - 1);
      if (step.name.empty()) throw_bad_path(path, function);
      at = end;
    } else if (path[at] == '[' && at + 1 < path.size() &&
               (path[at + 1] == '\'' || path[at + 1] == '"')) {
      const size_t end = path.find(path[at + 1], at + 2);
      if (end == std::string::npos || end + 1 >= path.size() || path[end + 1] != ']')
        throw_bad_path(path, function);
      step.name = path.substr(at + 2, end - at - 2);
      at = end + 2;
    } else if (path[at] == '[') {
      const size_t end = path.find(']', at);
      if (end == std::string::npos) throw_bad_path(path, function);
      int32_t index = 0;
      const auto [rest, error] = std::from_chars(path.data() + at + 1, path.data() + end, index);
      if (error != std::errc() || rest != path.data() + end || index < 0)
        throw_bad_path(path, function);
      step.index = static_cast<size_t>(index);
      at = end + 1;
    } else {
      throw_bad_path(path, function);
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

std::optional<VariantView> part_of(VariantView variant, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    const VariantKind kind = variant.kind();
    if (step.index) {
      if (kind != VariantKind::kArray || *step.index >= variant.size()) return std::nullopt;
      variant = variant.element(*step.index);
      continue;
    }
    if (kind != VariantKind::kObject) return std::nullopt;
    const auto field = variant.field(step.name);
    if (!field) return std::nullopt;
    variant = *field;
  }
  return variant;
}

[[noreturn]] void throw_bad_cast(const VariantView& variant, const Type& type,
                                 std::string_view time_zone) {
  throw SparkError("INVALID_VARIANT_CAST",
                   {{"value", variant.json(time_zone)}, {"dataType", "\"" + type.sql() + "\""}});
}

Value get(ValueCall& call, ValueArguments a, bool fails) {
  struct Path {
    std::string text;
    std::vector<Step> steps;
  };
  const char* function = fails ? "variant_get" : "try_variant_get";
  auto& path = call.keep<Path>([&] {
    return Path{a[1].text(), parse_path(a[1].text(), function)};
  });
  if (path.text != a[1].text()) path = {a[1].text(), parse_path(a[1].text(), function)};
  const auto part = part_of(VariantView(a[0]), path.steps);
  if (!part) return Value();
  std::optional<Value> value = cast_variant(*part, call.result, call.time_zone);
  if (value) return *std::move(value);
  if (fails) throw_bad_cast(*part, call.result, call.time_zone);
  return Value();
}

Value variant_get(ValueCall& call, ValueArguments a) { return get(call, a, true); }
Value try_variant_get(ValueCall& call, ValueArguments a) { return get(call, a, false); }

// CAST from a variant; the second argument tells whether it may fail.
Value from_variant(ValueCall& call, ValueArguments a) {
  std::optional<Value> value = cast_variant(VariantView(a[0]), call.result, call.time_zone);
  if (value) return *std::move(value);
  if (a[1].boolean()) throw_bad_cast(VariantView(a[0]), call.result, call.time_zone);
  return Value();
}

Value to_variant(ValueCall& call, ValueArguments a) {
  VariantBuilder builder;
  builder.append(call.argument_types[0], a[0]);
  return builder.result();
}

Value is_null(ValueCall&, ValueArguments a) {
  return Value(!a[0].is_null() && VariantView(a[0]).kind() == VariantKind::kNull);
}

Value is_valid(ValueCall&, ValueArguments a) {
  try {
    VariantView(a[0]).validate();
    return Value(true);
  } catch (const SparkError&) {
    return Value(false);
  }
}

Value json(ValueCall& call, ValueArguments a) {
  return Value(VariantView(a[0]).json(call.time_zone));
}

Value schema_of(ValueCall&, ValueArguments a) {
  return Value(variant_schema_text(VariantView(a[0]).schema()));
}

// The rows of variant_explode: position, name or null, value.
Value entries(ValueCall&, ValueArguments a) {
  const VariantView variant(a[0]);
  const VariantKind kind = variant.kind();
  Values rows;
  if (kind != VariantKind::kObject && kind != VariantKind::kArray) return Value(std::move(rows));
  const std::string& metadata = a[0].list()[1].text();
  for (size_t i = 0; i < variant.size(); ++i) {
    const bool is_object = kind == VariantKind::kObject;
    const Value name = is_object ? Value(std::string(variant.field(i).first)) : Value();
    // A part keeps the names of the whole.
    const VariantView one = is_object ? variant.field(i).second : variant.element(i);
    Value part(Values{Value(std::string(one.bytes())), Value(metadata)});
    rows.emplace_back(Values{Value(static_cast<int64_t>(i)), name, std::move(part)});
  }
  return Value(std::move(rows));
}

// schema_of_variant_agg(variant).
class SchemaOf : public ValueAggregate {
 public:
  void add(const ValueCall&, ValueArguments arguments) override {
    schema_ = merge_variant_schemas(schema_, VariantView(arguments[0]).schema());
  }
  void merge(const ValueCall&, const ValueAggregate& later) override {
    schema_ = merge_variant_schemas(schema_, static_cast<const SchemaOf&>(later).schema_);
  }
  Value result(const ValueCall&) override { return Value(variant_schema_text(schema_)); }

 private:
  Type schema_;
};

std::unique_ptr<ValueAggregate> make_schema_of() { return std::make_unique<SchemaOf>(); }

constexpr ValueAggregateKernel kAggregates[] = {{"schema_of_variant_agg", make_schema_of}};

constexpr ValueKernel kKernels[] = {
    {"parse_json", parse_json},
    {"try_parse_json", try_parse_json},
    {"variant_get", variant_get},
    {"try_variant_get", try_variant_get},
    {"from_variant", from_variant},
    {"to_variant", to_variant},
    {"is_variant_null", is_null, true},
    {"is_valid_variant", is_valid},
    {"schema_of_variant", schema_of},
    {"variant_entries", entries},
    {"variant_json", json},
};

}  // namespace

std::span<const ValueAggregateKernel> variant_aggregates() { return kAggregates; }
std::span<const ValueKernel> variant_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
