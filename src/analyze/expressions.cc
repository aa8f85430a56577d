// Names, stars, fields, casts and windows of an expression.
#include <algorithm>

#include "analyze/casts.h"
#include "analyze/unresolved.h"
#include "analyze/window_frames.h"
#include "base/characters.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/argument_check.h"
#include "functions/foldable.h"
#include "functions/function.h"
#include "plan/char_columns.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

QueryContext context_of(const Origin& origin) {
  QueryContext context;
  if (origin.sql_text && origin.start_index >= 0) {
    context.start_index = origin.start_index;
    context.stop_index = origin.stop_index;
    if (origin.stop_index >= origin.start_index) {
      context.fragment = characters_between(*origin.sql_text, static_cast<size_t>(origin.start_index), static_cast<size_t>(origin.stop_index));
    }
  } else {
    context.kind = QueryContext::Kind::kDataFrame;
    context.fragment = origin.function_name;
    context.call_site = origin.call_site;
  }
  return context;
}

}  // namespace

namespace {

// The window as an expression; none is over distinct values.
ExpressionPtr typed_window(Window node, const Origin& origin) {
  const Type type = node.function->type;
  const bool nullable = node.function->nullable;
  const bool is_distinct = node.function->as<FunctionCall>()->is_distinct;
  const ExpressionPtr window = make_typed(std::move(node), type, nullable, origin);
  if (!is_distinct) return window;
  throw SparkError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", {{"windowExpr", "\"" + print_name(*window) + "\""}},
                   contexts_of(origin));
}

}  // namespace

std::string aggregate_names(const ExpressionPtr& expression) {
  const auto* call = expression->as<FunctionCall>();
  if (call && call->function->kind == functions::FunctionKind::kAggregate) {
    return print_name(*expression);
  }
  std::string names;
  for (const ExpressionPtr& child : children(*expression)) {
    const std::string found = aggregate_names(child);
    if (!found.empty()) names += (names.empty() ? "" : ", ") + found;
  }
  return names;
}

std::vector<QueryContext> contexts_of(const Origin& origin) {
  if (!origin.sql_text && origin.function_name.empty() && origin.call_site.empty()) return {};
  return {context_of(origin)};
}

