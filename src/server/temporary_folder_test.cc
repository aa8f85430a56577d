#include "server/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace firesteel::server {
namespace {

namespace fs = std::filesystem;

TEST(TemporaryFolder, IsRemovedWithWhatIsInIt) {
  const fs::path parent = fs::path(testing::TempDir()) / "removed";
  std::string path;
  {
    TemporaryFolder folder(parent);
    path = folder.path();
    std::ofstream(fs::path(path) / "spilled") << "rows";
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolder, OnlyFoldersWithoutALivingServerAreSweptUp) {
  const fs::path parent = fs::path(testing::TempDir()) / "swept";
  fs::create_directories(parent / "firesteel-left00");
  std::ofstream(parent / "firesteel-left00" / "lock") << "";
  fs::create_directories(parent / "mine");
  TemporaryFolder living(parent);
  EXPECT_FALSE(fs::exists(parent / "firesteel-left00"));
  TemporaryFolder another(parent);
  EXPECT_TRUE(fs::exists(living.path()));
  EXPECT_TRUE(fs::exists(parent / "mine"));
}

TEST(TemporaryFolder, SaysWhyItCannotBeMade) {
  EXPECT_THROW(TemporaryFolder("/proc/nowhere"), std::runtime_error);
}

}  // namespace
}  // namespace firesteel::server
