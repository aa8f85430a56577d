#include "base/error.h"
#include "connect/decode.h"
#include "connect/decode_checks.h"
#include "functions/own_names.h"
#include "plan/attribute_name.h"
#include "spark/connect/expressions.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::ExpressionPtr;
using plan::parse_attribute_name;
using ProtoExpression = proto::Expression;

namespace {

plan::Origin decode_origin(const ProtoExpression& proto) {
  plan::Origin origin;
  if (!proto.has_common() || !proto.common().origin().has_python_origin()) return origin;
  origin.function_name = proto.common().origin().python_origin().fragment();
  origin.call_site = proto.common().origin().python_origin().call_site();
  return origin;
}

template <typename Proto>
std::optional<int64_t> plan_id_of(const Proto& proto) {
  if (!proto.has_plan_id()) return std::nullopt;
  return proto.plan_id();
}

plan::CastMode decode_cast_mode(ProtoExpression::Cast::EvalMode mode) {
  switch (mode) {
    case ProtoExpression::Cast::EVAL_MODE_LEGACY:
      return plan::CastMode::kLegacy;
    case ProtoExpression::Cast::EVAL_MODE_ANSI:
      return plan::CastMode::kAnsi;
    case ProtoExpression::Cast::EVAL_MODE_TRY:
      return plan::CastMode::kTry;
    default:
      return plan::CastMode::kDefault;
  }
}

// "t.*" → {"t"}
std::vector<std::string> parse_star_target(const std::string& target) {
  if (target.size() < 2 || target.compare(target.size() - 2, 2, ".*") != 0) {
    throw SparkError("CONNECT_INVALID_PLAN.UNRESOLVED_STAR_TARGET_INVALID", {{"target", target}});
  }
  return parse_attribute_name(std::string_view(target).substr(0, target.size() - 2));
}

// SparkConnectPlanner.transformUnresolvedRegex: `pattern`, t.`pattern`, or a column's name.
plan::Expression::Node column_regex(const ProtoExpression::UnresolvedRegex& proto) {
  const std::string& name = proto.col_name();
  const size_t quote = name.size() > 2 && name.back() == '`' ? name.find('`') : std::string::npos;
  if (quote == 0) return plan::UnresolvedRegex{name.substr(1, name.size() - 2), {}, plan_id_of(proto)};
  const bool has_pattern = quote != std::string::npos && quote > 1 && name[quote - 1] == '.' && quote + 2 < name.size();
  if (!has_pattern) return plan::UnresolvedAttribute{parse_attribute_name(name), plan_id_of(proto)};
  return plan::UnresolvedRegex{name.substr(quote + 1, name.size() - quote - 2), name.substr(0, quote - 1), plan_id_of(proto)};
}

}  // namespace

ExpressionPtr PlanDecoder::expression(const ProtoExpression& proto) {
  if (proto.has_expression_string()) {
    return sql::parse_expression(proto.expression_string().expression(), parser_options_);
  }
  return std::make_shared<plan::Expression>(
      plan::Expression{expression_node(proto), {}, true, decode_origin(proto)});
}

ExpressionPtr PlanDecoder::sort_order(const ProtoExpression::SortOrder& proto) {
  plan::SortOrder order;
  order.child = expression(proto.child());
  order.is_ascending = proto.direction() != ProtoExpression::SortOrder::SORT_DIRECTION_DESCENDING;
  if (proto.null_ordering() == ProtoExpression::SortOrder::SORT_NULLS_FIRST) {
    order.null_order = plan::NullOrder::kFirst;
  } else if (proto.null_ordering() == ProtoExpression::SortOrder::SORT_NULLS_LAST) {
    order.null_order = plan::NullOrder::kLast;
  }
  return plan::make_expression(std::move(order));
}