ExpressionPtr Resolver::expression(const ExpressionPtr& e, const Scope& scope) {
  if (const auto* n = e->as<Literal>()) {
    return e->type == n->type ? e : make_literal(*n, e->origin);
  }
  if (const auto* n = e->as<UnresolvedAttribute>()) return attribute(*n, *e, scope);
  if (const auto* n = e->as<UnresolvedFunction>()) return call(*n, *e, scope);
  if (const auto* n = e->as<Cast>()) return cast(*n, *e, scope);
  if (const auto* n = e->as<Alias>()) {
    Alias copy = *n;
    copy.child = expression(n->child, scope);
    if (copy.id == 0) copy.id = next_attribute_id();
    const Type type = copy.child->type;
    const bool nullable = copy.child->nullable;
    return make_typed(std::move(copy), type, nullable, e->origin);
  }
  if (const auto* n = e->as<UnresolvedExtract>()) {
    return extracted(*n, e->origin, scope);
  }
  if (const auto* n = e->as<SortOrder>()) {
    SortOrder copy = *n;
    copy.child = expression(n->child, scope);
    if (copy.null_order == NullOrder::kDefault) {
      copy.null_order = copy.is_ascending ? NullOrder::kFirst : NullOrder::kLast;
    }
    const Type type = copy.child->type;
    if (!type.is_orderable()) {
      throw SparkError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                       {{"sqlExpr", "\"" + print_name(*e) + "\""},
                        {"functionName", "`sortorder`"},
                        {"dataType", "\"" + type.sql() + "\""}},
                       contexts_of(e->origin));
    }
    const bool nullable = copy.child->nullable;
    return make_typed(std::move(copy), type, nullable, e->origin);
  }
  if (const auto* n = e->as<Window>()) return window(*n, *e, scope);
  if (const auto* n = e->as<UnresolvedLambdaVariable>()) {
    if (ExpressionPtr bound = lambda_variable(n->parts)) return bound;
    throw_unresolved(n->parts, scope, e->origin);
  }
  if (const auto* n = e->as<UpdateFields>()) return update_fields(*n, scope);
  if (const auto* n = e->as<NamedArgument>()) return expression(n->value, scope);
  if (const auto* n = e->as<UnresolvedStar>()) {
    throw SparkError("INVALID_USAGE_OF_STAR_OR_REGEX",
                     {{"elem", "'*'"}, {"prettyName", n->target.empty() ? "expression" : quoted_name(n->target)}},
                     contexts_of(e->origin));
  }
  if (const auto* n = e->as<Subquery>()) {
    const bool is_done = !(e->type == Type());
    return is_done ? e : subquery(*n, *e, scope);
  }
  if (e->as<Parameter>()) throw SparkError("UNBOUND_SQL_PARAMETER", {{"name", e->as<Parameter>()->name}}, contexts_of(e->origin));
  if (e->as<UserFunction>()) throw_unsupported("EXPRESSION", "Python functions");
  if (const auto* n = e->as<UnresolvedRegex>()) {
    throw SparkError("INVALID_USAGE_OF_STAR_OR_REGEX",
                     {{"elem", "regular expression '" + n->pattern + "'"}, {"prettyName", "expression"}}, contexts_of(e->origin));
  }
  if (const auto* n = e->as<LambdaFunction>(); n && !n->parameters.empty() && n->parameters[0]->as<UnresolvedLambdaVariable>()) {
    throw_unsupported("EXPRESSION", "a lambda function that no function takes");
  }
  // Resolved already: references that desugaring made, bound lambdas.
  return e;
}

std::vector<ExpressionPtr> Resolver::expressions(const std::vector<ExpressionPtr>& list,
                                                 const Scope& scope) {
  std::vector<ExpressionPtr> out;
  for (const ExpressionPtr& e : list) out.push_back(expression(e, scope));
  return out;
}

ExpressionPtr Resolver::condition(const ExpressionPtr& e, const Scope& scope,
                                  const char* clause) {
  ExpressionPtr resolved = expression(e, scope);
  const bool is_boolean = resolved->type.is(TypeKind::kBoolean);
  if (!is_boolean && std::string_view(clause) == "ON") {
    throw SparkError("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
                     {{"joinCondition", "\"" + print_name(*resolved) + "\""},
                      {"conditionType", "\"" + resolved->type.sql() + "\""}},
                     contexts_of(e->origin));
  }
  // A null is a condition of HAVING, of no other clause.
  const bool is_null = resolved->type.is(TypeKind::kNull) && std::string_view(clause) == "HAVING";
  return is_null ? cast_to(resolved, Type::boolean(), rules()) : checked_condition(resolved, e->origin);
}

ExpressionPtr Resolver::checked_condition(const ExpressionPtr& resolved, const Origin& origin) {
  if (!resolved->type.is(TypeKind::kBoolean)) {
    throw SparkError("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
                     {{"sqlExpr", "\"" + print_name(*resolved) + "\""},
                      {"filter", "\"" + print_name(*resolved) + "\""},
                      {"type", "\"" + resolved->type.sql() + "\""}},
                     contexts_of(origin));
  }
  return resolved;
}

