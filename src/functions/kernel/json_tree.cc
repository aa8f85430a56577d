#include "functions/kernel/json_tree.h"

namespace firesteel::functions::kernel {

namespace {

constexpr int kMaxDepth = 1000;

JsonNode read(JsonReader& reader, int depth) {
  if (depth > kMaxDepth) throw MalformedJson();
  JsonNode node;
  const char first = reader.peek();
  if (first == '"' || first == '\'') {
    node.kind = JsonNode::Kind::kString;
    node.text = reader.string();
    return node;
  }
  JsonWriter writer;
  if (first == '[') {
    node.kind = JsonNode::Kind::kArray;
    reader.expect('[');
    writer.begin('[');
    for (bool is_first = true; !reader.skip(']'); is_first = false) {
      if (!is_first) reader.expect(',');
      node.elements.push_back(read(reader, depth + 1));
      const JsonNode& element = node.elements.back();
      element.kind == JsonNode::Kind::kString ? writer.string(element.text)
                                              : writer.raw_value(element.text);
    }
    writer.end(']');
  } else if (first == '{') {
    node.kind = JsonNode::Kind::kObject;
    reader.expect('{');
    writer.begin('{');
    for (bool is_first = true; !reader.skip('}'); is_first = false) {
      if (!is_first) reader.expect(',');
      std::string name = reader.name();
      reader.expect(':');
      writer.name(name);
      node.members.push_back({std::move(name), read(reader, depth + 1)});
      const JsonNode& value = node.members.back().value;
      value.kind == JsonNode::Kind::kString ? writer.string(value.text)
                                            : writer.raw_value(value.text);
    }
    writer.end('}');
  } else {
    const size_t start = reader.position();
    reader.copy_value(writer);
    node.source = reader.since(start);
    node.kind = writer.text() == "null" ? JsonNode::Kind::kNull
                : first == 't' || first == 'f' ? JsonNode::Kind::kBoolean
                                               : JsonNode::Kind::kNumber;
  }
  node.text = writer.take();
  return node;
}

}  // namespace

const JsonNode* JsonNode::member(std::string_view name) const {
  const JsonNode* found = nullptr;
  for (const auto& [key, value] : members) {
    if (key == name) found = &value;
  }
  return found;
}

namespace {

void write_unique(const JsonNode& node, JsonWriter& writer) {
  switch (node.kind) {
    case JsonNode::Kind::kString: return writer.string(node.text);
    case JsonNode::Kind::kArray:
      writer.begin('[');
      for (const JsonNode& element : node.elements) write_unique(element, writer);
      return writer.end(']');
    case JsonNode::Kind::kObject:
      writer.begin('{');
      for (const auto& [name, value] : node.members) {
        if (node.member(name) != &value) continue;
        writer.name(name);
        write_unique(value, writer);
      }
      return writer.end('}');
    default: return writer.raw_value(node.text);
  }
}

}  // namespace

std::string with_unique_names(const JsonNode& node) {
  JsonWriter writer;
  write_unique(node, writer);
  return writer.take();
}

JsonNode parse_json_tree(std::string_view text, JsonSyntax syntax) {
  JsonReader reader(text, syntax);
  JsonNode root = read(reader, 0);
  // What stands behind the value is not looked at, but a number goes on until a blank.
  const std::string_view rest = text.substr(reader.position());
  if (root.kind == JsonNode::Kind::kNumber && !rest.empty() && std::string_view(" \t\r\n").find(rest[0]) == std::string_view::npos) throw MalformedJson();
  return root;
}

}  // namespace firesteel::functions::kernel
