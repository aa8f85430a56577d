#include "plan/shared_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace firesteel::plan {
namespace {

SharedList<std::string> numbers(size_t count) {
  std::vector<std::string> all;
  for (size_t i = 0; i < count; ++i) all.push_back(std::to_string(i));
  return all;
}

std::vector<std::string> elements(const SharedList<std::string>& list) { return list; }

TEST(SharedList, HoldsWhatAVectorHolds) {
  for (const size_t count : {0, 1, 31, 32, 33, 64, 100}) {
    const SharedList<std::string> list = numbers(count);
    SharedList<std::string> grown;
    for (size_t i = 0; i < count; ++i) grown.push_back(std::to_string(i));
    EXPECT_EQ(list.size(), count);
    EXPECT_EQ(list.empty(), count == 0);
    EXPECT_EQ(elements(list), elements(grown));
    EXPECT_EQ(SharedList<std::string>(list.begin(), list.end()).size(), count);
    for (size_t i = 0; i < count; ++i) EXPECT_EQ(list[i], std::to_string(i));
  }
  EXPECT_EQ(numbers(40).back(), "39");
  EXPECT_THROW(numbers(40).at(40), std::out_of_range);
}

TEST(SharedList, IteratorsGoAnywhere) {
  const SharedList<std::string> list = numbers(100);
  EXPECT_EQ(list.end() - list.begin(), 100);
  EXPECT_EQ(*(list.begin() + 70), "70");
  EXPECT_EQ(std::find(list.begin(), list.end(), "65") - list.begin(), 65);
  EXPECT_TRUE(std::ranges::any_of(list, [](const std::string& e) { return e == "99"; }));
  EXPECT_LT(list.begin() + 3, list.begin() + 4);
}

TEST(SharedList, CopiesShareWhatNeitherChanged) {
  const SharedList<std::string> list = numbers(100);
  SharedList<std::string> copy = list;
  EXPECT_TRUE(copy.is_shared_with(list));
  copy.writable(40) = "changed";
  copy.push_back("added");
  EXPECT_FALSE(copy.is_shared_with(list));
  EXPECT_EQ(elements(list), elements(numbers(100)));
  EXPECT_EQ(copy[40], "changed");
  EXPECT_EQ(copy[100], "added");
  EXPECT_EQ(&copy[0], &list[0]);    // another part
  EXPECT_NE(&copy[41], &list[41]);  // the part of the change
  EXPECT_FALSE(numbers(100).is_shared_with(list));
}

TEST(SharedList, LosesElementsAlone) {
  const SharedList<std::string> list = numbers(100);
  SharedList<std::string> copy = list;
  erase_if(copy, [](const std::string& e) { return e == "none"; });
  EXPECT_TRUE(copy.is_shared_with(list));
  erase_if(copy, [](const std::string& e) { return e.size() == 1; });
  EXPECT_EQ(copy.size(), 90u);
  EXPECT_EQ(copy.front(), "10");
  EXPECT_EQ(list.size(), 100u);
}

TEST(SharedList, GrowsByTheElementsOfAnother) {
  SharedList<std::string> list = numbers(40);
  const SharedList<std::string> more = numbers(3);
  list.append(more.begin() + 1, more.end());
  EXPECT_EQ(list.size(), 42u);
  EXPECT_EQ(list.back(), "2");
}

}  // namespace
}  // namespace firesteel::plan
