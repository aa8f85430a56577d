#include "base/error.h"

#include <gtest/gtest.h>

namespace firesteel {
namespace {

TEST(ErrorTable, IsSortedAndUnique) {
  const auto& rows = error_conditions();
  ASSERT_FALSE(rows.empty());
  for (size_t i = 1; i < rows.size(); ++i) EXPECT_LT(rows[i - 1].name, rows[i].name);
}

TEST(SparkError, RendersTemplateAndStateAsSparkDoes) {
  SparkError error("UNSUPPORTED_FEATURE.RELATION", {{"thing", "parse"}});
  EXPECT_EQ(error.sql_state(), "0A000");
  EXPECT_STREQ(error.what(),
               "[UNSUPPORTED_FEATURE.RELATION] The feature is not supported: the relation parse. SQLSTATE: 0A000");
}

TEST(SparkError, ForeignBytesBecomeReplacementCharacters) {
  const SparkError error("UNSUPPORTED_FEATURE.RELATION", {{"thing", "a\xFF\xC3\xA9\xED\xA0\x80"}});
  EXPECT_EQ(error.parameters()[0].second, "a\uFFFD\u00E9\uFFFD\uFFFD\uFFFD");
}

TEST(SparkError, UnknownConditionIsOurOwnBug) {
  EXPECT_THROW(find_error_condition("NO_SUCH_CONDITION"), std::logic_error);
}

}  // namespace
}  // namespace firesteel
