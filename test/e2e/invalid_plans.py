"""Plans that no client library makes: each is malformed in one way.

    test/e2e/invalid_plans.py 16201 > test/e2e/invalid_plans.txt        # records the conditions of a Spark Connect server at that port
"""
import os
import sys

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from pyspark.sql.connect import proto

from raw import Raw, range_, sql

E, R = proto.Expression, proto.Relation
ROWS = range_(3)


def literal(**value):
    return E(literal=E.Literal(**value))


def column(name="id", **rest):
    return E(unresolved_attribute=E.UnresolvedAttribute(unparsed_identifier=name, **rest))


def call(name, *arguments):
    return E(unresolved_function=E.UnresolvedFunction(function_name=name, arguments=arguments))


def select(*expressions):
    return R(project=proto.Project(input=ROWS, expressions=expressions))


def windowed(**window):
    return select(E(window=E.Window(**window)))


def framed(**frame):
    """A sum over a frame; a bound that is not given is the current row."""
    here = E.Window.WindowFrame.FrameBoundary(current_row=True)
    bounds = {side: frame.get(side, here) for side in ("lower", "upper") if frame.get(side, here) is not None}
    spec = E.Window.WindowFrame(frame_type=frame.get("frame_type", 1), **bounds)
    return windowed(window_function=call("sum", column()), order_spec=[E.SortOrder(child=column(), direction=1)], frame_spec=spec)


def lambda_of(*names):
    variables = [E.UnresolvedNamedLambdaVariable(name_parts=name) for name in names]
    return select(call("transform", call("array", column()), E(lambda_function=E.LambdaFunction(function=literal(integer=1), arguments=variables))))


def union(**rest):
    return R(set_op=proto.SetOperation(**{"left_input": ROWS, "right_input": ROWS, "set_op_type": 2, **rest}))


def joined(**rest):
    return R(join=proto.Join(**{"left": ROWS, "right": ROWS, "join_type": 1, **rest}))


def aggregated(**rest):
    return R(aggregate=proto.Aggregate(**{"input": ROWS, "group_type": 1, "aggregate_expressions": [call("count", column())], **rest}))


def deduplicated(**rest):
    return R(deduplicate=proto.Deduplicate(**{"input": ROWS, **rest}))


def filled(*values, cols=()):
    return R(fill_na=proto.NAFill(input=ROWS, cols=cols, values=[E.Literal(**value) for value in values]))


def cast_to(**data_type):
    return select(E(cast=E.Cast(expr=column(), type=proto.DataType(**data_type))))


def udt(**fields):
    return cast_to(udt=proto.DataType.UDT(**fields))


def alias(*names, **rest):
    return E.Alias(expr=column(), name=names, **rest)



