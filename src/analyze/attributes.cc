// What names of columns mean: attributes, lateral aliases, columns of a DataFrame, stars.
#include <algorithm>
#include <limits>
#include <cctype>
#include <functional>
#include <set>

#include "analyze/unresolved.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function.h"
#include "functions/kernel/java_regex.h"

namespace firesteel::analyze {

using namespace plan;

size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

namespace {

// Keeps the last `kept` parts where all names agree on the parts before.
bool drop_common_prefix(std::vector<std::vector<std::string>>& names, size_t kept) {
  std::set<std::vector<std::string>> prefixes;
  for (const auto& name : names) {
    const size_t length = name.size() > kept ? name.size() - kept : 0;
    prefixes.insert({name.begin(), name.begin() + static_cast<long>(length)});
  }
  if (prefixes.size() != 1) return false;
  for (auto& name : names) {
    if (name.size() > kept) name.erase(name.begin(), name.end() - static_cast<long>(kept));
  }
  return true;
}

// Literal.sql, where print_name shows the bare value.
std::string literal_text(const Literal& value) {
  if (value.is_null()) return value.type.is(TypeKind::kNull) ? "NULL" : "CAST(NULL AS " + value.type.sql() + ")";
  if (const auto* elements = std::get_if<std::shared_ptr<const Literal::Elements>>(&value.value)) {
    std::string text = value.type.is(TypeKind::kArray) ? "ARRAY(" : value.type.is(TypeKind::kMap) ? "MAP(" : "NAMED_STRUCT(";
    for (size_t i = 0; i < (*elements)->size(); ++i) {
      if (i) text += ", ";
      if (value.type.is(TypeKind::kStruct)) text += "'" + value.type.fields()[i].name + "', ";
      text += literal_text((**elements)[i]);
    }
    return text + ")";
  }
  const std::string text = print_name(*make_literal(value));
  switch (value.type.kind()) {
    case TypeKind::kString: {
      std::string quoted = "'";
      for (const char c : text) quoted += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string{c};
      return quoted + "'";
    }
    case TypeKind::kByte: return text + "Y";
    case TypeKind::kShort: return text + "S";
    case TypeKind::kLong: return text + "L";
    case TypeKind::kDouble: return text + "D";
    case TypeKind::kDecimal: return text + "BD";
    case TypeKind::kFloat: return "CAST(" + text + " AS FLOAT)";
    default: return text;
  }
}

}  // namespace

bool is_unresolved_column(const SparkError& error) {
  return error.condition().starts_with("UNRESOLVED_COLUMN") ||
         error.condition() == "CANNOT_RESOLVE_DATAFRAME_COLUMN";
}

bool is_failed_name(const SparkError& error) {
  const std::string& condition = error.condition();
  return is_unresolved_column(error) || condition == "AMBIGUOUS_REFERENCE" || condition == "FIELD_NOT_FOUND" ||
         condition == "AMBIGUOUS_REFERENCE_TO_FIELDS" || condition == "INVALID_EXTRACT_BASE_FIELD_TYPE" ||
         condition == "INVALID_EXTRACT_FIELD_TYPE";
}

bool holds_extraction(const ExpressionPtr& e) {
  bool found = false;
  walk(e, [&](const ExpressionPtr& node) { return !(found |= node->as<UnresolvedExtract>() != nullptr); });
  return found;
}

// StringUtils.orderSuggestedIdentifiersBySimilarity: the nearest first, at most five.
void throw_unresolved(const std::vector<std::string>& parts, const Scope& scope,
                      const Origin& origin) {
  const std::string wanted = quoted_name(parts);
  if (!scope.attributes || scope.attributes->empty()) {
    throw SparkError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", {{"objectName", wanted}},
                     contexts_of(origin));
  }
  std::vector<std::vector<std::string>> names;
  for (const Attribute& attribute : *scope.attributes) {
    names.push_back(attribute.qualifier);
    names.back().push_back(attribute.name);
  }
  // Of equally near ones the first by name (AttributeSet.toSeq).
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.back() < b.back(); });
  std::string base;
  for (const std::string& part : parts) {  // quoteIfNeeded
    const bool is_plain = std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
    const bool is_number = std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isdigit(c); });
    base += base.empty() ? "" : ".";
    base += is_plain && !is_number ? part : quoted_name({part});
  }
  if (parts.size() != 1 || !drop_common_prefix(names, 1)) {
    if (parts.size() <= 2) drop_common_prefix(names, 2);
  }
  std::vector<std::pair<size_t, std::string>> candidates;
  for (const auto& name : names) {
    std::string shown = quoted_name(name);
    const size_t difference = edit_distance(base, shown);
    candidates.emplace_back(difference, std::move(shown));
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string proposal;
  for (size_t i = 0; i < candidates.size() && i < 5; ++i) {
    proposal += (i ? ", " : "") + candidates[i].second;
  }
  throw SparkError("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                   {{"objectName", wanted}, {"proposal", proposal}}, contexts_of(origin));
}

// The attribute, or a field path below one, that `parts` names; null when there is none.
ExpressionPtr Resolver::try_attribute(const std::vector<std::string>& parts,
                                      const Attributes& attributes, const Origin& origin) {
  // The longest qualifier wins: try parts as qualifier.name, the rest as fields.
  std::vector<const Attribute*> matches;
  size_t used = 0;
  for (size_t qualifier_size = std::min<size_t>(parts.size() - 1, 3) + 1;
       qualifier_size-- > 0 && matches.empty();) {
    const std::string& name = parts[qualifier_size];
    for (const Attribute& attribute : attributes) {
      if (!same_name(attribute.name, name)) continue;
      if (attribute.qualifier.size() < qualifier_size) continue;
      bool fits = true;
      const size_t offset = attribute.qualifier.size() - qualifier_size;
      for (size_t i = 0; i < qualifier_size; ++i) {
        fits &= same_name(attribute.qualifier[offset + i], parts[i]);
      }
      if (fits) matches.push_back(&attribute);
    }
    used = qualifier_size + 1;
  }
  if (matches.empty()) return nullptr;
  for (size_t i = 1; i < matches.size(); ++i) {
    if (matches[i]->id == matches[0]->id) continue;
    std::string names;
    std::vector<std::string> shown;
    for (const Attribute* match : matches) {
      std::vector<std::string> full = match->qualifier;
      full.push_back(parts[used - 1]);
      shown.push_back(quoted_name(full));
    }
    std::sort(shown.begin(), shown.end());
    for (const std::string& name : shown) names += (names.empty() ? "" : ", ") + name;
    throw SparkError("AMBIGUOUS_REFERENCE",
                     {{"name", quoted_name(parts)}, {"referenceNames", "[" + names + "]"}},
                     contexts_of(origin));
  }
  Attribute found = *matches[0];
  if (!context_.case_sensitive && found.name != parts[used - 1]) {
    // Spark keeps the name as written in the query for the reference's display.
    found.name = parts[used - 1];
  }
  ExpressionPtr result = reference(found);
  for (size_t i = used; i < parts.size(); ++i) result = field_of(result, parts[i], origin);
  return result;
}

ExpressionPtr Resolver::attribute(const UnresolvedAttribute& node, const Expression& e,
                                  const Scope& scope) {
  if (!node.plan_id) {
    if (ExpressionPtr bound = lambda_variable(node.parts)) return bound;
  } else if (node.is_metadata_column && scope.relation) {
    if (ExpressionPtr found = try_attribute(node.parts, metadata_columns(*scope.relation), e.origin)) return found;
    throw SparkError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", "\"" + joined(node.parts, ".") + "\""}}, contexts_of(e.origin));
  } else if (ExpressionPtr found = attribute_of_plan(node, e, scope)) {
    return found;
  }
  if (ExpressionPtr found = attribute_in(node.parts, scope, e.origin)) return found;
  // Functions that SQL lets one write without parentheses.
  if (node.parts.size() == 1 && !node.plan_id) {
    static const char* const names[] = {"current_date", "current_timestamp", "current_user",
                                        "user", "session_user", "localtimestamp", "current_time"};
    for (const char* name : names) {
      if (lower_case(node.parts[0]) == name && functions::find_function(name)) {
        return expression(make_call(name, {}, e.origin), scope);
      }
    }
  }
  if (ExpressionPtr alias = node.plan_id ? nullptr : lateral_alias(node.parts, e.origin)) return alias;
  // Spark looks one query out, no further.
  if (scope.outer && !sees_shown_alone_) {
    if (ExpressionPtr found = attribute_in(node.parts, *scope.outer, e.origin)) return as_outer(found);
  }
  if (node.parts.size() == 1 && equal_ignoring_case(node.parts[0], "grouping__id")) {
    // Hive's name of the grouping sets' number.
    const ExpressionPtr id = expression(make_call("grouping_id", {}, e.origin), scope);
    return shown_as(std::make_shared<Expression>(*id), "grouping__id");
  }
  if (ExpressionPtr variable = node.plan_id || sees_shown_alone_ ? nullptr : session_variable(node.parts, e.origin)) return variable;
  throw_unresolved(node.parts, scope, e.origin);
}

