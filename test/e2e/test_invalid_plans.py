"""What Spark Connect refuses in a plan, by the conditions that it was recorded with (invalid_plans.txt)."""
import os

import pytest

import invalid_plans
from raw import Raw

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "invalid_plans.txt")) as recorded:
    CONDITIONS = dict(line.rstrip("\n").split("\t") for line in recorded)

LATER = "commands and functions that are not there yet are refused as such"
BEFORE = "another check comes first"
OTHERWISE = {
    "alias_with_metadata_of_nonsense": "metadata is handed on as it is", "with_columns_of_metadata_of_nonsense": "metadata is handed on as it is",
    "alias_without_names": BEFORE, "read_of_a_schema_that_is_no_struct": "a single type is taken for a column named value",
    "array_literal_that_mixes": "Spark reads such an element as zero",
    "star_of_an_unknown_plan": BEFORE, "sort_order_as_a_column": "Spark fails there by a bug", "data_source_of_nothing": LATER, "function_of_nothing": LATER, "grouped_map_without_a_function": LATER,
    "join_with_types": LATER, "lambda_alone": BEFORE, "merge_action_in_a_query": LATER, "merge_of_nothing": LATER,
    "metrics_of_nothing": "nothing is observed", "named_argument_alone": "the argument is its value", "query_command_of_an_unknown_query": LATER,
    "shuffle_id_in_a_query": LATER, "stream_of_nothing": LATER, "subquery_of_an_unknown_plan": BEFORE, "table_function_of_nothing": LATER,
    "transpose_of_two_columns": "Spark fails there by a bug", "type_string_of_an_unknown_collation": "a collation is looked up where it counts",
    "udt_of_a_class_that_is_none": "there are no classes of Java to look at", "view_of_two_parts": "Spark keeps a view that nobody can name",
}


@pytest.mark.parametrize("name", [*invalid_plans.RELATIONS, *invalid_plans.COMMANDS])
def test_condition(server, name):
    kind = "relation" if name in invalid_plans.RELATIONS else "command"
    own = Raw(server.port)
    plan = (invalid_plans.RELATIONS | invalid_plans.COMMANDS)[name]
    given, wanted = invalid_plans.answer(own, **{kind: plan}), CONDITIONS[name]
    own.close()
    assert given != "INTERNAL_ERROR"
    if wanted == "-":                                     # an exception of Java, which has no condition
        assert given != "none" or name in OTHERWISE
    elif name in OTHERWISE:
        assert given != wanted, "it agrees by now"
    else:
        assert given == wanted