plan::Window PlanDecoder::window(const ProtoExpression::Window& proto) {
  if (!proto.has_window_function()) throw SparkError("CONNECT_INVALID_PLAN.WINDOW_FUNCTION_REQUIRED", {});
  plan::Window window;
  window.function = expression(proto.window_function());
  window.partition_by = expressions(proto.partition_spec());
  window.order_by = sort_orders(proto.order_spec());
  if (!proto.has_frame_spec()) return window;
  using Frame = ProtoExpression::Window::WindowFrame;
  using Kind = plan::WindowFrame::Bound::Kind;
  const auto decode_bound = [&](const Frame::FrameBoundary& bound, Kind unbounded) {
    plan::WindowFrame::Bound result;
    if (bound.has_unbounded()) {
      result.kind = unbounded;
    } else if (bound.has_value()) {
      result.kind = Kind::kValue;
      result.value = expression(bound.value());
    } else if (!bound.has_current_row()) {
      throw_not_set(bound, "BOUNDARY_NOT_SET");
    }
    return result;
  };
  plan::WindowFrame frame;
  switch (proto.frame_spec().frame_type()) {
    case Frame::FRAME_TYPE_ROW:
      frame.unit = plan::WindowFrame::Unit::kRows;
      break;
    case Frame::FRAME_TYPE_RANGE:
      frame.unit = plan::WindowFrame::Unit::kRange;
      break;
    default:
      throw_invalid_enum("spark.connect.Expression.Window.WindowFrame.FrameType", "FRAME_TYPE_UNDEFINED",
                         proto.frame_spec().frame_type());
  }
  if (!proto.frame_spec().has_lower()) throw SparkError("CONNECT_INVALID_PLAN.LOWER_BOUND_REQUIRED_IN_WINDOW_FRAME", {});
  if (!proto.frame_spec().has_upper()) throw SparkError("CONNECT_INVALID_PLAN.UPPER_BOUND_REQUIRED_IN_WINDOW_FRAME", {});
  frame.lower = decode_bound(proto.frame_spec().lower(), Kind::kUnboundedPreceding);
  frame.upper = decode_bound(proto.frame_spec().upper(), Kind::kUnboundedFollowing);
  window.frame = std::move(frame);
  return window;
}

plan::UserFunction PlanDecoder::user_function(const proto::CommonInlineUserDefinedFunction& proto) {
  if (proto.function_case() == proto::CommonInlineUserDefinedFunction::FUNCTION_NOT_SET) throw_not_set(proto, "FUNCTION_NOT_SET");
  if (!proto.has_python_udf()) throw_unsupported("EXPRESSION", oneof_member(proto, "function"));
  plan::UserFunction function;
  function.name = proto.function_name();
  function.arguments = expressions(proto.arguments());
  function.is_deterministic = proto.deterministic();
  function.result = decode_type(proto.python_udf().output_type());
  function.evaluation_type = proto.python_udf().eval_type();
  function.command = proto.python_udf().command();
  function.python_version = proto.python_udf().python_ver();
  function.is_distinct = proto.is_distinct();
  return function;
}

static plan::UnresolvedLambdaVariable lambda_variable(
    const ProtoExpression::UnresolvedNamedLambdaVariable& proto) {
  if (proto.name_parts().empty()) {
    throw SparkError("CONNECT_INVALID_PLAN.UNRESOLVED_NAMED_LAMBDA_VARIABLE_REQUIRES_NAME_PART", {});
  }
  return {{proto.name_parts().begin(), proto.name_parts().end()}};
}

