// What views and functions of the catalog have in common: they mean what they meant in the session that made them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analyze/analyzer.h"
#include "base/config.h"
#include "connect/request_context.h"

namespace firesteel::connect {

// The settings that a definition keeps, as the session has them now (ViewHelper.shouldCaptureConfig).
std::map<std::string, std::string> kept_configuration(const RequestContext& context);
// The session's configuration where `kept` stands for all that a definition keeps.
std::shared_ptr<const Config> configuration_as_made(const RequestContext& context, const std::map<std::string, std::string>& kept);

// Throws INVALID_TEMP_OBJ_REFERENCE: `object` ("VIEW", "FUNCTION") of the quoted name outlives what it names.
[[noreturn]] void throw_temporary(const std::string& object, const std::string& object_name, const std::string& temporary_kind,
                                  const std::vector<std::string>& temporary_name);

// The surroundings `analysis` in which views, functions and variables of the session throw so.
analyze::AnalysisContext without_temporary_objects(const RequestContext& context, analyze::AnalysisContext analysis,
                                                   const std::string& object, const std::string& object_name);

}  // namespace firesteel::connect