INTEGER = proto.DataType(integer=proto.DataType.Integer())
RELATIONS = {
    "relation_without_a_kind": R(),
    "limit_without_an_input": R(limit=proto.Limit(limit=1)),
    "filter_without_a_condition": R(filter=proto.Filter(input=ROWS)),
    "filter_without_an_input": R(filter=proto.Filter(condition=literal(boolean=True))),
    "project_without_an_input": R(project=proto.Project(expressions=[column()])),
    "extension": R(extension=any_pb2.Any(type_url="type.googleapis.com/none.Such")),
    "unknown_relation": R(unknown=proto.Unknown()),
    "expression_without_a_kind": select(E()),
    "expression_extension": select(E(extension=any_pb2.Any(type_url="type.googleapis.com/none.Such"))),
    "literal_without_a_kind": select(literal()),
    "null_literal_of_no_type": select(literal(null=proto.DataType())),
    "decimal_literal_of_nonsense": select(E(literal=E.Literal(decimal=E.Literal.Decimal(value="x")))),
    "array_literal_of_no_type": select(E(literal=E.Literal(array=E.Literal.Array(elements=[E.Literal(integer=1)])))),
    "array_literal_that_mixes": select(E(literal=E.Literal(array=E.Literal.Array(element_type=INTEGER, elements=[E.Literal(string="a")])))),
    "array_literal_without_values": select(E(literal=E.Literal(array=E.Literal.Array()))),
    "map_literal_of_no_type": select(E(literal=E.Literal(map=E.Literal.Map(keys=[E.Literal(integer=1)], values=[E.Literal(integer=1)])))),
    "map_literal_with_a_key_too_many": select(E(literal=E.Literal(map=E.Literal.Map(key_type=INTEGER, value_type=INTEGER, keys=[E.Literal(integer=1)])))),
    "struct_literal_of_no_type": select(E(literal=E.Literal(struct=E.Literal.Struct(elements=[E.Literal(integer=1)])))),
    "struct_literal_of_another_type": select(E(literal=E.Literal(struct=E.Literal.Struct(struct_type=INTEGER, elements=[E.Literal(integer=1)])))),
    "literal_of_another_type": select(E(literal=E.Literal(string="a", data_type=INTEGER))),
    "array_literal_of_an_array_type_only": select(E(literal=E.Literal(array=E.Literal.Array(), data_type=INTEGER))),
    "null_literal_with_a_type_beside": select(E(literal=E.Literal(null=INTEGER, data_type=INTEGER))),
    "literal_time_out_of_range": select(E(literal=E.Literal(time=E.Literal.Time(nano=-1, precision=6)))),
    "attribute_without_a_name": select(column("")),
    "attribute_of_an_unknown_plan": select(column("id", plan_id=77)),
    "attribute_with_backticks_open": select(column("`id")),
    "star_without_its_dot": select(E(unresolved_star=E.UnresolvedStar(unparsed_target="t"))),
    "star_of_a_target_and_a_plan": select(E(unresolved_star=E.UnresolvedStar(unparsed_target="t.*", plan_id=3))),
    "star_of_an_unknown_plan": select(E(unresolved_star=E.UnresolvedStar(plan_id=3))),
    "regex_of_an_unknown_plan": select(E(unresolved_regex=E.UnresolvedRegex(col_name="`i.*`", plan_id=3))),
    "function_without_a_name": select(call("")),
    "function_by_an_empty_call": select(E(call_function=proto.CallFunction(function_name=""))),
    "alias_without_names": select(E(alias=alias())),
    "alias_of_nothing": select(E(alias=E.Alias(name=["a"]))),
    "alias_of_two_names_with_metadata": select(E(alias=alias("a", "b", metadata="{}"))),
    "alias_with_metadata_of_nonsense": select(E(alias=alias("a", metadata="{"))),
    "alias_of_two_names": select(E(alias=alias("a", "b"))),
    "cast_to_nothing": select(E(cast=E.Cast(expr=column()))),
    "cast_of_nothing": select(E(cast=E.Cast(type=INTEGER))),
    "cast_to_a_text_of_no_type": select(E(cast=E.Cast(expr=column(), type_str="nonsense<"))),
    "cast_to_a_type_without_a_kind": cast_to(),
    "cast_in_an_unknown_mode": select(E(cast=E.Cast(expr=column(), type=INTEGER, eval_mode=9))),
    "type_array_of_nothing": cast_to(array=proto.DataType.Array()),
    "type_map_of_nothing": cast_to(map=proto.DataType.Map()),
    "type_struct_field_of_nothing": cast_to(struct=proto.DataType.Struct(fields=[proto.DataType.StructField(name="a")])),
    "type_decimal_too_long": cast_to(decimal=proto.DataType.Decimal(precision=77, scale=2)),
    "type_decimal_scale_beyond": cast_to(decimal=proto.DataType.Decimal(precision=2, scale=7)),
    "type_interval_backwards": cast_to(day_time_interval=proto.DataType.DayTimeInterval(start_field=3, end_field=0)),
    "type_interval_of_an_unknown_field": cast_to(day_time_interval=proto.DataType.DayTimeInterval(start_field=9)),
    "type_year_month_backwards": cast_to(year_month_interval=proto.DataType.YearMonthInterval(start_field=1, end_field=0)),
    "type_year_month_of_an_unknown_field": cast_to(year_month_interval=proto.DataType.YearMonthInterval(start_field=5)),
    "type_unparsed": cast_to(unparsed=proto.DataType.Unparsed(data_type_string="int")),
    "type_unparsed_nonsense": cast_to(unparsed=proto.DataType.Unparsed(data_type_string="nonsense<")),
    "type_string_of_an_unknown_collation": cast_to(string=proto.DataType.String(collation="NONE_SUCH")),
    "type_time_too_fine": cast_to(time=proto.DataType.Time(precision=11)),
    "udt_of_another_kind": udt(type="other"),
    "udt_without_parts": udt(type="udt"),
    "udt_of_python_in_part": udt(type="udt", python_class="a.B"),
    "udt_of_a_class_that_is_none": udt(type="udt", jvm_class="java.lang.String"),
    "udt_of_a_class_that_is_missing": udt(type="udt", jvm_class="none.Such"),
    "lambda_without_variables": lambda_of(),
    "lambda_of_four_variables": lambda_of(["a"], ["b"], ["c"], ["d"]),
    "lambda_of_a_variable_without_a_name": lambda_of([]),
    "lambda_of_a_variable_of_two_parts": lambda_of(["a", "b"]),
    "lambda_of_two_variables_of_one_name": select(call("transform", call("array", column()), E(lambda_function=E.LambdaFunction(
        function=literal(integer=1), arguments=[E.UnresolvedNamedLambdaVariable(name_parts=["a"])] * 2)))),
    "lambda_variable_without_a_name": select(E(unresolved_named_lambda_variable=E.UnresolvedNamedLambdaVariable())),
    "lambda_variable_alone": select(E(unresolved_named_lambda_variable=E.UnresolvedNamedLambdaVariable(name_parts=["x"]))),
    "lambda_alone": select(E(lambda_function=E.LambdaFunction(function=column(), arguments=[E.UnresolvedNamedLambdaVariable(name_parts=["a"])]))),
    "window_without_a_function": windowed(order_spec=[E.SortOrder(child=column(), direction=1)]),
    "window_of_an_expression_without_a_kind": windowed(window_function=E()),
    "frame_of_no_kind": framed(frame_type=0),
    "frame_of_an_unknown_kind": framed(frame_type=9),
    "frame_without_a_lower_bound": framed(lower=None),
    "frame_without_an_upper_bound": framed(upper=None),
    "frame_of_a_bound_without_a_kind": framed(lower=E.Window.WindowFrame.FrameBoundary()),
    "frame_of_a_value_without_a_kind": framed(lower=E.Window.WindowFrame.FrameBoundary(value=E())),
    "frame_of_a_value_that_is_a_column": framed(lower=E.Window.WindowFrame.FrameBoundary(value=column())),
    "frame_unbounded_false": framed(lower=E.Window.WindowFrame.FrameBoundary(unbounded=False)),
    "frame_from_below_to_above": framed(lower=E.Window.WindowFrame.FrameBoundary(value=literal(integer=5)), upper=E.Window.WindowFrame.FrameBoundary(value=literal(integer=-5))),
    "sort_of_nothing": R(sort=proto.Sort(input=ROWS, order=[E.SortOrder()])),
    "sort_without_a_direction": R(sort=proto.Sort(input=ROWS, order=[E.SortOrder(child=column())])),
    "sort_in_an_unknown_direction": R(sort=proto.Sort(input=ROWS, order=[E.SortOrder(child=column(), direction=9)])),
    "sort_without_an_order": R(sort=proto.Sort(input=ROWS)),
    "sort_order_as_a_column": select(E(sort_order=E.SortOrder(child=column(), direction=1))),
    "expression_string_of_nonsense": select(E(expression_string=E.ExpressionString(expression="1 +"))),
    "extract_of_nothing": select(E(unresolved_extract_value=E.UnresolvedExtractValue(child=column()))),
    "update_of_no_struct": select(E(update_fields=E.UpdateFields(struct_expression=column(), field_name="a", value_expression=literal(integer=1)))),
    "update_without_a_name": select(E(update_fields=E.UpdateFields(struct_expression=call("struct", column()), value_expression=literal(integer=1)))),
    "subquery_of_an_unknown_plan": select(E(subquery_expression=proto.SubqueryExpression(plan_id=99, subquery_type=1))),
    "subquery_of_no_kind": select(E(subquery_expression=proto.SubqueryExpression(plan_id=99))),
    "merge_action_in_a_query": select(E(merge_action=proto.MergeAction(action_type=1))),
    "shuffle_id_in_a_query": select(E(direct_shuffle_partition_id=E.DirectShufflePartitionID(child=column()))),
    "named_argument_alone": select(E(named_argument_expression=proto.NamedArgumentExpression(key="a", value=column()))),
    "user_function_without_a_kind": select(E(common_inline_user_defined_function=proto.CommonInlineUserDefinedFunction(function_name="f"))),
    "join_of_no_kind": joined(join_type=0),
    "join_of_an_unknown_kind": joined(join_type=99),
    "join_by_condition_and_columns": joined(join_condition=literal(boolean=True), using_columns=["id"]),
    "join_without_a_left": R(join=proto.Join(right=ROWS, join_type=1)),
    "join_by_a_column_that_is_missing": joined(using_columns=["none"]),
    "join_with_types": joined(join_data_type=proto.Join.JoinDataType(is_left_struct=True)),
    "lateral_join_of_an_unknown_kind": R(lateral_join=proto.LateralJoin(left=ROWS, right=ROWS, join_type=99)),
    "lateral_join_of_a_right_kind": R(lateral_join=proto.LateralJoin(left=ROWS, right=ROWS, join_type=4)),
    "as_of_join_in_no_direction": R(as_of_join=proto.AsOfJoin(left=ROWS, right=ROWS, left_as_of=column(), right_as_of=column(), join_type="inner", direction="around")),
    "as_of_join_of_an_unknown_kind": R(as_of_join=proto.AsOfJoin(left=ROWS, right=ROWS, left_as_of=column(), right_as_of=column(), join_type="around", direction="backward")),
    "set_operation_of_no_kind": union(set_op_type=0),
    "set_operation_of_an_unknown_kind": union(set_op_type=55),
    "set_operation_without_a_right": R(set_op=proto.SetOperation(left_input=ROWS, set_op_type=2)),
    "set_operation_without_a_left": R(set_op=proto.SetOperation(right_input=ROWS, set_op_type=2)),
    "except_by_name": union(set_op_type=3, by_name=True),
    "intersect_by_name": union(set_op_type=1, by_name=True),
    "union_of_missing_columns_by_place": union(allow_missing_columns=True, is_all=True),
    "except_of_missing_columns": union(set_op_type=3, allow_missing_columns=True),
    "aggregate_without_an_input": R(aggregate=proto.Aggregate(group_type=1)),
    "aggregate_of_no_kind": aggregated(group_type=0),
    "aggregate_of_an_unknown_kind": aggregated(group_type=77),
    "aggregate_pivot_without_a_pivot": aggregated(group_type=4),
    "aggregate_pivot_of_no_column": aggregated(group_type=4, pivot=proto.Aggregate.Pivot(values=[E.Literal(integer=1)])),
    "aggregate_of_grouping_sets_without_sets": aggregated(group_type=5),
    "deduplicate_without_an_input": R(deduplicate=proto.Deduplicate(all_columns_as_keys=True)),
    "deduplicate_by_nothing": deduplicated(),
    "deduplicate_by_all_and_some": deduplicated(all_columns_as_keys=True, column_names=["id"]),
    "deduplicate_by_a_column_that_is_missing": deduplicated(column_names=["none"]),
    "deduplicate_within_no_watermark": deduplicated(all_columns_as_keys=True, within_watermark=True),
    "fill_of_no_values": filled(),
    "fill_of_values_without_columns": filled({"integer": 1}, {"integer": 2}),
    "fill_of_two_values_for_one_column": filled({"integer": 1}, {"integer": 2}, cols=["id"]),
    "fill_of_a_value_without_a_kind": filled({}),
    "fill_of_a_value_that_does_not_fit": filled({"binary": b"a"}),
    "fill_of_a_column_that_is_missing": filled({"integer": 1}, cols=["none"]),
    "replace_with_nothing": R(replace=proto.NAReplace(input=ROWS)),
    "replace_of_nothing": R(replace=proto.NAReplace(input=ROWS, replacements=[proto.NAReplace.Replacement()])),
    "replace_of_mixed_types": R(replace=proto.NAReplace(input=ROWS, replacements=[proto.NAReplace.Replacement(old_value=E.Literal(integer=1), new_value=E.Literal(string="a"))])),
    "sample_backwards": R(sample=proto.Sample(input=ROWS, lower_bound=0.9, upper_bound=0.1)),
    "sample_beyond": R(sample=proto.Sample(input=ROWS, lower_bound=0.0, upper_bound=7.5)),
    "sample_by_no_column": R(sample_by=proto.StatSampleBy(input=ROWS, fractions=[proto.StatSampleBy.Fraction(stratum=E.Literal(long=1), fraction=0.5)])),
    "sample_by_a_fraction_beyond": R(sample_by=proto.StatSampleBy(input=ROWS, col=column(), fractions=[proto.StatSampleBy.Fraction(stratum=E.Literal(long=1), fraction=7.5)])),
    "correlation_by_another_method": R(corr=proto.StatCorr(input=ROWS, col1="id", col2="id", method="spearman")),
    "covariance_of_a_column_that_is_missing": R(cov=proto.StatCov(input=ROWS, col1="id", col2="none")),
    "quantile_beyond": R(approx_quantile=proto.StatApproxQuantile(input=ROWS, cols=["id"], probabilities=[7.5], relative_error=0.1)),
    "quantile_of_a_negative_error": R(approx_quantile=proto.StatApproxQuantile(input=ROWS, cols=["id"], probabilities=[0.5], relative_error=-0.1)),
    "frequent_items_of_no_support": R(freq_items=proto.StatFreqItems(input=ROWS, cols=["id"], support=0.0)),
    "summary_of_an_unknown_statistic": R(summary=proto.StatSummary(input=ROWS, statistics=["around"])),
    "limit_below_zero": R(limit=proto.Limit(input=ROWS, limit=-1)),
    "offset_below_zero": R(offset=proto.Offset(input=ROWS, offset=-1)),
    "tail_below_zero": R(tail=proto.Tail(input=ROWS, limit=-1)),
    "repartition_by_no_number": R(repartition=proto.Repartition(input=ROWS)),
    "repartition_into_none": R(repartition=proto.Repartition(input=ROWS, num_partitions=0, shuffle=True)),
    "repartition_by_nothing": R(repartition_by_expression=proto.RepartitionByExpression(input=ROWS)),
    "repartition_by_expression_into_none": R(repartition_by_expression=proto.RepartitionByExpression(input=ROWS, partition_exprs=[column()], num_partitions=0)),
    "range_of_no_step": R(range=proto.Range(start=0, end=3)),
    "range_of_step_zero": R(range=proto.Range(start=0, end=3, step=0)),
    "range_of_no_partitions": R(range=proto.Range(start=0, end=3, step=1, num_partitions=0)),
    "names_too_many": R(to_df=proto.ToDF(input=ROWS, column_names=["a", "b"])),
    "names_none": R(to_df=proto.ToDF(input=ROWS)),
    "with_columns_of_two_names": R(with_columns=proto.WithColumns(input=ROWS, aliases=[alias("a", "b")])),
    "with_columns_of_no_name": R(with_columns=proto.WithColumns(input=ROWS, aliases=[alias()])),
    "with_columns_of_nothing": R(with_columns=proto.WithColumns(input=ROWS, aliases=[E.Alias(name=["a"])])),
    "with_columns_twice_the_same": R(with_columns=proto.WithColumns(input=ROWS, aliases=[alias("a"), alias("A")])),
    "with_columns_of_metadata_of_nonsense": R(with_columns=proto.WithColumns(input=ROWS, aliases=[alias("a", metadata="{")])),
    "drop_of_nothing": R(drop=proto.Drop(input=ROWS)),
    "hint_without_a_name": R(hint=proto.Hint(input=ROWS)),
    "hint_of_a_parameter_that_is_no_constant": R(hint=proto.Hint(input=ROWS, name="repartition", parameters=[call("rand")])),
    "subquery_alias_without_a_name": R(subquery_alias=proto.SubqueryAlias(input=ROWS)),
    "unpivot_without_names": R(unpivot=proto.Unpivot(input=ROWS)),
    "unpivot_of_no_values": R(unpivot=proto.Unpivot(input=ROWS, values=proto.Unpivot.Values(), variable_column_name="a", value_column_name="b")),
    "transpose_of_two_columns": R(transpose=proto.Transpose(input=ROWS, index_columns=[column(), column()])),
    "to_schema_of_no_type": R(to_schema=proto.ToSchema(input=ROWS)),
    "to_schema_of_no_struct": R(to_schema=proto.ToSchema(input=ROWS, schema=INTEGER)),
    "parse_of_no_format": R(parse=proto.Parse(input=ROWS)),
    "parse_of_an_unknown_format": R(parse=proto.Parse(input=ROWS, format=9)),
    "parse_of_two_columns": R(parse=proto.Parse(input=select(column(), column()), format=2)),
    "parse_to_no_struct": R(parse=proto.Parse(input=sql("SELECT '1' AS a"), format=2, schema=INTEGER)),
    "watermark_without_a_column": R(with_watermark=proto.WithWatermark(input=ROWS, delay_threshold="1 minute")),
    "watermark_without_a_delay": R(with_watermark=proto.WithWatermark(input=ROWS, event_time="id")),
    "metrics_without_a_name": R(collect_metrics=proto.CollectMetrics(input=ROWS, metrics=[call("count", column())])),
    "metrics_of_nothing": R(collect_metrics=proto.CollectMetrics(input=ROWS, name="a")),
    "metrics_of_a_column": R(collect_metrics=proto.CollectMetrics(input=ROWS, name="a", metrics=[column()])),
    "read_of_no_kind": R(read=proto.Read()),
    "read_of_a_table_without_a_name": R(read=proto.Read(named_table=proto.Read.NamedTable())),
    "read_of_no_format": R(read=proto.Read(data_source=proto.Read.DataSource())),
    "read_by_predicates": R(read=proto.Read(data_source=proto.Read.DataSource(format="csv", predicates=["a = 1"]))),
    "read_of_jdbc_without_an_address": R(read=proto.Read(data_source=proto.Read.DataSource(format="jdbc", predicates=["a = 1"]))),
    "read_of_a_schema_of_nonsense": R(read=proto.Read(data_source=proto.Read.DataSource(format="csv", schema="nonsense<", paths=["/tmp"]))),
    "read_of_a_schema_that_is_no_struct": R(read=proto.Read(data_source=proto.Read.DataSource(format="csv", schema="int", paths=["/tmp"]))),
    "stream_of_two_paths": R(read=proto.Read(is_streaming=True, data_source=proto.Read.DataSource(format="text", paths=["/tmp/a", "/tmp/b"]))),
    "local_relation_of_nothing": R(local_relation=proto.LocalRelation()),
    "local_relation_of_a_schema_of_nonsense": R(local_relation=proto.LocalRelation(schema="nonsense<")),
    "local_relation_of_a_schema_that_is_no_struct": R(local_relation=proto.LocalRelation(schema="int")),
    "cached_local_relation_without_a_hash": R(cached_local_relation=proto.CachedLocalRelation()),
    "cached_local_relation_of_an_unknown_hash": R(cached_local_relation=proto.CachedLocalRelation(hash="0" * 64)),
    "chunked_local_relation_of_nothing": R(chunked_cached_local_relation=proto.ChunkedCachedLocalRelation()),
    "chunked_local_relation_of_an_unknown_hash": R(chunked_cached_local_relation=proto.ChunkedCachedLocalRelation(dataHashes=["0" * 64])),
    "chunked_local_relation_of_an_unknown_schema": R(chunked_cached_local_relation=proto.ChunkedCachedLocalRelation(dataHashes=["0" * 64], schemaHash="1" * 64)),
    "cached_remote_relation_that_is_missing": R(cached_remote_relation=proto.CachedRemoteRelation(relation_id="none")),
    "with_relations_of_no_root": R(with_relations=proto.WithRelations()),
    "with_relations_beside_a_text_without_an_alias": R(with_relations=proto.WithRelations(root=sql("SELECT 1"), references=[ROWS])),
    "sql_of_nothing": sql(""),
    "sql_of_nonsense": sql("nonsense"),
    "table_function_without_a_name": R(unresolved_table_valued_function=proto.UnresolvedTableValuedFunction()),
    "catalog_call_of_no_kind": R(catalog=proto.Catalog()),
    "grouped_map_without_a_function": R(group_map=proto.GroupMap(input=ROWS, grouping_expressions=[column()])),
    "map_partitions_without_a_function": R(map_partitions=proto.MapPartitions(input=ROWS)),
}

