#include "base/memory_budget.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace firesteel {
namespace {

TEST(MemoryLimit, IsAShareOrASize) {
  EXPECT_EQ(parse_memory_limit("80%", 1000), 800);
  EXPECT_EQ(parse_memory_limit("4GB", 1), int64_t{4} << 30);
  EXPECT_EQ(parse_memory_limit("512m", 1), int64_t{512} << 20);
  EXPECT_EQ(parse_memory_limit("1.5 GiB", 1), int64_t{3} << 29);
  EXPECT_EQ(parse_memory_limit("4096", 1), 4096);
  for (const char* wrong : {"", "%", "-1g", "0", "120%", "4 apples", "1e400g", "nan"}) {
    EXPECT_EQ(parse_memory_limit(wrong, 1000), std::nullopt) << wrong;
  }
}

TEST(MemoryBudget, CountsWhoHoldsWhatUntilReleased) {
  MemoryBudget budget(100);
  {
    MemoryBudget::Reservation blocks = budget.reserve("training blocks", 60);
    MemoryBudget::Reservation buffers = budget.reserve("reattach buffers", 30);
    EXPECT_EQ(budget.available_bytes(), 10);
    EXPECT_EQ(budget.reserved_by_consumer().at("training blocks"), 60);
    MemoryBudget::Reservation moved = std::move(blocks);
    EXPECT_EQ(budget.reserved_bytes(), 90);
    moved.resize(10);
    EXPECT_EQ(budget.reserved_bytes(), 40);
  }
  EXPECT_EQ(budget.reserved_bytes(), 0);
  EXPECT_EQ(budget.peak_bytes(), 90);
  EXPECT_TRUE(budget.reserved_by_consumer().empty());
}

TEST(MemoryBudget, RefusesWhatTheLimitDoesNotAllowAndChangesNothing) {
  MemoryBudget budget(100);
  MemoryBudget::Reservation first = budget.reserve("a", 70);
  EXPECT_FALSE(budget.try_reserve("b", 31).has_value());
  EXPECT_FALSE(first.try_resize(101));
  EXPECT_EQ(budget.reserved_bytes(), 70);
  try {
    budget.reserve("b", 31);
    FAIL() << "more than the limit was reserved";
  } catch (const SparkError& error) {
    EXPECT_EQ(error.condition(), "UNABLE_TO_ACQUIRE_MEMORY");
    EXPECT_EQ(error.sql_state(), "53200");
  }
  EXPECT_TRUE(budget.try_reserve("b", 30).has_value());
}

}  // namespace
}  // namespace firesteel
