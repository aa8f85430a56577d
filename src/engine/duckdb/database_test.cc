#include "engine/duckdb/database.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "engine/duckdb/error_translation.h"

namespace firesteel::engine {
namespace {

std::vector<std::string> rows_of(Database& database, const std::string& sql) {
  auto connection = database.lease();
  auto result = connection->Execute(sql);
  std::vector<std::string> rows;
  while (auto chunk = result.FetchChunk()) {
    for (duckdb::cxx::idx_t row = 0; row < chunk.GetRowCount(); ++row) {
      std::string text;
      for (duckdb::cxx::idx_t column = 0; column < chunk.GetVectorCount(); ++column) {
        if (column > 0) text += '|';
        text += chunk.GetVector(column).GetValue(row).ToText();
      }
      rows.push_back(std::move(text));
    }
  }
  return rows;
}

TEST(Database, RangeKeepsItsOrderOnManyThreads) {
  Database database({.threads = 2});
  auto rows = rows_of(database, "SELECT id FROM fs_range(5, 1000005, 1)");
  ASSERT_EQ(rows.size(), 1000000u);
  EXPECT_EQ(rows.front(), "5");
  EXPECT_EQ(rows[700000], "700005");
  EXPECT_EQ(rows.back(), "1000004");
}

TEST(Database, RangeCountsLikeSpark) {
  Database database({.threads = 1});
  EXPECT_EQ(rows_of(database, "SELECT id FROM fs_range(0, 10, 3)"),
            (std::vector<std::string>{"0", "3", "6", "9"}));
  EXPECT_EQ(rows_of(database, "SELECT id FROM fs_range(3, 0, -2)"),
            (std::vector<std::string>{"3", "1"}));
  EXPECT_TRUE(rows_of(database, "SELECT id FROM fs_range(3, 0, 1)").empty());
}

// sort_reservation.cc: DuckDB's library finds the definition of the executable before its own, and has one of its own.
TEST(Database, StatesOfOperatorsAreConstructedHere) {
  constexpr const char* kConstructor = "_ZN6duckdb20TemporaryMemoryStateC1ERNS_22TemporaryMemoryManagerEm";
  Dl_info first{};
  Dl_info next{};
  ASSERT_NE(dladdr(dlsym(RTLD_DEFAULT, kConstructor), &first), 0);
  ASSERT_NE(dladdr(dlsym(RTLD_NEXT, kConstructor), &next), 0);
  EXPECT_EQ(std::string(first.dli_fname).find("libduckdb"), std::string::npos);
  EXPECT_NE(std::string(next.dli_fname).find("libduckdb"), std::string::npos);
}

TEST(Database, ErrorsOfOursComeBackWhole) {
  try {
    try {
      throw duckdb::cxx::InvalidInputException(
          "Invalid Input Error: " +
          encode_error(SparkError("DIVIDE_BY_ZERO", {{"config", "\"spark.sql.ansi.enabled\""}})));
    } catch (...) {
      rethrow_from_duckdb();
    }
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_EQ(error.condition(), "DIVIDE_BY_ZERO");
    EXPECT_EQ(error.parameters().front().second, "\"spark.sql.ansi.enabled\"");
  }
}

}  // namespace
}  // namespace firesteel::engine
