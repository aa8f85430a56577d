// A JSON text as a tree, for functions that read it by a schema.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/kernel/json_text.h"

namespace firesteel::functions::kernel {

struct JsonMember;

struct JsonNode {
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  std::string text;  // a string's characters, everything else as compact JSON
  std::string source;  // numbers: as they stand in the text
  std::vector<JsonNode> elements;
  std::vector<JsonMember> members;

  bool is_null() const { return kind == Kind::kNull; }
  // The last member of that name, or null.
  const JsonNode* member(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonNode value;
};

// The first value of a text; what follows it does not count. Raises MalformedJson (json_text.h).
JsonNode parse_json_tree(std::string_view text, JsonSyntax syntax = {});
// Its text, of members of one name the last alone.
std::string with_unique_names(const JsonNode& node);

}  // namespace firesteel::functions::kernel
