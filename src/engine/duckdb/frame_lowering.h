// The frame of a window as DuckDB's SQL has it.
#pragma once

#include <string>

#include "plan/expression.h"

namespace firesteel::engine {

// "ROWS BETWEEN … AND …". `is_on_calendar`: the order is one of dates or timestamps, which months are added to.
std::string frame_sql(const plan::WindowFrame& frame, bool is_on_calendar);

}  // namespace firesteel::engine
