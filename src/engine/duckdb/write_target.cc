#include "engine/duckdb/write_target.h"

#include <fstream>
#include <optional>
#include <set>
#include <system_error>

#include "base/error.h"
#include "storage/upload.h"

namespace firesteel::engine {
namespace {

namespace fs = std::filesystem;

// Staged below `_temporary` in the target, so that a rename puts a file into place.
class LocalTarget : public WriteTarget {
 public:
  LocalTarget(std::string path, const std::string& write_id)
      : target_(std::move(path)),
        common_(target_ / "_temporary"),
        staging_(common_ / write_id),
        replaced_(common_ / (write_id + ".replaced")) {}

  bool exists() override { return fs::exists(target_); }

  fs::path create_staging() override {
    existed_ = fs::exists(target_);
    // Another writer that ends may remove the common folder between two steps of this.
    constexpr int kAttempts = 20;
    std::error_code error;
    for (int i = 0; i < kAttempts; ++i) {
      if (fs::create_directories(staging_, error) || !error) return staging_;
    }
    throw fs::filesystem_error("cannot create", staging_, error);
  }

  // What is replaced is renamed, and deleted only when the new files are in place: whatever ends the process in
  // between, one of the two is still on the disk.
  void commit(const std::vector<Move>& moves, bool overwrites, const std::function<void()>& begin) override {
    begin();
    try {
      if (overwrites) set_aside();
      for (const auto& [from, to] : moves) {
        const fs::path destination = target_ / to;
        fs::create_directories(destination.parent_path());
        fs::rename(from, destination);
        placed_.push_back(destination);
      }
      if (!std::ofstream(target_ / "_SUCCESS")) {
        throw fs::filesystem_error("cannot create", target_ / "_SUCCESS", std::make_error_code(std::errc::io_error));
      }
    } catch (...) {
      put_back();
      throw;
    }
    // Another writer may stage beside: the common folder goes with the last of them.
    std::error_code ignored;
    fs::remove_all(replaced_, ignored);
    fs::remove_all(staging_, ignored);
    fs::remove(common_, ignored);
  }

  // A folder that was made for this write goes only while it is empty: another writer may have files in it.
  void discard() override {
    std::error_code ignored;
    fs::remove_all(staging_, ignored);
    fs::remove(common_, ignored);
    if (!existed_) fs::remove(target_, ignored);
  }

 private:
  void set_aside() {
    std::vector<fs::path> present;
    for (const auto& entry : fs::directory_iterator(target_)) {
      if (entry.path() != common_) present.push_back(entry.path());
    }
    fs::create_directory(replaced_);
    for (const fs::path& path : present) {
      std::error_code error;
      fs::rename(path, replaced_ / path.filename(), error);
      // Another writer that overwrites the folder may have been faster.
      if (error && error != std::errc::no_such_file_or_directory) {
        throw fs::filesystem_error("cannot rename", path, error);
      }
    }
  }

  // Undoes as much of a commit as was done; never throws.
  void put_back() noexcept {
    std::error_code ignored;
    for (const fs::path& file : placed_) {
      fs::remove(file, ignored);
      for (fs::path folder = file.parent_path(); folder != target_; folder = folder.parent_path()) {
        if (!fs::remove(folder, ignored)) break;  // not empty
      }
    }
    fs::directory_iterator replaced(replaced_, ignored);
    if (ignored) return;
    std::vector<fs::path> names;
    for (const auto& entry : replaced) names.push_back(entry.path().filename());
    for (const fs::path& name : names) fs::rename(replaced_ / name, target_ / name, ignored);
    fs::remove(replaced_, ignored);
  }

  const fs::path target_;
  const fs::path common_;
  const fs::path staging_;
  const fs::path replaced_;
  std::vector<fs::path> placed_;  // files of a commit that is going on
  bool existed_ = false;
};

// Staged in the server's own folder and uploaded: a store shows an object only when its upload is completed, and all are
// completed at the end.
class ObjectTarget : public WriteTarget {
 public:
  ObjectTarget(std::string path, const FileAccess& access) : target_(std::move(path)), access_(access) {}

  bool exists() override { return storage::object_exists(target_, access_.settings); }

  fs::path create_staging() override {
    FIRESTEEL_CHECK(access_.staging != nullptr, "a write needs a folder for its files");
    staging_ = access_.staging->new_folder();
    return staging_;
  }

  void commit(const std::vector<Move>& moves, bool overwrites, const std::function<void()>& begin) override {
    std::vector<storage::UploadFile> files;
    for (const auto& [from, to] : moves) files.push_back({from.string(), target_ + "/" + to.string()});
    storage::Upload upload(access_.settings);
    upload.send(files, access_.progress);
    // What an overwrite replaces goes last: a failure before leaves it as it was, for new names are this write's own.
    std::vector<storage::StoredObject> replaced;
    if (overwrites) replaced = replaced_objects(files);
    begin();
    try {
      upload.commit();
    } catch (...) {  // some may be there already
      std::vector<storage::StoredObject> own;
      for (const storage::UploadFile& file : files) own.push_back({file.object_path, 0, 0});
      try {
        storage::remove_objects(own, access_.settings);
      } catch (const SparkError&) {  // the commit's error says more
      }
      throw;
    }
    storage::put_empty_object(target_ + "/_SUCCESS", access_.settings);
    storage::remove_objects(replaced, access_.settings);
    discard();
  }

  void discard() override {
    std::error_code ignored;
    if (!staging_.empty()) fs::remove_all(staging_, ignored);
  }

 private:
  // All objects of the target but those that this write puts there.
  std::vector<storage::StoredObject> replaced_objects(const std::vector<storage::UploadFile>& files) const {
    std::set<std::string> own = {target_ + "/_SUCCESS"};
    for (const storage::UploadFile& file : files) own.insert(file.object_path);
    std::vector<storage::StoredObject> objects = storage::list_objects(target_, access_.settings).objects;
    std::erase_if(objects, [&](const storage::StoredObject& object) { return own.contains(object.path); });
    return objects;
  }

  const std::string target_;
  const FileAccess access_;
  fs::path staging_;
};

}  // namespace

std::unique_ptr<WriteTarget> WriteTarget::make(std::string path, const std::string& write_id, const FileAccess& access) {
  if (storage::is_object_path(path)) return std::make_unique<ObjectTarget>(std::move(path), access);
  return std::make_unique<LocalTarget>(std::move(path), write_id);
}

}  // namespace firesteel::engine
