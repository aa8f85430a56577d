#include "engine/duckdb/time_parsers.h"

namespace firesteel::engine {

using functions::kernel::LegacyFormat;
using functions::kernel::TimeParserPolicy;

std::string time_parser_suffix(functions::kernel::TimeParser parser) {
  if (parser.policy == TimeParserPolicy::kCorrected) return "";
  std::string suffix = parser.policy == TimeParserPolicy::kLegacy ? "_legacy" : "_exception";
  if (parser.legacy == LegacyFormat::kFast) suffix += "_fast";
  return suffix;
}

TimeParserPolicy time_parser_policy(const std::function<std::optional<std::string>(std::string_view key)>& configuration) {
  if (!configuration) return TimeParserPolicy::kCorrected;
  return functions::kernel::time_parser_policy(configuration(functions::kernel::kTimeParserPolicyKey).value_or(""));
}

}  // namespace firesteel::engine
