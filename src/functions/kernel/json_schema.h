// The schema that JSON records have in common: Spark's JsonInferSchema.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "functions/kernel/json_text.h"
#include "plan/type.h"

namespace firesteel::functions::kernel {

struct JsonSchemaOptions {
  bool primitives_as_string = false;
  bool prefers_decimal = false;
  bool drops_null_fields = false;
  // The type of a text that is a timestamp; null: texts are not looked at.
  std::function<std::optional<plan::Type>(std::string_view)> timestamp_type;
  std::string mode = "PERMISSIVE";  // in upper case
  std::string corrupt_column = "_corrupt_record";
  JsonSyntax syntax;
};

// The options that a reader of records takes. `Options` has `flag(name, fallback)`.
template <typename Options>
JsonSchemaOptions schema_options_of(const Options& options) {
  return {.primitives_as_string = options.flag("primitivesAsString", false),
          .prefers_decimal = options.flag("prefersDecimal", false),
          .drops_null_fields = options.flag("dropFieldIfAllNull", false),
          .timestamp_type = {},
          .syntax = record_syntax_of(options)};
}

class JsonSchemaInference {
 public:
  explicit JsonSchemaInference(JsonSchemaOptions options) : options_(std::move(options)) {}

  // Nothing: a record that is null. Throws MALFORMED_RECORD_IN_PARSING in the mode FAILFAST.
  void add(std::optional<std::string_view> record);
  void merge(const JsonSchemaInference& other);
  plan::Schema schema() const;
  // The type of one value, whichever it is: schema_of_json. Throws MalformedJson.
  plan::Type type_of(std::string_view text) const;

 private:
  plan::Type value(JsonReader& reader, int depth) const;
  plan::Type object(JsonReader& reader, int depth) const;
  plan::Type text(const std::string& text) const;
  plan::Type number(std::string_view source, const std::string& text) const;
  std::optional<plan::Type> canonical(const plan::Type& type) const;
  void add_malformed();

  JsonSchemaOptions options_;
  plan::Type whole_ = plan::Type::null();
};

}  // namespace firesteel::functions::kernel