// The value of a variable of the session, or a field of it; the longest name first.
ExpressionPtr Resolver::session_variable(const std::vector<std::string>& parts, const Origin& origin) {
  if (!context_.find_variable) return nullptr;
  for (size_t used = std::min<size_t>(parts.size(), 3); used > 0; --used) {
    const std::vector<std::string> name(parts.begin(), parts.begin() + static_cast<long>(used));
    const auto value = context_.find_variable(name);
    if (!value) continue;
    const std::string shown = "variablereference(system.session." + lower_case(name.back()) + "=" + literal_text(*value) + ")";
    ExpressionPtr result = shown_as(make_literal(*value, origin), shown);
    for (size_t i = used; i < parts.size(); ++i) result = field_of(result, parts[i], origin);
    return result;
  }
  return nullptr;
}

bool is_far(const ExpressionPtr& resolved) {
  const auto* column = resolved->as<AttributeReference>();
  if (column) return column->is_outer;
  return resolved->as<Literal>() && print_name(*resolved).starts_with("variablereference(");
}

// What the name means in one scope: a column that shows, or one that only names reach.
ExpressionPtr Resolver::attribute_in(const std::vector<std::string>& parts, const Scope& scope,
                                     const Origin& origin) {
  if (!scope.attributes) return nullptr;
  if (ExpressionPtr found = try_attribute(parts, *scope.attributes, origin)) return found;
  if (scope.relation) {
    const Attributes hidden = hidden_columns(*scope.relation);
    if (ExpressionPtr found = try_attribute(parts, hidden, origin)) return found;
    if (ExpressionPtr found = try_attribute(parts, metadata_columns(*scope.relation), origin)) return found;
  }
  return scope.hidden ? try_attribute(parts, *scope.hidden, origin) : nullptr;
}

