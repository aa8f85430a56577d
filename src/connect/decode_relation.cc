#include <algorithm>

#include "base/error.h"
#include "connect/decode.h"
#include "connect/decode_checks.h"
#include "connect/sql_text.h"
#include "plan/attribute_name.h"
#include "spark/connect/relations.pb.h"

// Clients before 4.1 send the fields that the protocol now calls deprecated.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::RelationPtr;

namespace {

template <typename List>
std::vector<std::string> strings(const List& list) {
  return {list.begin(), list.end()};
}

template <typename Map>
plan::Options options(const Map& map) {
  return {map.begin(), map.end()};
}

plan::JoinKind decode_join_kind(proto::Join::JoinType type) {
  switch (type) {
    case proto::Join::JOIN_TYPE_INNER:
      return plan::JoinKind::kInner;
    case proto::Join::JOIN_TYPE_FULL_OUTER:
      return plan::JoinKind::kFullOuter;
    case proto::Join::JOIN_TYPE_LEFT_OUTER:
      return plan::JoinKind::kLeftOuter;
    case proto::Join::JOIN_TYPE_RIGHT_OUTER:
      return plan::JoinKind::kRightOuter;
    case proto::Join::JOIN_TYPE_LEFT_ANTI:
      return plan::JoinKind::kLeftAnti;
    case proto::Join::JOIN_TYPE_LEFT_SEMI:
      return plan::JoinKind::kLeftSemi;
    case proto::Join::JOIN_TYPE_CROSS:
      return plan::JoinKind::kCross;
    default:
      throw_invalid_enum("spark.connect.Join.JoinType", "JOIN_TYPE_UNSPECIFIED", type);
  }
}

plan::SetOperationKind decode_set_operation_kind(proto::SetOperation::SetOpType type) {
  switch (type) {
    case proto::SetOperation::SET_OP_TYPE_INTERSECT:
      return plan::SetOperationKind::kIntersect;
    case proto::SetOperation::SET_OP_TYPE_UNION:
      return plan::SetOperationKind::kUnion;
    case proto::SetOperation::SET_OP_TYPE_EXCEPT:
      return plan::SetOperationKind::kExcept;
    default:
      throw_invalid_enum("spark.connect.SetOperation.SetOpType", "SET_OP_TYPE_UNSPECIFIED", type);
  }
}

plan::GroupKind decode_group_kind(proto::Aggregate::GroupType type) {
  switch (type) {
    case proto::Aggregate::GROUP_TYPE_GROUPBY:
      return plan::GroupKind::kGroupBy;
    case proto::Aggregate::GROUP_TYPE_ROLLUP:
      return plan::GroupKind::kRollup;
    case proto::Aggregate::GROUP_TYPE_CUBE:
      return plan::GroupKind::kCube;
    case proto::Aggregate::GROUP_TYPE_PIVOT:
      return plan::GroupKind::kPivot;
    case proto::Aggregate::GROUP_TYPE_GROUPING_SETS:
      return plan::GroupKind::kGroupingSets;
    default:
      throw_invalid_enum("spark.connect.Aggregate.GroupType", "GROUP_TYPE_UNSPECIFIED", type);
  }
}

plan::AsOfJoin as_of_join(PlanDecoder& decoder, const proto::AsOfJoin& join) {
  plan::AsOfJoin node;
  node.left = decoder.relation(join.left());
  node.right = decoder.relation(join.right());
  node.left_as_of = decoder.expression(join.left_as_of());
  node.right_as_of = decoder.expression(join.right_as_of());
  if (join.has_join_expr()) node.condition = decoder.expression(join.join_expr());
  node.using_columns = strings(join.using_columns());
  node.join_type = join.join_type();
  if (join.has_tolerance()) node.tolerance = decoder.expression(join.tolerance());
  node.allow_exact_matches = join.allow_exact_matches();
  node.direction = join.direction();
  return node;
}

plan::EventTimeWatermark watermark(RelationPtr child, const proto::WithWatermark& proto) {
  if (proto.event_time().empty()) throw SparkError("PARSE_EMPTY_STATEMENT", {});
  const std::vector<std::string> name = plan::parse_attribute_name(proto.event_time());
  return {std::move(child), plan::make_expression(plan::UnresolvedAttribute{name, {}}), proto.delay_threshold()};
}

plan::ExpressionPtr integer(int32_t value) { return plan::make_integer_literal(value); }

}  // namespace

