// What the settings say of texts of SQL, and their values in place of ${key}.
#include <string>

#include "base/config.h"
#include "base/config_values.h"
#include "base/error.h"
#include "base/text.h"
#include "connect/decode.h"
#include "functions/kernel/java_regex.h"

namespace firesteel::connect {

namespace {

// SQLConf.redactOptions: a value is not shown if it or its key may be a secret.
std::string redacted(const Config& config, const std::string& key, std::string value) {
  constexpr std::string_view kSecrets = "(?i)secret|password|token|access[.]?key";  // spark.redaction.regex
  for (const std::string& pattern : {config.get("spark.sql.redaction.options.regex"), std::string(kSecrets)}) {
    const functions::kernel::JavaRegex regex(pattern);
    if (regex.find(key) || regex.find(value)) return "*********(redacted)";
  }
  return value;
}

// VariableSubstitution: the value that the key was given, not its default; nothing for a prefix that is none.
std::optional<std::string> variable(const Config& config, const std::string& prefix, const std::string& key) {
  // Spark shows its own environment and properties. This server's are not for whoever may connect to it.
  if (prefix == "env" || prefix == "system") {
    throw_unsupported("EXPRESSION", "${" + prefix + ":" + key + "}, which would show the server's environment");
  }
  if (!prefix.empty() && prefix != "spark" && prefix != "sparkconf" && prefix != "hivevar" && prefix != "hiveconf") return std::nullopt;
  const std::optional<std::string> value = config.get_or(key, std::nullopt);
  if (!value) check_config_value(key, "");  // SQLConf.getConfString reads the empty text as a value of the key
  return redacted(config, key, value.value_or(""));
}

}  // namespace

sql::ParserOptions parser_options(const Config& config) {
  const auto is_set = [&](std::string_view key) { return config.get_boolean(key); };
  sql::ParserOptions options;
  options.ansi = is_set("spark.sql.ansi.enabled");
  options.enforce_reserved_keywords = options.ansi && is_set("spark.sql.ansi.enforceReservedKeywords");
  options.double_quoted_identifiers = options.ansi && is_set("spark.sql.ansi.doubleQuotedIdentifiers");
  options.time_zone = config.get("spark.sql.session.timeZone");
  options.escaped_string_literals = is_set("spark.sql.parser.escapedStringLiterals");
  options.timestamp_ntz_default = timestamps_are_local([&](std::string_view key) { return config.find(key); });
  options.single_character_pipe = is_set("spark.sql.parser.singleCharacterPipeOperator.enabled");
  options.equal_set_precedence = is_set("spark.sql.legacy.setopsPrecedence.enabled");
  options.allows_named_arguments = is_set("spark.sql.allowNamedFunctionArguments");
  options.allows_pipe_operators = is_set("spark.sql.operatorPipeSyntaxEnabled");
  options.allows_default_columns = is_set("spark.sql.defaultColumn.enabled");
  options.allows_scripts = is_set("spark.sql.scripting.enabled");
  options.regex_column_names = is_set("spark.sql.parser.quotedRegexColumnNames");
  options.doubled_quotes_join = is_set("spark.sql.legacy.consecutiveStringLiterals.enabled");
  options.exponent_is_decimal = is_set("spark.sql.legacy.exponentLiteralAsDecimal.enabled");
  options.bang_is_not = is_set("spark.sql.legacy.bangEqualsNot");
  options.identifier_clause_is_name = is_set("spark.sql.legacy.identifierClause");
  options.between_is_two = is_set("spark.sql.legacy.duplicateBetweenInput");
  if (is_set("spark.sql.variable.substitute")) {
    options.variable = [&config](const std::string& prefix, const std::string& key) { return variable(config, prefix, key); };
  }
  return options;
}

}  // namespace firesteel::connect