// An alias that stands before in the same SELECT list.
ExpressionPtr Resolver::lateral_alias(const std::vector<std::string>& parts, const Origin& origin) {
  if (!lateral_aliases_) return nullptr;
  ExpressionPtr found;
  int count = 0;
  for (const ExpressionPtr& e : *lateral_aliases_) {
    const auto* alias = e->as<Alias>();
    if (!alias || alias->names.size() != 1 || !same_name(alias->names[0], parts[0])) continue;
    // A variable in the list is no alias of itself.
    const auto shown = rewritten_names_.find(alias->child.get());
    if (shown != rewritten_names_.end() && shown->second.starts_with("variablereference(")) continue;
    Attribute column = attribute_of(*e);
    column.name = "lateralAliasReference(" + alias->names[0] + ")";
    found = reference(column);
    ++count;
  }
  if (count > 1) {
    throw SparkError("AMBIGUOUS_LATERAL_COLUMN_ALIAS",
                     {{"name", quoted_name(parts)}, {"n", std::to_string(count)}}, contexts_of(origin));
  }
  for (size_t i = 1; found && i < parts.size(); ++i) found = field_of(found, parts[i], origin);
  return found;
}

ExpressionPtr as_outer(const ExpressionPtr& found) {
  return transform_up(found, [](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* column = e->as<AttributeReference>();
    if (!column) return nullptr;
    AttributeReference copy = *column;
    copy.is_outer = true;
    return make_typed(std::move(copy), e->type, e->nullable, e->origin);
  });
}

