#include "connect/definitions.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "connect/session_state.h"
#include "connect/table_calls.h"

namespace firesteel::connect {

namespace {

bool is_kept(const std::string& key) {
  static const char* const prefixes[] = {"spark.sql.optimizer.", "spark.sql.codegen.", "spark.sql.execution.",
                                         "spark.sql.shuffle.", "spark.sql.adaptive."};
  return key.starts_with("spark.sql.") && Config::is_modifiable(key) &&
         std::none_of(std::begin(prefixes), std::end(prefixes), [&](const char* prefix) { return key.starts_with(prefix); });
}

}  // namespace

std::map<std::string, std::string> kept_configuration(const RequestContext& context) {
  std::map<std::string, std::string> kept;
  for (const auto& [key, value] : context.session.config().values()) {
    if (is_kept(key)) kept[key] = value;
  }
  return kept;
}

std::shared_ptr<const Config> configuration_as_made(const RequestContext& context, const std::map<std::string, std::string>& kept) {
  Config::Values values = context.session.config().values();
  std::erase_if(values, [](const auto& entry) { return is_kept(entry.first); });
  for (const auto& [key, value] : kept) values.insert_or_assign(key, value);
  return std::make_shared<const Config>(std::move(values));
}

void throw_temporary(const std::string& object, const std::string& object_name, const std::string& temporary_kind,
                     const std::vector<std::string>& temporary_name) {
  throw SparkError("INVALID_TEMP_OBJ_REFERENCE", {{"obj", object},
                                                  {"objName", object_name},
                                                  {"tempObj", temporary_kind},
                                                  {"tempObjName", quoted_name(temporary_name)}});
}

analyze::AnalysisContext without_temporary_objects(const RequestContext& context, analyze::AnalysisContext analysis,
                                                   const std::string& object, const std::string& object_name) {
  analysis.find_view = [=, find = analysis.find_view](const std::vector<std::string>& name) {
    if (find_temporary_view(context, name)) throw_temporary(object, object_name, "VIEW", name);
    return find(name);
  };
  analysis.find_function = [=, find = analysis.find_function](const std::vector<std::string>& name) {
    const std::optional<std::string> own = session_name(name);
    if (own && context.session.state().functions().find(*own)) throw_temporary(object, object_name, "FUNCTION", {*own});
    return find(name);
  };
  analysis.find_variable = [=, find = analysis.find_variable](const std::vector<std::string>& name) {
    auto found = find(name);
    if (found) throw_temporary(object, object_name, "VARIABLE", name);
    return found;
  };
  return analysis;
}

}  // namespace firesteel::connect