ExpressionPtr Resolver::field_of(const ExpressionPtr& child, const std::string& name,
                                 const Origin& origin) {
  const Type& type = child->type;
  if (type.is(TypeKind::kStruct)) {
    const auto& fields = type.fields();
    std::optional<size_t> found;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (!same_name(fields[i].name, name)) continue;
      if (found) {
        throw SparkError("AMBIGUOUS_REFERENCE_TO_FIELDS",
                         {{"field", quoted_name({name})}, {"count", "2"}}, contexts_of(origin));
      }
      found = i;
    }
    if (!found) {
      std::string names;
      for (const StructField& field : fields) {
        names += (names.empty() ? "" : ", ") + quoted_name({field.name});
      }
      throw SparkError("FIELD_NOT_FOUND", {{"fieldName", quoted_name({name})}, {"fields", names}},
                       contexts_of(origin));
    }
    return make_typed(GetField{child, static_cast<int>(*found), name},
                      fields[*found].type, child->nullable || fields[*found].nullable, origin);
  }
  if (type.is(TypeKind::kMap)) return extract(child, make_string_literal(name), origin);
  if (type.is(TypeKind::kArray) && type.element().is(TypeKind::kStruct)) {
    return fields_of_elements(child, name, origin);
  }
  if (type.is(TypeKind::kNull)) return shown_as(make_null_literal(Type::null()), print_name(*child) + "." + name);
  throw SparkError("INVALID_EXTRACT_BASE_FIELD_TYPE",
                   {{"base", "\"" + print_name(*child) + "\""}, {"other", "\"" + type.sql() + "\""}},
                   contexts_of(origin));
}

// child[key]; a name that is none of a column may have been meant as the text of a map's key.
ExpressionPtr Resolver::extracted(const UnresolvedExtract& node, const Origin& origin, const Scope& scope) {
  const ExpressionPtr child = expression(node.child, scope);
  if (!child->type.is(TypeKind::kMap) || !child->type.key().is_string() || !node.extraction->as<UnresolvedAttribute>()) {
    return extract(child, expression(node.extraction, scope), origin);
  }
  try {
    return extract(child, expression(node.extraction, scope), origin);
  } catch (const SparkError& error) {
    const std::string_view condition = error.condition();
    if (!condition.starts_with("UNRESOLVED_COLUMN.")) throw;
    throw SparkError("UNRESOLVED_MAP_KEY" + std::string(condition.substr(condition.find('.'))), error.parameters(), contexts_of(node.extraction->origin));
  }
}

ExpressionPtr Resolver::extract(const ExpressionPtr& child, const ExpressionPtr& key,
                                const Origin& origin) {
  if (child->type.is(TypeKind::kStruct)) {
    const auto* name = key->as<Literal>();
    if (name && std::holds_alternative<std::string>(name->value)) {
      return field_of(child, std::get<std::string>(name->value), origin);
    }
    throw SparkError("INVALID_EXTRACT_FIELD_TYPE", {{"extraction", "\"" + print_name(*key) + "\""}},
                     contexts_of(origin));
  }
  if (child->type.is(TypeKind::kArray) && child->type.element().is(TypeKind::kStruct) &&
      key->type.is_string()) {
    const auto* name = key->as<Literal>();
    if (name && std::holds_alternative<std::string>(name->value)) {
      return fields_of_elements(child, std::get<std::string>(name->value), origin);
    }
  }
  if (child->type.is(TypeKind::kNull)) return shown_as(make_null_literal(Type::null()), print_name(*child) + "[" + print_name(*key) + "]");
  if (!child->type.is(TypeKind::kArray) && !child->type.is(TypeKind::kMap)) {
    throw SparkError("INVALID_EXTRACT_BASE_FIELD_TYPE",
                     {{"base", "\"" + print_name(*child) + "\""},
                      {"other", "\"" + child->type.sql() + "\""}},
                     contexts_of(origin));
  }
  FunctionCall call;
  call.arguments = {child, key};
  const bool is_no_key = child->type.is(TypeKind::kMap) && !can_cast_implicitly(key->type, child->type.key(), rules());
  const bool is_no_position = child->type.is(TypeKind::kArray) && !key->type.is_integral() && !key->type.is(TypeKind::kNull);
  if (is_no_key || is_no_position) {
    throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                     {{"sqlExpr", "\"" + print_name(*child) + "[" + print_name(*key) + "]\""},
                      {"paramIndex", "second"},
                      {"requiredType", is_no_key ? "\"" + child->type.key().sql() + "\"" : "\"INTEGRAL\""},
                      {"inputSql", "\"" + print_name(*key) + "\""},
                      {"inputType", "\"" + key->type.sql() + "\""}},
                     contexts_of(origin));
  }
  if (child->type.is(TypeKind::kMap)) call.arguments[1] = cast_to(key, child->type.key(), rules());
  return bind_call(*functions::find_function("[]"), std::move(call), origin);
}

