#include "server/properties_file.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace firesteel::server {
namespace {

// The expected values are what java.util.Properties documents for its load method.
TEST(PropertiesFile, ReadsTheFormatOfSparkDefaults) {
  const Config::Values values = parse_properties(R"(# a comment
! another
spark.sql.ansi.enabled           false
spark.a=1
spark.b : two words  
  spark.c   =   x=y
spark.long  first,\
            second
spark.empty
spark.escaped\ key  tab\there \u00e9
other.key 5
)");
  const Config::Values expected = {{"spark.sql.ansi.enabled", "false"},
                                   {"spark.a", "1"},
                                   {"spark.b", "two words"},
                                   {"spark.c", "x=y"},
                                   {"spark.long", "first,second"},
                                   {"spark.empty", ""},
                                   {"spark.escaped key", "tab\there \xc3\xa9"}};
  EXPECT_EQ(values, expected);
}

TEST(PropertiesFile, RefusesAMalformedEscape) {
  EXPECT_THROW(parse_properties("spark.a \\u12"), std::invalid_argument);
}

}  // namespace
}  // namespace firesteel::server
