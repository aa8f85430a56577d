#include "base/logging.h"

#include <gtest/gtest.h>

namespace firesteel {
namespace {

TEST(Logging, AValueThatCouldBreakTheLineIsQuoted) {
  EXPECT_EQ(format_log_line("operation", {{"session", "a-b"}, {"rows", 12}, {"cached", false}}),
            "operation session=a-b rows=12 cached=false");
  EXPECT_EQ(format_log_line("error", {{"message", "two\nlines \"x\""}, {"tag", ""}}),
            R"(error message="two\nlines \"x\"" tag="")");
  EXPECT_EQ(format_log_line("error", {{"message", std::string_view("\x1b[31m\0", 6)}}),
            R"(error message="\x1b[31m\x00")");
}

TEST(Logging, LevelsHaveSparksNames) {
  EXPECT_EQ(parse_log_level("WARN"), LogLevel::kWarning);
  EXPECT_EQ(parse_log_level("off"), LogLevel::kOff);
  EXPECT_EQ(parse_log_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace firesteel
