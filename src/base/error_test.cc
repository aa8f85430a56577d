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
  SparkError error("DIVIDE_BY_ZERO", {{"config", "\"spark.sql.ansi.enabled\""}});
  EXPECT_EQ(error.condition(), "DIVIDE_BY_ZERO");
  EXPECT_EQ(error.sql_state(), "22012");
  EXPECT_EQ(std::string(error.what()).rfind("[DIVIDE_BY_ZERO] ", 0), 0u) << error.what();
  EXPECT_NE(std::string(error.what()).find("SQLSTATE: 22012"), std::string::npos) << error.what();
}

TEST(SparkError, UnknownConditionIsOurOwnBug) {
  EXPECT_THROW(find_error_condition("NO_SUCH_CONDITION"), std::logic_error);
}

}  // namespace
}  // namespace firesteel