ExpressionPtr Resolver::cast(const Cast& node, const Expression& e, const Scope& scope) {
  Cast copy = node;
  copy.child = expression(node.child, scope);
  return cast_resolved(std::move(copy), e.origin);
}

ExpressionPtr Resolver::cast_resolved(Cast copy, const Origin& origin) {
  if (copy.mode == CastMode::kDefault) {
    copy.mode = context_.ansi ? CastMode::kAnsi : CastMode::kLegacy;
  }
  copy.time_zone = context_.time_zone;
  if (has_length(copy.target)) copy.target = Type::string();
  const Type& from = copy.child->type;
  if (!can_cast(from, copy.target, copy.mode)) {
    throw no_such_cast(from, copy.target, copy.mode, print_name(Expression{copy, {}, true, {}}),
                       contexts_of(origin));
  }
  const Type target = copy.target;
  const bool nullable = copy.child->nullable || cast_is_nullable(from, target, copy.mode);
  if (const auto* literal = copy.child->as<Literal>(); literal && from.is_string() &&
      target.is_datetime() && !target.is(TypeKind::kTime) && !literal->is_null()) {
    const std::string& text = std::get<std::string>(literal->value);
    if (ExpressionPtr value = special_datetime(text, target, copy.time_zone,
                                               context_.query_start_us)) {
      // The name and the nullability stay those of the cast.
      auto special = std::make_shared<Expression>(*value);
      special->nullable = true;
      return shown_as(special, print_name(Expression{copy, {}, true, {}}));
    }
  }
  return make_typed(std::move(copy), target, nullable, origin);
}

namespace {

// Percentiles and ordered lists are of the whole partition.
bool is_of_whole_partition(const FunctionCall& call) {
  static constexpr std::string_view kWhole[] = {"median", "percentile_cont", "percentile_disc"};
  return std::find(std::begin(kWhole), std::end(kWhole), call.function->name) != std::end(kWhole) ||
         (call.function->name == "listagg" && !call.order_by.empty());
}

}  // namespace

