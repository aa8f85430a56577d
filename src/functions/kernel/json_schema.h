// The schema that JSON records have in common: Spark's JsonInferSchema.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "functions/kernel/json_text.h"
#include "plan/type.h"

namespace firesteel::functions::kernel {

struct JsonSchemaOptions {
  bool primitives_as_string = false;
  std::string mode = "PERMISSIVE";  // in upper case
  std::string corrupt_column = "_corrupt_record";
  JsonSyntax syntax;
};

class JsonSchemaInference {
 public:
  explicit JsonSchemaInference(JsonSchemaOptions options) : options_(std::move(options)) {}

  // Nothing: a record that is null. Throws MALFORMED_RECORD_IN_PARSING in the mode FAILFAST.
  void add(std::optional<std::string_view> record);
  void merge(const JsonSchemaInference& other);
  plan::Schema schema() const;

 private:
  plan::Type value(JsonReader& reader, int depth) const;
  plan::Type object(JsonReader& reader, int depth) const;
  void add_malformed();

  JsonSchemaOptions options_;
  plan::Type whole_ = plan::Type::null();
};

}  // namespace firesteel::functions::kernel
