#include "connect/table_functions.h"

#include <algorithm>

#include "base/error.h"
#include "connect/local_table.h"
#include "functions/collation_list.h"
#include "sql/keyword.h"

namespace firesteel::connect {

namespace {

using functions::CollationLocale;
using plan::RelationPtr;
using plan::Type;
using Rows = std::vector<std::vector<Cell>>;

constexpr const char* kWorkerLogging = "spark.sql.pyspark.worker.logging.enabled";

Cell text_or_null(std::string_view text) { return text.empty() ? Cell() : Cell(std::string(text)); }

RelationPtr sql_keywords(const RequestContext& context) {
  const bool enforces = context.session.config().get_boolean("spark.sql.ansi.enabled") &&
                        context.session.config().get_boolean("spark.sql.ansi.enforceReservedKeywords");
  Rows rows;
  for (const std::string_view word : sql::all_keywords()) {
    rows.push_back({std::string(word), enforces && sql::is_reserved(sql::find_keyword(word))});
  }
  return make_local_table({{"keyword", Type::string(), false}, {"reserved", Type::boolean(), false}}, rows);
}

void add_collation(Rows& rows, const CollationLocale& locale, std::string_view suffix, std::string_view version) {
  const bool ignores_accents = suffix.find("_AI") != std::string_view::npos;
  const bool ignores_case = suffix.find("_CI") != std::string_view::npos || locale.name == "UTF8_LCASE";
  const bool trims = suffix.find("_RTRIM") != std::string_view::npos;
  rows.push_back({"SYSTEM",
                  "BUILTIN",
                  std::string(locale.name) + std::string(suffix),
                  text_or_null(locale.language),
                  text_or_null(locale.country),
                  ignores_accents ? "ACCENT_INSENSITIVE" : "ACCENT_SENSITIVE",
                  ignores_case ? "CASE_INSENSITIVE" : "CASE_SENSITIVE",
                  trims ? "RTRIM" : "NO_PAD",
                  text_or_null(version)});
}

// CollationFactory.listCollations: those of UTF-8 first, which need no library.
RelationPtr collations(const RequestContext&) {
  Rows rows;
  for (const char* suffix : {"", "_RTRIM"}) {
    for (const char* name : {"UTF8_BINARY", "UTF8_LCASE"}) add_collation(rows, {name, "", ""}, suffix, "");
  }
  static const char* const suffixes[] = {"", "_AI", "_AI_RTRIM", "_CI", "_CI_AI", "_CI_AI_RTRIM", "_CI_RTRIM", "_RTRIM"};
  for (const CollationLocale& locale : functions::collation_locales()) {
    for (const char* suffix : suffixes) add_collation(rows, locale, suffix, functions::collation_library_version());
  }
  // The others stand by their names, those of a country among those of its language.
  std::sort(rows.begin() + 4, rows.end(), [](const auto& a, const auto& b) { return *a[2].text < *b[2].text; });
  return make_local_table({{"CATALOG", Type::string(), false},
                           {"SCHEMA", Type::string(), false},
                           {"NAME", Type::string(), false},
                           {"LANGUAGE"},
                           {"COUNTRY"},
                           {"ACCENT_SENSITIVITY", Type::string(), false},
                           {"CASE_SENSITIVITY", Type::string(), false},
                           {"PAD_ATTRIBUTE", Type::string(), false},
                           {"ICU_VERSION"}},
                          rows);
}

// Nothing writes logs before there are Python workers (PythonWorkerLogs).
RelationPtr python_worker_logs(const RequestContext& context) {
  if (context.session.config().find(kWorkerLogging).value_or("false") != "true") {
    throw SparkError("FEATURE_NOT_ENABLED", {{"featureName", "Python Worker Logging"},
                                             {"configKey", kWorkerLogging},
                                             {"configValue", "true"}});
  }
  const Type frame = Type::structure({{"class", Type::string(), true, ""},
                                      {"method", Type::string(), true, ""},
                                      {"file", Type::string(), true, ""},
                                      {"line", Type::string(), true, ""}});
  const Type exception = Type::structure({{"class", Type::string(), true, ""},
                                          {"msg", Type::string(), true, ""},
                                          {"stacktrace", Type::array(frame), true, ""}});
  return make_local_table({{"ts", Type::timestamp()},
                           {"level"},
                           {"msg"},
                           {"context", Type::map(Type::string(), Type::string())},
                           {"exception", exception},
                           {"logger"}},
                          {});
}

}  // namespace

RelationPtr run_table_function(const RequestContext& context, const plan::CatalogCall& call) {
  if (call.name == "sql_keywords") return sql_keywords(context);
  if (call.name == "collations") return collations(context);
  if (call.name == "python_worker_logs") return python_worker_logs(context);
  return nullptr;
}

}  // namespace firesteel::connect
