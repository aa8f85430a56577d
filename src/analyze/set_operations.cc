// UNION, INTERSECT and EXCEPT: by position and by name.
#include <algorithm>
#include <functional>

#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "plan/nested_types.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// Rows are compared, but neither maps nor variants are.
void check_compared(const std::vector<RelationPtr>& inputs) {
  for (const RelationPtr& input : inputs) {
    for (const Attribute& column : input->output) {
      const bool is_map = holds(column.type, TypeKind::kMap);
      if (!is_map && !column.type.is(TypeKind::kVariant)) continue;
      throw SparkError(is_map ? "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE" : "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE",
                       {{"colName", quoted_name({column.name})}, {"dataType", "\"" + column.type.sql() + "\""}});
    }
  }
}

// Of a column, once it is cast on each side.
bool may_be_null(SetOperationKind kind, const std::vector<RelationPtr>& inputs, size_t column) {
  const auto is_nullable = [&](const RelationPtr& input) { return input->output[column].nullable; };
  if (kind == SetOperationKind::kExcept) return is_nullable(inputs[0]);
  return kind == SetOperationKind::kIntersect ? std::all_of(inputs.begin(), inputs.end(), is_nullable)
                                              : std::any_of(inputs.begin(), inputs.end(), is_nullable);
}

}  // namespace

RelationPtr Resolver::set_operation(const SetOperation& node) {
  std::vector<RelationPtr> inputs;
  for (const RelationPtr& input : node.inputs) inputs.push_back(resolve(input));
  if (node.by_name) return union_by_name(node, inputs);
  return combine(node, std::move(inputs));
}

// By position, over resolved inputs.
RelationPtr Resolver::combine(const SetOperation& node, std::vector<RelationPtr> inputs) {
  const char* name = node.kind == SetOperationKind::kUnion ? "UNION"
                     : node.kind == SetOperationKind::kIntersect ? "INTERSECT" : "EXCEPT";
  const size_t width = inputs[0]->output.size();
  std::vector<Type> types;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]->output.size() != width) {
      throw SparkError("NUM_COLUMNS_MISMATCH",
                       {{"operator", name}, {"firstNumColumns", std::to_string(width)},
                        {"invalidOrdinalNum", i == 1 ? "second" : std::to_string(i + 1) + "th"},
                        {"invalidNumColumns", std::to_string(inputs[i]->output.size())}});
    }
  }
  for (size_t c = 0; c < width; ++c) {
    Type type = inputs[0]->output[c].type;
    for (size_t i = 1; i < inputs.size(); ++i) {
      auto wider = wider_type(type, inputs[i]->output[c].type, rules());
      if (!wider && node.kind == SetOperationKind::kUnion && has_same_shape(type, inputs[i]->output[c].type)) wider = type;
      if (!wider) {
        throw SparkError("INCOMPATIBLE_COLUMN_TYPE",
                         {{"operator", name}, {"columnOrdinalNumber", c == 0 ? "first" : c == 1 ? "second" : std::to_string(c + 1) + "th"},
                          {"tableOrdinalNumber", i == 1 ? "second" : std::to_string(i + 1) + "th"},
                          {"dataType1", "\"" + inputs[i]->output[c].type.sql() + "\""},
                          {"dataType2", "\"" + type.sql() + "\""}, {"hint", ""}});
      }
      type = *wider;
    }
    types.push_back(type);
  }
  if (node.kind != SetOperationKind::kUnion || !node.is_all) check_compared(inputs);
  bool is_widened = false;
  for (RelationPtr& input : inputs) {
    std::vector<ExpressionPtr> columns;
    bool is_changed = false;
    for (size_t c = 0; c < width; ++c) {
      const Attribute& attribute = input->output[c];
      ExpressionPtr value = cast_to(reference(attribute), types[c], rules());
      is_changed |= !attribute.type.same_type(types[c]);
      if (!value->as<AttributeReference>()) {
        const bool is_nullable = value->nullable;
        value = make_typed(Alias{value, {attribute.name}, {}, next_attribute_id()}, types[c], is_nullable);
      }
      columns.push_back(value);
    }
    is_widened |= is_changed;
    if (is_changed) {
      const Attributes output = attributes_of(columns);
      input = make_resolved(Project{input, std::move(columns)}, output);
    }
  }
  Attributes output;
  for (size_t c = 0; c < width; ++c) {
    Attribute attribute = inputs[0]->output[c];
    attribute.id = next_attribute_id();
    // What is left of the first input has its type, where no column had to be cast.
    if (node.kind == SetOperationKind::kUnion || is_widened) attribute.type = types[c];
    attribute.nullable = may_be_null(node.kind, inputs, c);
    attribute.qualifier.clear();
    output.push_back(std::move(attribute));
  }
  SetOperation resolved{std::move(inputs), node.kind, node.is_all, false, false};
  return make_resolved(std::move(resolved), std::move(output));
}

