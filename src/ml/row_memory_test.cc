#include "ml/row_memory.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/error.h"

namespace firesteel::ml {
namespace {

class Account : public MemoryAccount {
 public:
  explicit Account(int64_t room) : room_(room) {}
  bool try_reserve(int64_t bytes) override {
    if (bytes > room_) return false;
    room_ -= bytes;
    return true;
  }
  void release(int64_t bytes) override { room_ += bytes; }
  int64_t room() const { return room_; }

 private:
  int64_t room_;
};

constexpr int64_t kMegabyte = 1 << 20;

TEST(RowMemory, TakesFromTheAccountFirstAndThenFromFiles) {
  Account account(3 * kMegabyte);
  FitContext context;
  context.memory = &account;
  const auto memory = std::make_shared<RowMemory>(context);
  {
    RowVector<int64_t> fits(kMegabyte / 4, 7, RowAllocator<int64_t>(memory));
    EXPECT_EQ(account.room(), kMegabyte);
    EXPECT_EQ(memory->bytes_mapped(), 0);
    RowVector<int64_t> spilled(kMegabyte, 0, RowAllocator<int64_t>(memory));
    EXPECT_EQ(account.room(), kMegabyte);
    EXPECT_EQ(memory->bytes_mapped(), 8 * kMegabyte);
    std::iota(spilled.begin(), spilled.end(), 0);
    EXPECT_EQ(std::accumulate(spilled.begin(), spilled.end(), int64_t{0}), kMegabyte * (kMegabyte - 1) / 2);
    RowVector<int64_t> moved;
    moved = std::move(spilled);
    EXPECT_EQ(moved.back(), kMegabyte - 1);
  }
  EXPECT_EQ(account.room(), 3 * kMegabyte);
  EXPECT_EQ(memory->bytes_mapped(), 0);
}

TEST(RowMemory, GrowsFromTheAccountIntoAFile) {
  Account account(kMegabyte);
  FitContext context;
  context.memory = &account;
  const auto memory = std::make_shared<RowMemory>(context);
  RowVector<int32_t> numbers{RowAllocator<int32_t>(memory)};
  for (int32_t i = 0; i < kMegabyte; ++i) numbers.push_back(i);
  for (int32_t i = 0; i < kMegabyte; ++i) ASSERT_EQ(numbers[i], i);
  EXPECT_GT(memory->bytes_mapped(), 0);
  EXPECT_EQ(account.room(), kMegabyte);
}

TEST(RowMemory, NoRoomAnywhereIsAnError) {
  Account account(0);
  FitContext context;
  context.memory = &account;
  context.temp_dir = "/no/such/folder";
  const auto memory = std::make_shared<RowMemory>(context);
  EXPECT_THROW(memory->allocate(kMegabyte), SparkError);
  EXPECT_EQ(memory->bytes_mapped(), 0);
}

}  // namespace
}  // namespace firesteel::ml