PlanDecoder::PlanDecoder(const RequestContext& context)
    : context_(context), parser_options_(parser_options(context.session.config())) {}

RelationPtr PlanDecoder::relation(const proto::Relation& proto) {
  plan::Relation relation;
  if (proto.has_cached_remote_relation()) {  // resolved already, keeps its output
    relation = *cached_remote(proto.cached_remote_relation().relation_id());
  } else if (proto.has_sql()) {
    relation = *parse_sql_query(context_, sql_arguments(proto.sql()));
  } else {
    relation.node = relation_node(proto);
  }
  if (proto.common().has_plan_id()) relation.plan_id = proto.common().plan_id();
  const auto& python = proto.common().origin().python_origin();
  relation.origin.function_name = python.fragment();
  relation.origin.call_site = python.call_site();
  return std::make_shared<const plan::Relation>(std::move(relation));
}

PlanDecoder::RelationNode PlanDecoder::relation_node(const proto::Relation& proto) {
  if (proto.rel_type_case() == proto::Relation::REL_TYPE_NOT_SET) throw_not_set(proto, "RELTYPE_NOT_SET");
  check_relation(proto);
  if (auto node = source_node(proto)) return *std::move(node);
  if (auto node = shaping_node(proto)) return *std::move(node);
  if (auto node = combining_node(proto)) return *std::move(node);
  if (auto node = statistics_node(proto)) return *std::move(node);
  if (proto.has_unknown()) {
    throw SparkError("CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SUPPORTED",
                     {{"fullName", "spark.connect.Relation"}, {"name", "UNKNOWN"}, {"number", std::to_string(proto.rel_type_case())}});
  }
  if (proto.has_extension()) throw_no_handler(proto.extension().type_url());
  throw_unsupported("RELATION", oneof_member(proto, "rel_type"));
}

// Rows come from here.
std::optional<PlanDecoder::RelationNode> PlanDecoder::source_node(const proto::Relation& proto) {
  switch (proto.rel_type_case()) {
    case proto::Relation::kRead:
      return read(proto.read());
    case proto::Relation::kLocalRelation: {
      const auto& local = proto.local_relation();
      return local_data(local.has_data() ? &local.data() : nullptr,
                        local.has_schema() ? &local.schema() : nullptr);
    }
    case proto::Relation::kCachedLocalRelation:
      return cached_local_data(proto.cached_local_relation().hash());
    case proto::Relation::kChunkedCachedLocalRelation:
      return chunked_local_data(proto.chunked_cached_local_relation());
    case proto::Relation::kRange: {
      plan::Range range;
      range.start = proto.range().start();
      range.end = proto.range().end();
      range.step = proto.range().step();
      if (proto.range().has_num_partitions()) range.partitions = proto.range().num_partitions();
      return range;
    }
    case proto::Relation::kUnresolvedTableValuedFunction: {
      const auto& function = proto.unresolved_table_valued_function();
      return plan::TableFunction{{function.function_name()}, expressions(function.arguments())};
    }
    case proto::Relation::kCatalog: {
      RelationNode call = catalog_call(proto.catalog());
      if (proto.common().has_plan_id()) {
        std::get<plan::CatalogCall>(call).arguments["plan_id"] = std::to_string(proto.common().plan_id());
      }
      return call;
    }
    case proto::Relation::kMlRelation:
      return ml(proto.ml_relation());
    default:
      return std::nullopt;
  }
}