namespace {

// The left type with the fields that the right one has besides, at every depth (ResolveUnion.mergeFields).
Type merged_by_name(const Type& left, const Type& right, const std::function<bool(std::string_view, std::string_view)>& same) {
  if (left.is(TypeKind::kArray) && right.is(TypeKind::kArray)) {
    return Type::array(merged_by_name(left.element(), right.element(), same), left.contains_null() || right.contains_null());
  }
  if (!left.is(TypeKind::kStruct) || !right.is(TypeKind::kStruct)) return left;
  const auto find = [&](const std::vector<StructField>& fields, const std::string& name) {
    return std::find_if(fields.begin(), fields.end(), [&](const StructField& field) { return same(field.name, name); });
  };
  std::vector<StructField> fields;
  for (StructField field : left.fields()) {
    const auto other = find(right.fields(), field.name);
    if (other != right.fields().end()) field.type = merged_by_name(field.type, other->type, same);
    field.nullable |= other == right.fields().end() || other->nullable;
    fields.push_back(std::move(field));
  }
  for (StructField field : right.fields()) {
    if (find(left.fields(), field.name) != left.fields().end()) continue;
    field.nullable = true;
    fields.push_back(std::move(field));
  }
  return Type::structure(std::move(fields));
}

}  // namespace

// The value with the fields of `type` in their order; those that it lacks are null.
ExpressionPtr Resolver::with_fields_of(const ExpressionPtr& value, const Type& type) {
  if (value->type.is(TypeKind::kArray) && type.is(TypeKind::kArray)) {
    if (value->type.same_type(type)) return value;
    return over_elements(value, [&](const ExpressionPtr& element) { return with_fields_of(element, type.element()); });
  }
  if (!value->type.is(TypeKind::kStruct) || !type.is(TypeKind::kStruct) || value->type.same_type(type)) return value;
  std::vector<ExpressionPtr> parts;
  for (const StructField& field : type.fields()) {
    const auto& own = value->type.fields();
    const auto found = std::find_if(own.begin(), own.end(), [&](const StructField& f) { return same_name(f.name, field.name); });
    parts.push_back(make_string_literal(field.name));
    parts.push_back(found == own.end() ? make_null_literal(field.type) : with_fields_of(field_of(value, found->name, {}), field.type));
  }
  ExpressionPtr made = bound("named_struct", std::move(parts));
  if (!value->nullable) return made;
  return bound("if", {bound("isnull", {value}), make_null_literal(made->type), made});
}

// A column of one side with the nested fields that the same column of the other side has besides.
ExpressionPtr Resolver::merged_column(const Attribute& column, const Attribute& left, const Attribute& right) {
  const Type merged = merged_by_name(left.type, right.type, [&](std::string_view a, std::string_view b) { return same_name(a, b); });
  const ExpressionPtr value = with_fields_of(reference(column), merged);
  if (value->as<AttributeReference>()) return value;
  return make_typed(Alias{value, {column.name}, {}, next_attribute_id()}, value->type, value->nullable);
}

RelationPtr Resolver::union_by_name(const SetOperation& node, std::vector<RelationPtr>& inputs) {
  RelationPtr left = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) {
    RelationPtr right = inputs[i];
    std::vector<ExpressionPtr> right_columns;
    std::vector<ExpressionPtr> left_columns;
    for (const Attribute& a : left->output) {
      auto found = std::find_if(right->output.begin(), right->output.end(), [&](const Attribute& b) { return same_name(a.name, b.name); });
      if (found != right->output.end()) {
        const bool merges = node.allow_missing_columns;
        left_columns.push_back(merges ? merged_column(a, a, *found) : reference(a));
        right_columns.push_back(merges ? merged_column(*found, a, *found) : reference(*found));
        continue;
      }
      left_columns.push_back(reference(a));
      if (!node.allow_missing_columns) {
        std::string names;
        for (const Attribute& b : right->output) names += (names.empty() ? "" : ", ") + b.name;
        throw SparkError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", {{"colName", a.name}, {"fieldNames", names}});
      }
      right_columns.push_back(make_typed(Alias{make_null_literal(a.type), {a.name}, {}, next_attribute_id()}, a.type, true));
    }
    for (const Attribute& b : right->output) {
      if (std::any_of(left->output.begin(), left->output.end(), [&](const Attribute& a) { return same_name(a.name, b.name); })) continue;
      if (!node.allow_missing_columns) {
        throw SparkError("NUM_COLUMNS_MISMATCH", {{"operator", "UNION"}, {"firstNumColumns", std::to_string(left->output.size())}, {"invalidOrdinalNum", "second"}, {"invalidNumColumns", std::to_string(right->output.size())}});
      }
      left_columns.push_back(make_typed(Alias{make_null_literal(b.type), {b.name}, {}, next_attribute_id()}, b.type, true));
      right_columns.push_back(reference(b));
    }
    left = combine(node, {select(left, left_columns), select(right, right_columns)});
  }
  return left;
}

}  // namespace firesteel::analyze
