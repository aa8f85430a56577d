#include "sql/variable_substitution.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace firesteel::sql {
namespace {

std::string substituted_with(const std::string& text, const std::map<std::string, std::string>& values) {
  ParserOptions options;
  options.variable = [&](const std::string& prefix, const std::string& key) -> std::optional<std::string> {
    if (!prefix.empty() && prefix != "spark") return std::nullopt;
    const auto found = values.find(key);
    return found != values.end() ? found->second : "";
  };
  return substituted(text, options);
}

TEST(VariableSubstitution, ReplacesReferencesAndThoseInTheirValues) {
  EXPECT_EQ(substituted_with("${a}${spark:a}-${b}", {{"a", "1"}, {"b", "<${a}>"}}), "11-<1>");
  EXPECT_EQ(substituted_with("${a:b:c} ${spark:b:c}", {{"b:c", "1"}}), "${a:b:c} 1");
  EXPECT_EQ(substituted_with("${none}", {}), "");
}

TEST(VariableSubstitution, LeavesWhatIsNoReference) {
  for (const char* text : {"", "$", "${", "${}", "${a", "${a b}", "$ {a}", "${\n}", "${other:a}"}) {
    EXPECT_EQ(substituted_with(text, {{"a", "1"}}), text);
  }
  EXPECT_EQ(substituted("${a}", {}), "${a}");
  EXPECT_EQ(substituted_with("${a b ${a}} ${a}", {{"a", "1"}}), "${a b 1} 1");
  EXPECT_EQ(substituted_with("${}} ${a:}", {{"}", "1"}, {"a:", "2"}}), "1 2");
}

TEST(VariableSubstitution, EndsWhereValuesGoInCirclesOrGrow) {
  EXPECT_THROW(substituted_with("${a}", {{"a", "${b}"}, {"b", "${a}"}}), SparkError);
  std::map<std::string, std::string> doubling;
  std::map<std::string, std::string> chain;
  for (int i = 0; i < 1000; ++i) {
    const std::string next = "${v" + std::to_string(i + 1) + "}";
    if (i < 64) doubling["v" + std::to_string(i)] = next + next;
    chain["v" + std::to_string(i)] = next;
  }
  EXPECT_THROW(substituted_with("${v0}", doubling), SparkError);
  EXPECT_THROW(substituted_with("${v0}", chain), SparkError);
}

TEST(VariableSubstitution, TakesTimeInProportionToTheText) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "${";
  EXPECT_EQ(substituted_with(text, {}), text);
}

}  // namespace
}  // namespace firesteel::sql
