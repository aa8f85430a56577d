#include "catalog/warehouse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"

namespace firesteel::catalog {
namespace {

namespace fs = std::filesystem;

class WarehouseTest : public testing::Test {
 protected:
  WarehouseTest() {
    std::string name = (fs::temp_directory_path() / "firesteel_warehouse_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~WarehouseTest() override { fs::remove_all(folder_); }

  fs::path file() const { return fs::path(folder_) / ".firesteel" / "catalog.json"; }
  Table table(const std::string& name) const {
    Table table;
    table.database = kDefaultDatabase;
    table.name = name;
    table.provider = "parquet";
    table.schema = {{"a", plan::Type::integer(), true, {}}};
    table.location = (fs::path(folder_) / name).string();
    return table;
  }

  std::string folder_;
};

std::vector<std::string> names(const Warehouse& warehouse) {
  std::vector<std::string> result;
  for (const Table& table : warehouse.tables(kDefaultDatabase)) result.push_back(table.name);
  return result;
}

TEST_F(WarehouseTest, IsReadAgain) {
  {
    Warehouse warehouse(folder_);
    warehouse.create_database({"Other", "text", ""}, false);
    warehouse.create_table(table("t"));
  }
  const Warehouse warehouse(folder_);
  EXPECT_EQ(warehouse.database("OTHER").description, "text");
  EXPECT_EQ(warehouse.find_table("default", "T")->schema, table("t").schema);
}

TEST_F(WarehouseTest, UnreadableCatalogIsKept) {
  Warehouse(folder_).create_table(table("t"));
  const std::string text = R"({"databases": [], "tables": [{"name": "of a later version"}]})";
  std::ofstream(file()) << text;
  EXPECT_THROW(Warehouse{folder_}, SparkError);
  std::ifstream kept(file());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), text);
}

TEST_F(WarehouseTest, CatalogThatBecomesUnreadableIsNotOverwritten) {
  Warehouse warehouse(folder_);
  warehouse.create_table(table("t"));
  const auto size = fs::file_size(file());
  fs::resize_file(file(), size / 2);
  EXPECT_THROW(warehouse.create_table(table("u")), SparkError);
  EXPECT_EQ(fs::file_size(file()), size / 2);
}

TEST_F(WarehouseTest, ServersThatShareAFolderLoseNothing) {
  Warehouse first(folder_);
  Warehouse second(folder_);
  first.create_table(table("a"));
  EXPECT_THAT(names(second), testing::ElementsAre("a"));
  const auto create = [this](Warehouse& warehouse, const std::string& prefix) {
    for (int i = 0; i < 20; ++i) warehouse.create_table(table(prefix + std::to_string(i)));
  };
  std::thread other([&] { create(second, "s"); });
  create(first, "f");
  other.join();
  EXPECT_EQ(names(first).size(), 41);
  EXPECT_EQ(names(second), names(first));
  second.drop_table("default", "a");
  EXPECT_FALSE(first.find_table("default", "a"));
  EXPECT_THROW(first.create_table(table("s1")), SparkError);
}

TEST_F(WarehouseTest, ChangeThatCannotBeWrittenHasNotHappened) {
  Warehouse warehouse(folder_);
  warehouse.create_table(table("t"));
  fs::create_directory(table("t").location);
  fs::create_directory(file().string() + ".new");  // where the next version would be written
  const int64_t version = warehouse.version();
  EXPECT_THROW(warehouse.create_table(table("u")), SparkError);
  EXPECT_THROW(warehouse.drop_table("default", "t"), SparkError);
  EXPECT_THROW(warehouse.rename_table("default", "t", "v"), SparkError);
  EXPECT_THAT(names(warehouse), testing::ElementsAre("t"));
  EXPECT_TRUE(fs::exists(table("t").location));
  EXPECT_EQ(warehouse.version(), version);
  fs::remove(file().string() + ".new");
  EXPECT_TRUE(warehouse.rename_table("default", "t", "v"));
  EXPECT_TRUE(fs::exists(table("v").location));
  EXPECT_TRUE(warehouse.drop_table("default", "v"));
  EXPECT_FALSE(fs::exists(table("v").location));
}

TEST_F(WarehouseTest, UpdateOfADroppedTableDoesNotBringItBack) {
  Warehouse warehouse(folder_);
  EXPECT_FALSE(warehouse.update_table("default", "t", [](Table&) { return true; }));
  EXPECT_TRUE(names(warehouse).empty());
  warehouse.create_table(table("t"));
  EXPECT_TRUE(warehouse.update_table("default", "T", [](Table& found) {
    found.comment = "new";
    return true;
  }));
  EXPECT_EQ(warehouse.find_table("default", "t")->comment, "new");
}

}  // namespace
}  // namespace firesteel::catalog