// One input, other columns or rows.
std::optional<PlanDecoder::RelationNode> PlanDecoder::shaping_node(const proto::Relation& proto) {
  switch (proto.rel_type_case()) {
    case proto::Relation::kProject: {
      RelationPtr child = proto.project().has_input() ? input(proto.project())
                                                      : plan::make_relation(plan::OneRow{});
      return plan::Project{std::move(child), expressions(proto.project().expressions())};
    }
    case proto::Relation::kFilter:
      return plan::Filter{input(proto.filter()), expression(proto.filter().condition())};
    case proto::Relation::kSort: {
      const auto& sort = proto.sort();
      return plan::Sort{input(sort), sort_orders(sort.order()), sort.has_is_global() ? sort.is_global() : true};
    }
    case proto::Relation::kLimit:
      return plan::Limit{input(proto.limit()), integer(proto.limit().limit())};
    case proto::Relation::kOffset:
      return plan::Offset{input(proto.offset()), integer(proto.offset().offset())};
    case proto::Relation::kTail:
      return plan::Tail{input(proto.tail()), integer(proto.tail().limit())};
    case proto::Relation::kAggregate:
      return aggregate(proto.aggregate());
    case proto::Relation::kSample: {
      const auto& sample = proto.sample();
      plan::Sample node{input(sample), sample.lower_bound(), sample.upper_bound(), sample.with_replacement(),
                        std::nullopt, sample.deterministic_order(), {}};
      if (sample.has_seed()) node.seed = sample.seed();
      return node;
    }
    case proto::Relation::kDeduplicate: {
      const auto& deduplicate = proto.deduplicate();
      if (deduplicate.all_columns_as_keys() && deduplicate.column_names_size() > 0) {
        throw SparkError("CONNECT_INVALID_PLAN.DEDUPLICATE_ALL_COLUMNS_AND_SUBSET", {});
      }
      if (!deduplicate.all_columns_as_keys() && deduplicate.column_names_size() == 0) {
        throw SparkError("CONNECT_INVALID_PLAN.DEDUPLICATE_REQUIRES_COLUMNS_OR_ALL", {});
      }
      return plan::Deduplicate{input(deduplicate), strings(deduplicate.column_names()),
                               deduplicate.all_columns_as_keys(), deduplicate.within_watermark(), {}};
    }
    case proto::Relation::kSubqueryAlias:
      return plan::SubqueryAlias{input(proto.subquery_alias()), proto.subquery_alias().alias(),
                                 strings(proto.subquery_alias().qualifier()), {}};
    case proto::Relation::kRepartition:
      return plan::Repartition{input(proto.repartition()), proto.repartition().num_partitions(),
                               proto.repartition().shuffle(), {}, false};
    case proto::Relation::kRepartitionByExpression: {
      const auto& repartition = proto.repartition_by_expression();
      plan::Repartition node{input(repartition), std::nullopt, true, {}, false};
      const auto& keys = repartition.partition_exprs();
      node.is_by_id = keys.size() == 1 && keys[0].has_direct_shuffle_partition_id();
      node.expressions = node.is_by_id ? std::vector{expression(keys[0].direct_shuffle_partition_id().child())}
                                       : expressions(keys);
      if (repartition.has_num_partitions()) node.partitions = repartition.num_partitions();
      return node;
    }
    case proto::Relation::kToDf:
      return plan::ToDf{input(proto.to_df()), strings(proto.to_df().column_names())};
    case proto::Relation::kWithColumnsRenamed: {
      const auto& renamed = proto.with_columns_renamed();
      plan::WithColumnsRenamed node{input(renamed), {}};
      for (const auto& rename : renamed.renames()) node.renames.emplace_back(rename.col_name(), rename.new_col_name());
      if (node.renames.empty()) {  // clients before 4.0
        for (const auto& [from, to] : renamed.rename_columns_map()) node.renames.emplace_back(from, to);
      }
      return node;
    }
    case proto::Relation::kDrop:
      return plan::Drop{input(proto.drop()), expressions(proto.drop().columns()),
                        strings(proto.drop().column_names())};
    case proto::Relation::kWithColumns: {
      plan::WithColumns node{input(proto.with_columns()), {}};
      for (const auto& alias : proto.with_columns().aliases()) {
        if (alias.name_size() != 1) {
          throw SparkError("CONNECT_INVALID_PLAN.WITH_COLUMNS_REQUIRE_SINGLE_NAME_PART",
                           {{"got", std::to_string(alias.name_size())}});
        }
        plan::Alias column;
        column.child = expression(alias.expr());
        column.names = strings(alias.name());
        if (alias.has_metadata()) column.metadata = alias.metadata();
        node.columns.push_back(plan::make_expression(std::move(column)));
      }
      return node;
    }
    case proto::Relation::kHint:
      return plan::Hint{input(proto.hint()), proto.hint().name(), expressions(proto.hint().parameters())};
    case proto::Relation::kUnpivot: {
      const auto& unpivot = proto.unpivot();
      plan::Unpivot node{input(unpivot), expressions(unpivot.ids()), std::nullopt,
                         unpivot.variable_column_name(), unpivot.value_column_name()};
      if (unpivot.has_values()) node.values = expressions(unpivot.values().values());
      return node;
    }
    case proto::Relation::kTranspose:
      return plan::Transpose{input(proto.transpose()), expressions(proto.transpose().index_columns())};
    case proto::Relation::kToSchema:
      return to_schema(proto.to_schema());
    case proto::Relation::kMapPartitions:
      return plan::MapPartitions{input(proto.map_partitions()),
                                 plan::make_expression(user_function(proto.map_partitions().func()))};
    case proto::Relation::kCollectMetrics:
      return plan::CollectMetrics{input(proto.collect_metrics()), proto.collect_metrics().name(),
                                  expressions(proto.collect_metrics().metrics())};
    case proto::Relation::kWithWatermark:
      return watermark(input(proto.with_watermark()), proto.with_watermark());
    case proto::Relation::kParse:
      return parse(proto.parse());
    case proto::Relation::kShowString: {
      const auto& show = proto.show_string();
      return plan::ShowString{input(show), std::max(show.num_rows(), 0), show.truncate(), show.vertical(), false};
    }
    case proto::Relation::kHtmlString:
      return plan::ShowString{input(proto.html_string()), proto.html_string().num_rows(),
                              proto.html_string().truncate(), false, true};
    default:
      return std::nullopt;
  }
}

