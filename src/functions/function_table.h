// Where the rows of the concept files meet. A new concept file adds one line here and one in
// function_table.cc.
#pragma once

#include "functions/function.h"

namespace firesteel::functions {

Rows aggregate_functions();
Rows arithmetic_functions();
Rows array_functions();
Rows bitwise_functions();
Rows comparison_functions();
Rows conditional_functions();
Rows conversion_functions();
Rows datetime_functions();
Rows datetime_part_functions();
Rows format_functions();
Rows json_functions();
Rows text_record_functions();
Rows char_column_functions();
Rows unsupported_functions();
Rows generator_functions();
Rows grouping_functions();
Rows hash_functions();
Rows higher_order_functions();
Rows interval_arithmetic_functions();
Rows map_functions();
Rows math_functions();
Rows miscellaneous_functions();
Rows regex_functions();
Rows sketch_functions();
Rows statistical_aggregate_functions();
Rows string_functions();
Rows struct_functions();
Rows syntax_functions();
Rows table_functions();
Rows tuple_sketch_functions();
Rows variant_functions();
Rows vector_functions();
Rows window_functions();

}  // namespace firesteel::functions