C = proto.Command
COMMANDS = {
    "command_of_no_kind": C(),
    "command_extension": C(extension=any_pb2.Any(type_url="type.googleapis.com/none.Such")),
    "write_of_nothing": C(write_operation=proto.WriteOperation()),
    "write_without_a_target": C(write_operation=proto.WriteOperation(input=ROWS, source="csv", mode=1)),
    "write_without_a_mode": C(write_operation=proto.WriteOperation(input=ROWS, source="csv", path="/tmp/none/such/0", mode=9)),
    "write_of_sort_columns_without_buckets": C(write_operation=proto.WriteOperation(input=ROWS, source="csv", path="/tmp/none/such/1", mode=1, sort_column_names=["id"])),
    "write_of_no_buckets": C(write_operation=proto.WriteOperation(input=ROWS, source="csv", path="/tmp/none/such/2", mode=1, bucket_by=proto.WriteOperation.BucketBy(bucket_column_names=["id"]))),
    "write_table_without_a_name": C(write_operation=proto.WriteOperation(input=ROWS, mode=1, table=proto.WriteOperation.SaveTable(save_method=1))),
    "write_table_of_no_method": C(write_operation=proto.WriteOperation(input=ROWS, mode=1, table=proto.WriteOperation.SaveTable(table_name="none_such"))),
    "write_v2_of_nothing": C(write_operation_v2=proto.WriteOperationV2()),
    "write_v2_of_no_mode": C(write_operation_v2=proto.WriteOperationV2(input=ROWS, table_name="none_such")),
    "view_of_nothing": C(create_dataframe_view=proto.CreateDataFrameViewCommand()),
    "view_without_a_name": C(create_dataframe_view=proto.CreateDataFrameViewCommand(input=ROWS)),
    "view_of_two_parts": C(create_dataframe_view=proto.CreateDataFrameViewCommand(input=ROWS, name="a.b")),
    "sql_command_of_nothing": C(sql_command=proto.SqlCommand()),
    "sql_command_of_rows": C(sql_command=proto.SqlCommand(input=ROWS)),
    "function_of_nothing": C(register_function=proto.CommonInlineUserDefinedFunction()),
    "table_function_of_nothing": C(register_table_function=proto.CommonInlineUserDefinedTableFunction()),
    "data_source_of_nothing": C(register_data_source=proto.CommonInlineUserDefinedDataSource()),
    "stream_of_nothing": C(write_stream_operation_start=proto.WriteStreamOperationStart()),
    "query_command_of_nothing": C(streaming_query_command=proto.StreamingQueryCommand()),
    "query_command_of_an_unknown_query": C(streaming_query_command=proto.StreamingQueryCommand(
        query_id=proto.StreamingQueryInstanceId(id="00112233-4455-6677-8899-aabbccddeeff", run_id="00112233-4455-6677-8899-aabbccddeeff"), status=True)),
    "checkpoint_of_nothing": C(checkpoint_command=proto.CheckpointCommand()),
    "removal_of_nothing": C(remove_cached_remote_relation_command=proto.RemoveCachedRemoteRelationCommand()),
    "merge_of_nothing": C(merge_into_table_command=proto.MergeIntoTableCommand()),
    "ml_command_of_nothing": C(ml_command=proto.MlCommand()),
}


def condition_of(failure):
    """The condition in a gRPC error's details; the class of Java where it has none."""
    status = next((status_pb2.Status.FromString(value) for key, value in failure.trailing_metadata() if key == "grpc-status-details-bin"), None)
    for detail in status.details if status else []:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info.metadata.get("errorClass") or "-"
    return failure.code().name


def answer(server, **plan):
    """The condition with which a server refuses a plan; "none" where it runs."""
    try:
        server.execute(**plan)
    except grpc.RpcError as failure:
        return condition_of(failure)
    return "none"


def answers(port):
    """(name, condition) of every plan, each in a session of its own."""
    for kind, plans in (("relation", RELATIONS), ("command", COMMANDS)):
        for name, plan in plans.items():
            server = Raw(port)
            yield name, answer(server, **{kind: plan})
            server.close()


if __name__ == "__main__":
    for name, condition in answers(int(sys.argv[1])):
        print(name, condition, sep="\t", flush=True)
    os._exit(0)