// Several inputs.
std::optional<PlanDecoder::RelationNode> PlanDecoder::combining_node(const proto::Relation& proto) {
  switch (proto.rel_type_case()) {
    case proto::Relation::kJoin: {
      const auto& join = proto.join();
      plan::Join node;
      node.left = relation(join.left());
      node.right = relation(join.right());
      node.kind = decode_join_kind(join.join_type());
      if (join.has_join_condition()) node.condition = expression(join.join_condition());
      node.using_columns = strings(join.using_columns());
      if (join.has_join_data_type()) throw_unsupported("RELATION", "join with struct sides (joinWith)");
      return node;
    }
    case proto::Relation::kLateralJoin: {
      const auto& join = proto.lateral_join();
      plan::Join node;
      node.left = relation(join.left());
      node.right = relation(join.right());
      node.kind = decode_join_kind(join.join_type());
      if (join.has_join_condition()) node.condition = expression(join.join_condition());
      node.is_lateral = true;
      check_lateral(node.kind);
      return node;
    }
    case proto::Relation::kAsOfJoin:
      return as_of_join(*this, proto.as_of_join());
    case proto::Relation::kNearestByJoin: {
      const auto& join = proto.nearest_by_join();
      return plan::NearestByJoin{relation(join.left()), relation(join.right()), expression(join.ranking_expression()),
                                 join.num_results(), join.join_type(), join.mode(), join.direction()};
    }
    case proto::Relation::kSetOp: {
      const auto& operation = proto.set_op();
      if (!operation.has_left_input() || !operation.has_right_input()) {
        throw SparkError("CONNECT_INVALID_PLAN.SET_OPERATION_MUST_HAVE_TWO_INPUTS", {});
      }
      plan::SetOperation node;
      node.kind = decode_set_operation_kind(operation.set_op_type());
      node.inputs = {relation(operation.left_input()), relation(operation.right_input())};
      node.is_all = operation.is_all();
      node.by_name = operation.by_name();
      node.allow_missing_columns = operation.allow_missing_columns();
      if (node.by_name && node.kind == plan::SetOperationKind::kIntersect) {
        throw SparkError("CONNECT_INVALID_PLAN.INTERSECT_DOES_NOT_SUPPORT_UNION_BY_NAME", {});
      }
      if (node.by_name && node.kind == plan::SetOperationKind::kExcept) {
        throw SparkError("CONNECT_INVALID_PLAN.EXCEPT_DOES_NOT_SUPPORT_UNION_BY_NAME", {});
      }
      return node;
    }
    case proto::Relation::kWithRelations: {
      if (proto.with_relations().root().has_sql()) {  // spark.sql("… {df} …", df=df)
        return plan::With{named_queries(proto.with_relations()), relation(proto.with_relations().root()), false};
      }
      plan::WithRelations node;
      node.root = relation(proto.with_relations().root());
      for (const auto& reference : proto.with_relations().references()) {
        node.references.push_back(relation(reference));
      }
      return node;
    }
    default:
      return std::nullopt;
  }
}