ExpressionPtr Resolver::window(const Window& node, const Expression& e, const Scope& scope) {
  Window copy = node;
  if (!node.name.empty()) {
    throw SparkError("MISSING_WINDOW_SPECIFICATION",
                     {{"windowName", node.name}, {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  copy.function = windowed_function(node.function, scope);
  copy.partition_by = expressions(node.partition_by, scope);
  copy.order_by = expressions(node.order_by, scope);
  check_window_of_aliases(copy);
  const auto* call = copy.function->as<FunctionCall>();
  if (!call || (call->function->kind != functions::FunctionKind::kWindow &&
                call->function->kind != functions::FunctionKind::kAggregate) ||
      call->function->name.starts_with("grouping")) {
    throw SparkError("UNSUPPORTED_EXPR_FOR_WINDOW",
                     {{"sqlExpr", "\"" + print_name(*copy.function) + "\""}}, contexts_of(e.origin));
  }
  check_buckets(*copy.function, contexts_of(e.origin));
  const bool is_ranking = call->function->kind == functions::FunctionKind::kWindow;
  if (is_ranking && copy.order_by.empty()) {
    throw SparkError("WINDOW_FUNCTION_FRAME_NOT_ORDERED",
                     {{"wf_expr", print_name(*copy.function)},
                      {"wf_name", std::string(call->function->name)}});
  }
  if (is_of_whole_partition(*call) && (!copy.order_by.empty() || copy.frame)) {
    throw SparkError("INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC",
                     {{"aggFunc", "\"" + print_name(*copy.function) + "\""}}, contexts_of(e.origin));
  }
  check_required_frame(copy, call->function->name);
  const std::string_view function_name = call->function->name;
  if (copy.frame && (function_name == "lag" || function_name == "lead")) {
    throw SparkError("_LEGACY_ERROR_TEMP_1035", {{"prettyName", std::string(function_name)}});
  }
  using Bound = WindowFrame::Bound::Kind;
  if (!copy.frame) {
    WindowFrame frame;
    frame.unit = copy.order_by.empty() || is_ranking ? WindowFrame::Unit::kRows
                                                     : WindowFrame::Unit::kRange;
    frame.lower.kind = Bound::kUnboundedPreceding;
    frame.upper.kind = copy.order_by.empty() ? Bound::kUnboundedFollowing : Bound::kCurrentRow;
    const std::string_view name = call->function->name;
    if (is_ranking && (name == "lag" || name == "lead")) {
      // Spark's frame of lag and lead is the one row at that offset.
      frame.lower.kind = frame.upper.kind = Bound::kValue;
      ExpressionPtr offset = call->arguments[1];
      if (name == "lag") {
        const auto* written = offset->as<Literal>();
        const bool is_computed = context_.evaluate && offset->as<FunctionCall>() && functions::is_constant(offset);
        Literal negative = written ? *written : is_computed ? constant(offset) : Literal{};
        if (auto* number = std::get_if<int64_t>(&negative.value)) {
          *number = -*number;
          offset = make_literal(negative);
        }
      }
      frame.lower.value = frame.upper.value = offset;
    } else if (name == "nth_value" || name == "cume_dist") {
      frame.unit = WindowFrame::Unit::kRange;
    }
    copy.frame = frame;
  } else {
    for (WindowFrame::Bound* bound : {&copy.frame->lower, &copy.frame->upper}) {
      if (bound->value) bound->value = expression(bound->value, scope);
    }
    check_frame(copy, contexts_of(e.origin));
  }
  check_partition_keys(copy);
  return typed_window(std::move(copy), e.origin);
}

ExpressionPtr Resolver::shown_as(const ExpressionPtr& expression, std::string name) {
  rewritten_names_[expression.get()] = std::move(name);
  rewritten_keep_.push_back(expression);
  return expression;
}

// GetArrayStructFields: the field of each element.
ExpressionPtr Resolver::fields_of_elements(const ExpressionPtr& child, const std::string& name,
                                           const Origin& origin) {
  ExpressionPtr element = make_typed(LambdaVariable{"x", next_attribute_id()},
                                     child->type.element(), child->type.contains_null());
  LambdaFunction lambda;
  lambda.parameters = {element};
  lambda.body = field_of(element, name, origin);
  const Type type = lambda.body->type;
  const bool nullable = lambda.body->nullable;
  FunctionCall call;
  call.arguments = {child, make_typed(std::move(lambda), type, nullable, origin)};
  call.display_name = "." + name;
  ExpressionPtr fields = bind_call(*functions::find_function("transform"), std::move(call), origin);
  return shown_as(fields, print_name(*child) + "." + name);
}

ExpressionPtr Resolver::update_fields(const UpdateFields& node, const Scope& scope) {
  ExpressionPtr child = expression(node.child, scope);
  const ExpressionPtr value = node.value ? expression(node.value, scope) : nullptr;
  ExpressionPtr updated = with_field(child, node.field_path, value);
  const std::string change = value ? "WithField(" + print_name(*value) + ")" : "dropfield()";
  return shown_as(updated, "update_fields(" + print_name(*child) + ", " + change + ")");
}

// The struct with the field at `path` set, or dropped where `value` is null.
ExpressionPtr Resolver::with_field(const ExpressionPtr& child, std::span<const std::string> path,
                                   const ExpressionPtr& value) {
  const std::string shown = "update_fields(" + print_name(*child) + ", " +
                            (value ? "WithField(" + print_name(*value) + ")" : "dropfield()") + ")";
  if (!child->type.is(TypeKind::kStruct)) {
    throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                     {{"sqlExpr", "\"" + shown + "\""},
                      {"paramIndex", "first"},
                      {"requiredType", "\"STRUCT\""},
                      {"inputSql", "\"" + print_name(*child) + "\""},
                      {"inputType", "\"" + child->type.sql() + "\""}});
  }
  const std::string& name = path[0];
  FunctionCall call;
  bool is_found = false;
  const auto& fields = child->type.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    const StructField& field = fields[i];
    const bool is_target = same_name(field.name, name);
    if (is_target && !value && path.size() == 1) continue;
    call.arguments.push_back(make_string_literal(is_target && path.size() == 1 ? name : field.name));
    // Where the struct is null the outcome is null as a whole, so that a field kept is as nullable as in the struct.
    const bool is_inner = is_target && path.size() > 1;
    const bool nullable = field.nullable || (is_inner && child->nullable);
    ExpressionPtr kept = make_typed(GetField{child, static_cast<int>(i), field.name}, field.type, nullable);
    if (is_inner) kept = with_field(kept, path.subspan(1), value);
    if (is_target && !is_inner) kept = value;
    call.arguments.push_back(kept);
    is_found |= is_target;
  }
  if (!is_found && path.size() > 1) field_of(child, name, {});  // raises FIELD_NOT_FOUND
  if (!is_found && value) {
    call.arguments.push_back(make_string_literal(name));
    call.arguments.push_back(value);
  }
  if (call.arguments.empty()) {
    throw SparkError("DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS", {{"sqlExpr", "\"" + shown + "\""}});
  }
  ExpressionPtr built = bind_call(*functions::find_function("named_struct"), call, {});
  if (!child->nullable) return built;
  FunctionCall guard;
  FunctionCall is_null;
  is_null.arguments = {child};
  guard.arguments = {bind_call(*functions::find_function("isnull"), is_null, {}),
                     make_null_literal(built->type), built};
  return bind_call(*functions::find_function("if"), guard, {});
}

ExpressionPtr Resolver::named(const ExpressionPtr& resolved, const ExpressionPtr& original) {
  const bool is_rewritten = rewritten_names_.count(resolved.get()) > 0;
  if (const auto* column = resolved->as<AttributeReference>(); column && column->is_outer && !is_rewritten) {
    // A column of the query around is another one here.
    return make_typed(Alias{resolved, {column->name}, {}, next_attribute_id()}, resolved->type, resolved->nullable, resolved->origin);
  }
  if ((resolved->as<AttributeReference>() && !is_rewritten) || resolved->as<Alias>()) {
    return resolved;
  }
  Alias alias;
  alias.child = resolved;
  const auto rewritten = rewritten_names_.find(resolved.get());
  std::string name =
      rewritten != rewritten_names_.end() ? rewritten->second : print_name(*resolved);
  const std::string text = name;
  // ResolveAliases: a cast of a column keeps the column's name.
  if (const auto* cast = resolved->as<Cast>(); cast && rewritten == rewritten_names_.end()) {
    if (const auto* column = cast->child->as<AttributeReference>()) name = column->name;
    // A path into a variant names its column, too.
    const auto* path = cast->child->as<FunctionCall>();
    if (path && path->function->name == "semi_structured_extract") name = print_name(*cast->child);
  }
  // A variable's column has its name alone.
  const auto* by_name = original->as<UnresolvedAttribute>();
  if (by_name && resolved->as<Literal>() && name.starts_with("variablereference(")) name = by_name->parts.back();
  if (by_name && by_name->parts.size() > 1) name = by_name->parts.back();
  const auto* field = resolved->as<GetField>();
  if (field && original->as<UnresolvedStar>()) name = field->name;
  // A path of fields is named by its last part.
  const auto* path = original->as<UnresolvedAttribute>();
  if (path && path->parts.size() > 1 && !resolved->as<AttributeReference>()) name = path->parts.back();
  alias.is_generated = name == text && !resolved->as<Literal>();
  alias.names = {name};
  alias.id = next_attribute_id();
  return make_typed(std::move(alias), resolved->type, resolved->nullable, resolved->origin);
}

std::vector<ExpressionPtr> Resolver::named_list(const std::vector<ExpressionPtr>& list,
                                                const Scope& scope) {
  std::vector<ExpressionPtr> out;
  out.reserve(list.size());
  // Whatever happens, the list is gone afterwards.
  struct Restore {
    const std::vector<ExpressionPtr>** slot;
    const std::vector<ExpressionPtr>* saved;
    ~Restore() { *slot = saved; }
  } const restore{&lateral_aliases_, lateral_aliases_};
  for (const ExpressionPtr& e : list) {
    if (const auto* star = e->as<UnresolvedStar>()) {
      std::vector<ExpressionPtr> expanded;
      expand_star(*star, scope, expanded);
      for (const ExpressionPtr& one : expanded) out.push_back(named(one, e));
    } else if (const auto* regex = e->as<UnresolvedRegex>()) {
      for (const ExpressionPtr& one : columns_like(*regex, scope)) out.push_back(one);
    } else {
      if (e->as<SortOrder>()) throw_unsupported("EXPRESSION", "an order outside of sorting");
      if (takes_lateral_aliases_) lateral_aliases_ = &out;
      if (const auto* alias = e->as<Alias>(); alias && alias->names.size() > 1) {
        std::string names;
        for (const std::string& name : alias->names) names += (names.empty() ? "" : ", ") + name;
        throw SparkError("MULTI_ALIAS_WITHOUT_GENERATOR", {{"expr", "\"" + print_name(*alias->child) + "\""}, {"names", names}});
      }
      ExpressionPtr resolved = expression(e, scope);
      const auto* column = e->as<UnresolvedAttribute>() ? resolved->as<AttributeReference>() : nullptr;
      const bool is_alias = column && std::any_of(out.begin(), out.end(), [&](const ExpressionPtr& other) {
        const auto* alias = other->as<Alias>();
        return alias && alias->id == column->id;
      });
      if (is_alias) {  // SELECT 1 AS a, a
        Alias again{resolved, e->as<UnresolvedAttribute>()->parts, {}, next_attribute_id()};
        resolved = make_typed(std::move(again), resolved->type, resolved->nullable, e->origin);
      }
      out.push_back(named(resolved, e));
    }
  }
  return out;
}

Attribute attribute_of(const Expression& named) {
  Attribute attribute;
  attribute.type = named.type;
  attribute.nullable = named.nullable;
  if (const auto* n = named.as<AttributeReference>()) {
    attribute.id = n->id;
    attribute.name = n->name;
    attribute.qualifier = n->qualifier;
  } else {
    const auto* alias = named.as<Alias>();
    FIRESTEEL_CHECK(alias && alias->names.size() == 1, "a select list entry without one name");
    attribute.id = alias->id;
    attribute.name = alias->names[0];
    attribute.metadata = alias->metadata.value_or("");
  }
  return attribute;
}

Resolver::Resolver(const AnalysisContext& context)
    : context_(context),
      takes_lateral_aliases_(is_enabled(context, "spark.sql.lateralColumnAlias.enableImplicitResolution")),
      measures_literals_(is_enabled(context, "spark.sql.legacy.literal.pickMinimumPrecision")),
      prefers_outer_tables_(has_table_policy("LEGACY")),
      name_scope_(context.time_zone, rewritten_names_) {}

}  // namespace firesteel::analyze
