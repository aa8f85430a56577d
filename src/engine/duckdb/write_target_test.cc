#include "engine/duckdb/write_target.h"

#include "base/error.h"
#include "engine/engine.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace firesteel::engine {
namespace {

namespace fs = std::filesystem;

class LocalWriteTarget : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "firesteel_write_target_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    target_ = folder_ / "table";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<WriteTarget> make(const std::string& id) const {
    return WriteTarget::make(target_.string(), id, FileAccess());
  }

  static WriteTarget::Move stage(const fs::path& staging, const std::string& name, const std::string& place) {
    std::ofstream(staging / name) << name;
    return {staging / name, place};
  }

  std::set<std::string> files() const {
    std::set<std::string> found;
    if (!fs::exists(target_)) return found;
    for (const auto& entry : fs::recursive_directory_iterator(target_)) {
      found.insert(entry.path().lexically_relative(target_).string());
    }
    return found;
  }

  void write_old_table() const {
    const auto old = make("old");
    const fs::path staging = old->create_staging();
    old->commit({stage(staging, "a", "part-a"), stage(staging, "b", "k=1/part-b")}, false, [] {});
  }

  fs::path folder_;
  fs::path target_;
};

const std::set<std::string> kOldFiles = {"_SUCCESS", "k=1", "k=1/part-b", "part-a"};

TEST_F(LocalWriteTarget, AppendsBesideWhatIsThere) {
  write_old_table();
  const auto next = make("next");
  next->commit({stage(next->create_staging(), "c", "k=1/part-c")}, false, [] {});
  EXPECT_EQ(files(), (std::set<std::string>{"_SUCCESS", "k=1", "k=1/part-b", "k=1/part-c", "part-a"}));
}

TEST_F(LocalWriteTarget, OverwriteLeavesTheNewFilesAlone) {
  write_old_table();
  const auto next = make("next");
  next->commit({stage(next->create_staging(), "c", "part-c")}, true, [] {});
  EXPECT_EQ(files(), (std::set<std::string>{"_SUCCESS", "part-c"}));
}

TEST_F(LocalWriteTarget, FailedOverwriteBringsTheOldFilesBack) {
  write_old_table();
  const auto next = make("next");
  const fs::path staging = next->create_staging();
  const std::vector<WriteTarget::Move> moves = {stage(staging, "c", "part-c"), stage(staging, "d", "k=1/part-d"),
                                                {staging / "nothing", "part-e"}};
  EXPECT_THROW(next->commit(moves, true, [] {}), fs::filesystem_error);
  next->discard();
  EXPECT_EQ(files(), kOldFiles);
}

TEST_F(LocalWriteTarget, FailedAppendLeavesNoneOfItsFiles) {
  write_old_table();
  const auto next = make("next");
  const fs::path staging = next->create_staging();
  EXPECT_THROW(next->commit({stage(staging, "c", "k=2/part-c"), {staging / "nothing", "part-e"}}, false, [] {}),
               fs::filesystem_error);
  next->discard();
  EXPECT_EQ(files(), kOldFiles);
}

TEST_F(LocalWriteTarget, CommitOfACancelledWriteShowsNothing) {
  write_old_table();
  Cancellation cancellation;
  EXPECT_TRUE(cancellation.cancel());
  const auto next = make("next");
  const auto begin = [&] { cancellation.close(); };
  EXPECT_THROW(next->commit({stage(next->create_staging(), "c", "part-c")}, true, begin), SparkError);
  next->discard();
  EXPECT_EQ(files(), kOldFiles);
}

TEST_F(LocalWriteTarget, NobodyCancelsAWriteThatShows) {
  Cancellation cancellation;
  const auto next = make("next");
  next->commit({stage(next->create_staging(), "c", "part-c")}, false, [&] { cancellation.close(); });
  EXPECT_FALSE(cancellation.cancel());
  EXPECT_FALSE(cancellation.is_cancelled());
}

TEST_F(LocalWriteTarget, DiscardedWriteOfANewFolderKeepsTheFilesOfAnotherWriter) {
  const auto fails = make("fails");
  fails->create_staging();
  write_old_table();
  fails->discard();
  EXPECT_EQ(files(), kOldFiles);
}

TEST_F(LocalWriteTarget, DiscardedWriteLeavesNoFolder) {
  const auto fails = make("fails");
  stage(fails->create_staging(), "a", "part-a");
  fails->discard();
  EXPECT_FALSE(fs::exists(target_));
}

}  // namespace
}  // namespace firesteel::engine