// df.na and df.stat.
std::optional<PlanDecoder::RelationNode> PlanDecoder::statistics_node(const proto::Relation& proto) {
  switch (proto.rel_type_case()) {
    case proto::Relation::kFillNa: {
      const auto& fill = proto.fill_na();
      if (fill.values().empty()) throw SparkError("CONNECT_INVALID_PLAN.NA_FILL_VALUES_EMPTY", {});
      if (fill.values_size() > 1 && fill.values_size() != fill.cols_size()) {
        throw SparkError("CONNECT_INVALID_PLAN.NA_FILL_VALUES_LENGTH_MISMATCH", {});
      }
      plan::FillNa node{input(fill), strings(fill.cols()), {}};
      for (const auto& value : fill.values()) {
        node.values.push_back(decode_literal(value));
        check_fill_value(node.values.back().type);
      }
      return node;
    }
    case proto::Relation::kDropNa: {
      plan::DropNa node{input(proto.drop_na()), strings(proto.drop_na().cols()), std::nullopt};
      if (proto.drop_na().has_min_non_nulls()) node.min_non_nulls = proto.drop_na().min_non_nulls();
      return node;
    }
    case proto::Relation::kReplace: {
      plan::Replace node{input(proto.replace()), strings(proto.replace().cols()), {}};
      for (const auto& replacement : proto.replace().replacements()) {
        node.replacements.emplace_back(decode_literal(replacement.old_value()),
                                       decode_literal(replacement.new_value()));
      }
      return node;
    }
    case proto::Relation::kSummary:
      return plan::Summary{input(proto.summary()), strings(proto.summary().statistics())};
    case proto::Relation::kDescribe:
      return plan::Describe{input(proto.describe()), strings(proto.describe().cols())};
    case proto::Relation::kCrosstab:
      return plan::StatPair{input(proto.crosstab()), "crosstab", proto.crosstab().col1(), proto.crosstab().col2()};
    case proto::Relation::kCov:
      return plan::StatPair{input(proto.cov()), "cov", proto.cov().col1(), proto.cov().col2()};
    case proto::Relation::kCorr:
      if (proto.corr().has_method() && proto.corr().method() != "pearson") {
        throw_unsupported("RELATION", "corr with the method " + proto.corr().method());
      }
      return plan::StatPair{input(proto.corr()), "corr", proto.corr().col1(), proto.corr().col2()};
    case proto::Relation::kApproxQuantile: {
      const auto& quantile = proto.approx_quantile();
      return plan::ApproxQuantile{input(quantile),
                                  strings(quantile.cols()),
                                  {quantile.probabilities().begin(), quantile.probabilities().end()},
                                  quantile.relative_error()};
    }
    case proto::Relation::kFreqItems:
      return plan::FreqItems{input(proto.freq_items()), strings(proto.freq_items().cols()),
                             proto.freq_items().has_support() ? proto.freq_items().support() : 0.01};
    case proto::Relation::kSampleBy: {
      const auto& sample = proto.sample_by();
      plan::SampleBy node{input(sample), expression(sample.col()), {}, std::nullopt};
      for (const auto& fraction : sample.fractions()) {
        node.fractions.emplace_back(decode_literal(fraction.stratum()), fraction.fraction());
      }
      if (sample.has_seed()) node.seed = sample.seed();
      return node;
    }
    default:
      return std::nullopt;
  }
}

// The DataFrames that a SQL text reads by name.
std::vector<plan::CommonTableExpression> PlanDecoder::named_queries(const proto::WithRelations& proto) {
  std::vector<plan::CommonTableExpression> queries;
  for (const auto& reference : proto.references()) {
    if (!reference.has_subquery_alias()) {
      throw SparkError("CONNECT_INVALID_PLAN.INVALID_WITH_RELATION_REFERENCE", {});
    }
    const auto& alias = reference.subquery_alias();
    queries.push_back({alias.alias(), {}, relation(alias.input())});
  }
  return queries;
}