// df["x"]: among the outputs that the relation with that plan id has had, the one whose column is
// visible here, or else in the query around.
ExpressionPtr Resolver::attribute_of_plan(const UnresolvedAttribute& node, const Expression& e,
                                          const Scope& scope) {
  const auto known = plan_outputs_.find(*node.plan_id);
  if (!scope.attributes) return nullptr;
  for (const Scope* s : {&scope, scope.outer}) {
    if (!s || !s->attributes || known == plan_outputs_.end()) continue;
    ExpressionPtr found = attribute_of_plan_in(node, e, *s, known->second);
    if (found) return s == &scope ? found : as_outer(found);
  }
  throw SparkError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", "\"" + joined(node.parts, ".") + "\""}},
                   contexts_of(e.origin));
}

namespace {

// How many levels down the DataFrame with that plan id lies that has the column; a large number where it is not.
int depth_of(const Relation& relation, int64_t plan_id, AttributeId column) {
  constexpr int kNowhere = std::numeric_limits<int>::max() / 2;
  const bool is_there = relation.plan_id == plan_id &&
                        std::any_of(relation.output.begin(), relation.output.end(), [&](const Attribute& a) { return a.id == column; });
  if (is_there) return 0;
  int least = kNowhere;
  for (const RelationPtr& child : children(relation)) least = std::min(least, 1 + depth_of(*child, plan_id, column));
  return least;
}

}  // namespace

ExpressionPtr Resolver::attribute_of_plan_in(const UnresolvedAttribute& node, const Expression& e,
                                             const Scope& scope, const std::vector<SharedAttributes>& outputs) {
  const Attributes merged = scope.relation ? hidden_columns(*scope.relation) : Attributes();
  const auto reach = [&](AttributeId id) -> const Attribute* {
    for (const Attributes* columns : {scope.attributes, &merged, scope.hidden}) {
      if (!columns) continue;
      for (const Attribute& column : *columns) {
        if (column.id == id) return &column;
      }
    }
    return nullptr;
  };
  ExpressionPtr found;
  AttributeId found_id = 0;
  for (const SharedAttributes& output : outputs) {
    ExpressionPtr candidate = try_attribute(node.parts, *output, e.origin);
    if (!candidate) continue;
    const Expression* root = candidate.get();
    while (const auto* field = root->as<GetField>()) root = field->child.get();
    const AttributeId id = root->as<AttributeReference>() ? root->as<AttributeReference>()->id : 0;
    const Attribute* visible = reach(id);
    if (!visible) continue;
    // In a condition between the sides of a join the one of two that lies nearer; above the join they are ambiguous
    // (ColumnResolutionHelper.resolveDataFrameColumn).
    const auto* sides = scope.relation ? scope.relation->as<Join>() : nullptr;
    const auto depth = [&](AttributeId column) {
      return sides && !sides->condition ? depth_of(*scope.relation, *node.plan_id, column) : 0;
    };
    if (found && found_id != id && depth(found_id) < depth(id)) continue;
    if (found && found_id != id && depth(found_id) == depth(id)) {
      std::string name;
      for (const std::string& part : node.parts) name += (name.empty() ? "" : ".") + part;
      throw SparkError("AMBIGUOUS_COLUMN_REFERENCE", {{"name", "\"" + name + "\""}},
                       contexts_of(e.origin));
    }
    found_id = id;
    // Nullability is that of the place, as after an outer join.
    if (const auto* column = candidate->as<AttributeReference>()) {
      Attribute here = *visible;
      here.name = column->name;
      candidate = reference(here);
    }
    found = candidate;
  }
  return found;
}

