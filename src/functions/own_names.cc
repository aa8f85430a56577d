#include "functions/own_names.h"

#include "base/error.h"
#include "base/text.h"

namespace firesteel::functions {

bool is_own_name(std::string_view name) { return name.find(' ') != std::string_view::npos || name == "[]"; }

void check_written_name(const std::vector<std::string>& parts) {
  if (!is_own_name(parts.back())) return;
  throw SparkError("UNRESOLVED_ROUTINE",
                   {{"routineName", quoted_name(parts)},
                    {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
}

}  // namespace firesteel::functions