PlanDecoder::RelationNode PlanDecoder::aggregate(const proto::Aggregate& proto) {
  if (!proto.has_input()) throw SparkError("CONNECT_INVALID_PLAN.AGGREGATE_NEEDS_PLAN_INPUT", {});
  plan::Aggregate node;
  node.child = input(proto);
  node.kind = decode_group_kind(proto.group_type());
  node.grouping = expressions(proto.grouping_expressions());
  node.aggregates = expressions(proto.aggregate_expressions());
  node.adds_grouping_columns = true;
  for (const auto& set : proto.grouping_sets()) node.grouping_sets.push_back(expressions(set.grouping_set()));
  require_plan(node.kind != plan::GroupKind::kGroupingSets || !node.grouping_sets.empty(), "GROUP_TYPE_GROUPING_SETS requires sets");
  if (node.kind == plan::GroupKind::kPivot) {
    if (!proto.has_pivot()) throw SparkError("CONNECT_INVALID_PLAN.AGGREGATE_WITH_PIVOT_REQUIRES_PIVOT", {});
    node.pivot_column = expression(proto.pivot().col());
    for (const auto& value : proto.pivot().values()) {
      node.pivot_values.push_back(plan::make_literal(decode_literal(value)));
    }
  }
  return node;
}

PlanDecoder::RelationNode PlanDecoder::parse(const proto::Parse& proto) {
  plan::Parse node{input(proto), "", std::nullopt, options(proto.options())};
  switch (proto.format()) {
    case proto::Parse::PARSE_FORMAT_CSV:
      node.format = "csv";
      break;
    case proto::Parse::PARSE_FORMAT_JSON:
      node.format = "json";
      break;
    default:
      throw_invalid_enum("spark.connect.Parse.ParseFormat", "PARSE_FORMAT_UNSPECIFIED", proto.format());
  }
  if (proto.has_schema()) {
    const plan::Type type = decode_type(proto.schema());
    if (!type.is(plan::TypeKind::kStruct)) throw SparkError("INVALID_SCHEMA_TYPE_NON_STRUCT", {{"dataType", "\"" + type.sql() + "\""}});
    node.schema = type.fields();
  }
  return node;
}

PlanDecoder::RelationNode PlanDecoder::read(const proto::Read& proto) {
  if (proto.has_named_table()) {
    return plan::UnresolvedTable{sql::parse_multipart_identifier(proto.named_table().unparsed_identifier(), parser_options_),
                                 options(proto.named_table().options()), proto.is_streaming()};
  }
  if (!proto.has_data_source()) throw_not_set(proto, "READTYPE_NOT_SET");
  const auto& source = proto.data_source();
  if (source.format() == "jdbc" && !source.predicates().empty() && (!source.options().contains("url") || !source.options().contains("dbtable"))) {
    throw SparkError("CONNECT_INVALID_PLAN.INVALID_JDBC_PARAMS", {});
  }
  if (proto.is_streaming() && source.paths_size() > 1) {
    throw SparkError("CONNECT_INVALID_PLAN.MULTIPLE_PATHS_NOT_SUPPORTED_FOR_STREAMING_SOURCE", {});
  }
  if (!source.predicates().empty()) {
    throw SparkError("CONNECT_INVALID_PLAN.PREDICATES_NOT_SUPPORTED_FOR_DATA_SOURCE",
                     {{"format", source.format()}});
  }
  plan::UnresolvedRead node;
  node.format = source.format();
  if (source.has_schema() && !source.schema().empty()) node.schema = parse_schema_text(source.schema(), parser_options_);
  node.options = options(source.options());
  node.paths = strings(source.paths());
  node.is_streaming = proto.is_streaming();
  return node;
}

plan::SqlQuery PlanDecoder::sql_arguments(const proto::SQL& proto) {
  plan::SqlQuery node;
  node.text = proto.query();
  for (const auto& [name, value] : proto.args()) {
    node.named_arguments[name] = plan::make_literal(decode_literal(value));
  }
  for (const auto& [name, value] : proto.named_arguments()) node.named_arguments[name] = expression(value);
  for (const auto& value : proto.pos_args()) {
    node.positional_arguments.push_back(plan::make_literal(decode_literal(value)));
  }
  for (const auto& value : proto.pos_arguments()) node.positional_arguments.push_back(expression(value));
  return node;
}

plan::ToSchema PlanDecoder::to_schema(const proto::ToSchema& proto) {
  const plan::Type type = decode_type(proto.schema());
  require_plan(type.is(plan::TypeKind::kStruct), "");
  return {input(proto), type.fields()};
}

}  // namespace firesteel::connect