ExpressionPtr Resolver::lambda_variable(const std::vector<std::string>& parts) {
  for (auto v = lambda_variables_.rbegin(); v != lambda_variables_.rend(); ++v) {
    if (!same_name((*v)->as<LambdaVariable>()->name, parts[0])) continue;
    ExpressionPtr result = *v;
    for (size_t i = 1; i < parts.size(); ++i) result = field_of(result, parts[i], {});
    return result;
  }
  return nullptr;
}

// The columns whose qualifier ends in the target, all for none.
std::vector<ExpressionPtr> Resolver::columns_of_target(const std::vector<std::string>& target, const Scope& scope) {
  // The columns that USING merged belong to their side still.
  Attributes candidates;
  if (!target.empty() && scope.relation) candidates = hidden_columns(*scope.relation);
  candidates.append(scope.attributes->begin(), scope.attributes->end());
  std::vector<ExpressionPtr> found;
  for (const Attribute& attribute : candidates) {
    bool fits = attribute.qualifier.size() >= target.size();
    for (size_t i = 0; fits && i < target.size(); ++i) {
      const size_t offset = attribute.qualifier.size() - target.size();
      fits = same_name(attribute.qualifier[offset + i], target[i]);
    }
    if (fits) found.push_back(reference(attribute));
  }
  return found;
}

void Resolver::expand_star(const UnresolvedStar& node, const Scope& scope,
                           std::vector<ExpressionPtr>& out) {
  const Attributes* attributes = scope.attributes;
  if (node.plan_id) {
    const auto known = plan_outputs_.find(*node.plan_id);
    if (known == plan_outputs_.end()) throw SparkError("CANNOT_RESOLVE_STAR_EXPAND", {{"targetString", "`*`"}, {"columns", ""}});
    for (const SharedAttributes& output : known->second) {
      for (const Attribute& attribute : *output) {
        for (const Attribute& visible : *attributes) {
          if (visible.id == attribute.id) out.push_back(reference(visible));
        }
      }
    }
    return;
  }
  std::vector<ExpressionPtr> found = columns_of_target(node.target, scope);
  if (found.empty() && !node.target.empty() && scope.outer && scope.outer->attributes) {
    for (const ExpressionPtr& column : columns_of_target(node.target, *scope.outer)) found.push_back(named(as_outer(column), column));
  }
  if (found.empty() && !node.target.empty()) {
    // s.*: the fields of a struct column.
    ExpressionPtr base = attribute_in(node.target, scope, {});
    if (!base && scope.outer) {
      base = attribute_in(node.target, *scope.outer, {});
      if (base) base = as_outer(base);
    }
    if (base && !base->type.is(TypeKind::kStruct)) {
      throw SparkError("_LEGACY_ERROR_TEMP_1050", {{"attributes", "List(" + quoted_if_needed(node.target.back()) + ")"}});
    }
    if (!base) {
      std::string columns;
      for (const Attribute& a : *attributes) columns += (columns.empty() ? "" : ", ") + quoted_name({a.name});
      throw SparkError("CANNOT_RESOLVE_STAR_EXPAND", {{"targetString", quoted_name(node.target)}, {"columns", columns}});
    }
    // By position: two fields may have one name.
    const auto& fields = base->type.fields();
    for (size_t i = 0; i < fields.size(); ++i) {
      found.push_back(make_typed(GetField{base, static_cast<int>(i), fields[i].name}, fields[i].type,
                                 base->nullable || fields[i].nullable));
    }
  }
  drop_excepted(node.except, scope, found);
  out.insert(out.end(), found.begin(), found.end());
}

