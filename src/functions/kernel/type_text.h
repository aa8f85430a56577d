// Types as from_json and from_csv take them: JSON, or the common part of Spark's DDL.
#pragma once

#include <string_view>

#include "plan/type.h"

namespace firesteel::functions::kernel {

// 'a INT, b ARRAY<STRING>', 'STRUCT<a: INT>', 'MAP<STRING, INT>' or DataType.json. A list of columns
// is a struct. `timestamps_are_local`: TIMESTAMP in DDL is TIMESTAMP_NTZ. Raises PARSE_SYNTAX_ERROR's kin for what is
// none of these.
plan::Type parse_type_text(std::string_view text, bool timestamps_are_local = false);

}  // namespace firesteel::functions::kernel