PlanDecoder::ExpressionNode PlanDecoder::expression_node(const ProtoExpression& proto) {
  switch (proto.expr_type_case()) {
    case ProtoExpression::kLiteral:
      return decode_literal(proto.literal());
    case ProtoExpression::kUnresolvedAttribute: {
      const auto& attribute = proto.unresolved_attribute();
      return plan::UnresolvedAttribute{parse_attribute_name(attribute.unparsed_identifier()),
                                       plan_id_of(attribute), attribute.is_metadata_column()};
    }
    case ProtoExpression::kUnresolvedFunction: {
      const auto& call = proto.unresolved_function();
      plan::UnresolvedFunction function;
      if (call.is_user_defined_function()) {
        function.name = sql::parse_multipart_identifier(call.function_name());
      } else {
        function.name = {call.function_name()};
      }
      functions::check_written_name(function.name);
      function.arguments = expressions(call.arguments());
      function.is_distinct = call.is_distinct();
      function.is_internal = call.is_internal();
      return function;
    }
    case ProtoExpression::kExpressionString:
      break;  // answered by `expression`
    case ProtoExpression::kUnresolvedStar: {
      const auto& star = proto.unresolved_star();
      plan::UnresolvedStar node;
      if (star.has_unparsed_target() && star.has_plan_id()) {
        throw SparkError("CONNECT_INVALID_PLAN.UNRESOLVED_STAR_WITH_BOTH_TARGET_AND_PLAN_ID", {});
      }
      if (star.has_unparsed_target()) node.target = parse_star_target(star.unparsed_target());
      node.plan_id = plan_id_of(star);
      return node;
    }
    case ProtoExpression::kAlias: {
      const auto& alias = proto.alias();
      plan::Alias node;
      node.child = expression(alias.expr());
      node.names.assign(alias.name().begin(), alias.name().end());
      if (node.names.empty()) {
        throw SparkError("CONNECT_INVALID_PLAN.FIELD_CANNOT_BE_EMPTY",
                         {{"fieldName", "name"}, {"fullName", "spark.connect.Expression.Alias"}});
      }
      if (alias.has_metadata()) {
        if (node.names.size() > 1) {
          throw SparkError("CONNECT_INVALID_PLAN.ALIAS_WITH_MULTIPLE_IDENTIFIERS_AND_METADATA", {});
        }
        node.metadata = alias.metadata();
      }
      return node;
    }
    case ProtoExpression::kCast: {
      const auto& cast = proto.cast();
      plan::Cast node;
      node.child = expression(cast.expr());
      node.target = cast.has_type() ? decode_type(cast.type()) : sql::parse_type(cast.type_str(), parser_options_);
      node.mode = decode_cast_mode(cast.eval_mode());
      return node;
    }
    case ProtoExpression::kUnresolvedRegex:
      return column_regex(proto.unresolved_regex());
    case ProtoExpression::kSortOrder:
      return sort_order(proto.sort_order())->node;
    case ProtoExpression::kLambdaFunction: {
      plan::LambdaFunction lambda;
      lambda.body = expression(proto.lambda_function().function());
      for (const auto& argument : proto.lambda_function().arguments()) {
        lambda.parameters.push_back(plan::make_expression(lambda_variable(argument)));
      }
      if (lambda.parameters.empty() || lambda.parameters.size() > 3) {
        throw SparkError("CONNECT_INVALID_PLAN.LAMBDA_FUNCTION_ARGUMENT_COUNT_INVALID",
                         {{"got", std::to_string(lambda.parameters.size())}});
      }
      return lambda;
    }
    case ProtoExpression::kWindow:
      return window(proto.window());
    case ProtoExpression::kUnresolvedExtractValue:
      return plan::UnresolvedExtract{expression(proto.unresolved_extract_value().child()),
                                     expression(proto.unresolved_extract_value().extraction())};
    case ProtoExpression::kUpdateFields: {
      const auto& update = proto.update_fields();
      plan::UpdateFields node;
      node.child = expression(update.struct_expression());
      node.field_path = parse_attribute_name(update.field_name());
      if (update.has_value_expression()) node.value = expression(update.value_expression());
      return node;
    }
    case ProtoExpression::kUnresolvedNamedLambdaVariable:
      return lambda_variable(proto.unresolved_named_lambda_variable());
    case ProtoExpression::kCommonInlineUserDefinedFunction:
      return user_function(proto.common_inline_user_defined_function());
    case ProtoExpression::kCallFunction: {
      plan::UnresolvedFunction function;
      function.name = sql::parse_multipart_identifier(proto.call_function().function_name());
      functions::check_written_name(function.name);
      function.arguments = expressions(proto.call_function().arguments());
      return function;
    }
    case ProtoExpression::kNamedArgumentExpression:
      return plan::NamedArgument{proto.named_argument_expression().key(),
                                 expression(proto.named_argument_expression().value())};
    case ProtoExpression::kSubqueryExpression: {
      const auto& subquery = proto.subquery_expression();
      plan::Subquery node;
      switch (subquery.subquery_type()) {
        case proto::SubqueryExpression::SUBQUERY_TYPE_SCALAR:
          node.kind = plan::SubqueryKind::kScalar;
          break;
        case proto::SubqueryExpression::SUBQUERY_TYPE_EXISTS:
          node.kind = plan::SubqueryKind::kExists;
          break;
        case proto::SubqueryExpression::SUBQUERY_TYPE_IN:
          node.kind = plan::SubqueryKind::kIn;
          break;
        case proto::SubqueryExpression::SUBQUERY_TYPE_UNKNOWN:
          throw_invalid_enum("spark.connect.SubqueryExpression.SubqueryType", "SUBQUERY_TYPE_UNKNOWN", 0);
        default:
          throw_unsupported("EXPRESSION", "table argument of a table-valued function");
      }
      node.plan_id = subquery.plan_id();
      node.in_values = expressions(subquery.in_subquery_values());
      return node;
    }
    case ProtoExpression::kMergeAction:
    case ProtoExpression::kTypedAggregateExpression:
    case ProtoExpression::kDirectShufflePartitionId:
      throw_unsupported("EXPRESSION", oneof_member(proto, "expr_type"));
    case ProtoExpression::kExtension:
      throw_no_handler(proto.extension().type_url());
    case ProtoExpression::EXPR_TYPE_NOT_SET:
      break;
  }
  throw_not_set(proto, "EXPRTYPE_NOT_SET");
}

}  // namespace firesteel::connect