// SELECT * EXCEPT (a, b.c): columns, and fields of columns (UnresolvedStarExceptOrReplace).
void Resolver::drop_excepted(const std::vector<std::vector<std::string>>& names, const Scope& scope,
                             std::vector<ExpressionPtr>& columns) {
  struct Dropped {
    ExpressionPtr whole;
    ExpressionPtr column;
    std::vector<std::string> path;
  };
  std::vector<Dropped> dropped;
  for (const auto& name : names) {
    ExpressionPtr found = try_attribute(name, *scope.attributes, {});
    if (!found) throw_unresolved(name, scope, {});
    Dropped one;
    one.whole = found;
    while (const auto* field = found->as<GetField>()) {
      one.path.insert(one.path.begin(), field->name);
      found = field->child;
    }
    one.column = found;
    dropped.push_back(std::move(one));
  }
  const auto is_within = [](const Dropped& a, const Dropped& b) {
    return same_expression(*a.column, *b.column) && a.path.size() >= b.path.size() &&
           std::equal(b.path.begin(), b.path.end(), a.path.begin());
  };
  for (size_t i = 0; i < dropped.size(); ++i) {
    for (size_t k = 0; k < dropped.size(); ++k) {
      if (i == k || !is_within(dropped[i], dropped[k])) continue;
      std::string shown;
      for (const auto& name : names) {
        shown += shown.empty() ? "" : ", ";
        for (size_t p = 0; p < name.size(); ++p) shown += (p ? "." : "") + name[p];
      }
      throw SparkError("EXCEPT_OVERLAPPING_COLUMNS", {{"columns", shown}});
    }
  }
  // A new struct of the fields that are left, also where there was none.
  const std::function<ExpressionPtr(const ExpressionPtr&, const std::vector<std::string>&, size_t)> without_field =
      [&](const ExpressionPtr& value, const std::vector<std::string>& path, size_t depth) {
        std::vector<ExpressionPtr> fields;
        for (const StructField& field : value->type.fields()) {
          const bool is_on_path = same_name(field.name, path[depth]);
          if (is_on_path && depth + 1 == path.size()) continue;
          const ExpressionPtr kept = field_of(value, field.name, {});
          fields.push_back(make_string_literal(field.name));
          fields.push_back(is_on_path ? without_field(kept, path, depth + 1) : kept);
        }
        if (fields.empty()) throw_unsupported("EXPRESSION", "a struct without fields");
        return bound("named_struct", std::move(fields));
      };
  for (ExpressionPtr& column : columns) {
    const ExpressionPtr original = column;
    for (const Dropped& one : dropped) {
      if (same_expression(*original, *one.whole)) column = nullptr;
      if (!column || !same_expression(*original, *one.column)) continue;
      column = without_field(column, one.path, 0);
    }
    if (column == original || !column) continue;
    const bool nullable = column->nullable;
    const Type type = column->type;
    column = make_typed(Alias{column, {attribute_of(*original).name}, {}, next_attribute_id()}, type, nullable);
  }
  std::erase(columns, nullptr);
}

// df.colRegex and back-quoted regular expressions: the columns whose whole name matches.
std::vector<ExpressionPtr> Resolver::columns_like(const UnresolvedRegex& node, const Scope& scope) {
  const functions::kernel::JavaRegex regex((context_.case_sensitive ? "^(?:" : "(?i)^(?:") + node.pattern + ")$");
  std::vector<ExpressionPtr> found;
  for (const Attribute& column : *scope.attributes) {
    const bool is_of_table = node.table.empty() || (!column.qualifier.empty() && same_name(column.qualifier.back(), node.table));
    if (is_of_table && regex.find(column.name)) found.push_back(reference(column));
  }
  return found;
}

}  // namespace firesteel::analyze
