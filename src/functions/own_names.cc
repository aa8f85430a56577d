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

bool is_built_in(const std::vector<std::string>& parts) {
  const size_t count = parts.size();
  if (count == 1) return true;
  if (!equal_ignoring_case(parts[count - 2], "builtin")) return false;
  return count == 2 || (count == 3 && equal_ignoring_case(parts[0], "system"));
}

void check_namespace(const std::vector<std::string>& parts) {
  const bool names_catalog = parts.size() > 1 && equal_ignoring_case(parts[0], "spark_catalog");
  const std::vector<std::string> rest(parts.begin() + names_catalog, parts.end());
  if (is_built_in(parts) || rest.size() == 2) return;
  throw SparkError("REQUIRES_SINGLE_PART_NAMESPACE", {{"sessionCatalog", "spark_catalog"}, {"identifier", quoted_name(rest)}});
}

}  // namespace firesteel::functions
