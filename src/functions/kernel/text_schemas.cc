// The schema that the texts of a group have in common, as JSON: what spark.read.json and spark.read.csv infer.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "functions/kernel/csv_text.h"
#include "functions/kernel/json_schema.h"
#include "functions/kernel/text_options.h"
#include "functions/kernel/value_aggregate.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;

class JsonSchemaOf : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    if (!inference_) inference_.emplace(options_of(TextOptions(arguments[1], call.time_zone, call.time_parser, /*is_json=*/true)));
    const Value& record = arguments[0];
    inference_->add(record.is_null() ? std::nullopt : std::optional<std::string_view>(record.text()));
  }

  void merge(const ValueCall&, const ValueAggregate& later) override {
    const auto& other = static_cast<const JsonSchemaOf&>(later);
    if (!other.inference_) return;
    if (!inference_) {
      inference_.emplace(*other.inference_);
    } else {
      inference_->merge(*other.inference_);
    }
  }

  Value result(const ValueCall&) override {
    return Value(Type::structure(inference_ ? inference_->schema() : plan::Schema{}).json());
  }

 private:
  static JsonSchemaOptions options_of(const TextOptions& options) {
    JsonSchemaOptions inference = json_schema_options_of(options);
    inference.mode = upper_case(options.find("mode").value_or("PERMISSIVE"));
    inference.corrupt_column = options.find("columnNameOfCorruptRecord").value_or("_corrupt_record");
    return inference;
  }

  std::optional<JsonSchemaInference> inference_;
};

class CsvSchemaOf : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    if (!options_) options_.emplace(arguments[1], call.time_zone, call.time_parser);
    const CsvRecord record = first_csv_record(*options_, arguments[0].text());
    if (record.fields.size() > types_.size()) types_.resize(record.fields.size(), Type::null());
    for (size_t i = 0; i < record.fields.size(); ++i) {
      const CsvRecord::Field& field = record.fields[i];
      if (field.text.empty() || field.is_null) continue;
      types_[i] = inferred_csv_type(*options_, types_[i], field.text);
    }
  }

  void merge(const ValueCall&, const ValueAggregate& later) override {
    const auto& other = static_cast<const CsvSchemaOf&>(later);
    if (!other.options_) return;
    if (!options_) options_ = other.options_;
    types_.resize(std::max(types_.size(), other.types_.size()), Type::null());
    for (size_t i = 0; i < other.types_.size(); ++i) types_[i] = merged_csv_types(*options_, types_[i], other.types_[i]);
  }

  Value result(const ValueCall&) override {
    plan::Schema schema;
    for (const Type& type : types_) {
      const bool is_unknown = type.is(plan::TypeKind::kNull);
      schema.push_back({"_c" + std::to_string(schema.size()), is_unknown ? Type::string() : type, true, ""});
    }
    return Value(Type::structure(std::move(schema)).json());
  }

 private:
  std::optional<CsvTextOptions> options_;
  std::vector<Type> types_;
};

constexpr ValueAggregateKernel kKernels[] = {
    {"json_schema_of", [] { return std::unique_ptr<ValueAggregate>(new JsonSchemaOf); }, true},
    {"csv_schema_of", [] { return std::unique_ptr<ValueAggregate>(new CsvSchemaOf); }},
};

}  // namespace

std::span<const ValueAggregateKernel> text_schema_aggregates() { return kKernels; }

}  // namespace firesteel::functions::kernel
