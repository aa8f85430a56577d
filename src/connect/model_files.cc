#include "connect/model_files.h"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "connect/uuid.h"
#include "ml/params.h"
#include "storage/object_store.h"
#include "storage/upload.h"

namespace firesteel::connect {

namespace {

namespace fs = std::filesystem;

constexpr int64_t kCopyBytes = int64_t{4} << 20;

storage::StoreSettings settings_of(const RequestContext& context) {
  const Config& config = context.session.config();
  return storage::store_settings({}, [&config](std::string_view key) { return config.find(key); });
}

std::string local_path(const std::string& path) {
  if (path.compare(0, 7, "file://") == 0) return path.substr(7);
  if (path.compare(0, 5, "file:") == 0) return path.substr(5);
  return path;
}

fs::path temporary_folder(const RequestContext& context) {
  const fs::path folder = fs::path(context.backend.temporary_folder) / ("ml-files-" + make_uuid());
  fs::create_directories(folder);
  return folder;
}

[[noreturn]] void throw_exists(const std::string& path) {
  throw SparkError("_LEGACY_ERROR_ML",
                   {{"message", "Path " + path +
                                    " already exists. To overwrite it, please use write.overwrite().save(path) for Scala and use "
                                    "write().overwrite().save(path) for Java and Python."}});
}

void remove_tree(const fs::path& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

// All files below `folder` become objects below `path` together; then the others that lie there go.
void upload_folder(const fs::path& folder, const std::string& path, const storage::StoreSettings& settings) {
  std::vector<storage::UploadFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files.push_back({entry.path().string(), path + "/" + entry.path().lexically_relative(folder).string()});
  }
  std::vector<storage::StoredObject> replaced = storage::list_objects(path, settings).objects;
  std::erase_if(replaced, [&](const storage::StoredObject& object) {
    return std::any_of(files.begin(), files.end(), [&](const storage::UploadFile& file) { return file.object_path == object.path; });
  });
  storage::Upload upload(settings);
  upload.send(files, [] {});
  upload.commit();
  storage::remove_objects(replaced, settings);
}

void copy_object(const storage::StoredObject& object, const fs::path& target, const storage::StoreSettings& settings) {
  const auto store = storage::object_store(object.path, settings);
  const auto opened = store->OpenInputStream(storage::store_key(object.path));
  if (!opened.ok()) storage::throw_store_error(opened.status(), object.path);
  fs::create_directories(target.parent_path());
  std::ofstream file(target, std::ios::binary);
  while (true) {
    const auto read = (*opened)->Read(kCopyBytes);
    if (!read.ok()) storage::throw_store_error(read.status(), object.path);
    if ((*read)->size() == 0) break;
    file.write(reinterpret_cast<const char*>((*read)->data()), (*read)->size());
  }
  file.close();
  if (!file) throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", "cannot write " + target.string()}});
}

void write_locally(const std::string& path, bool should_overwrite, const std::function<void(const std::string&)>& write) {
  // A write that fails half-way must leave nothing that can be read: it goes to a sibling first.
  const fs::path target = fs::absolute(path).lexically_normal();
  const fs::path staged = target.string() + "._temporary-" + make_uuid();
  fs::create_directories(staged);
  try {
    write(staged.string());
    if (should_overwrite) fs::remove_all(target);
    fs::rename(staged, target);
  } catch (...) {
    remove_tree(staged);
    throw;
  }
}

}  // namespace

void overwrite_model_files(const RequestContext& context, const std::string& path, bool should_overwrite) {
  if (storage::is_object_path(path)) {
    const auto settings = settings_of(context);
    const storage::StoredObjects there = storage::list_objects(path, settings);
    if (!there.exists) return;
    if (!should_overwrite) throw_exists(path);
    if (!there.is_folder) return storage::remove_objects(there.objects, settings);
    // Its marks of folders go too: one of them would count as something that lies there.
    const auto status = storage::object_store(path, settings)->DeleteDir(storage::store_key(path));
    if (!status.ok()) storage::throw_store_error(status, path);
    return;
  }
  const std::string local = local_path(path);
  if (!fs::exists(local)) return;
  if (!should_overwrite) throw_exists(local);
  fs::remove_all(local);
}

void write_model_files(const RequestContext& context, const std::string& path, bool should_overwrite,
                       const std::function<void(const std::string& folder)>& write) {
  if (!storage::is_object_path(path)) {
    const std::string local = local_path(path);
    if (local.empty()) ml::throw_illegal_argument("Can not create a Path from an empty string");
    if (!should_overwrite && fs::exists(local)) throw_exists(local);
    write_locally(local, should_overwrite, write);
    return;
  }
  const auto settings = settings_of(context);
  if (!should_overwrite && storage::list_objects(path, settings).exists) throw_exists(path);
  const fs::path folder = temporary_folder(context);
  try {
    write(folder.string());
    upload_folder(folder, path, settings);
  } catch (...) {
    remove_tree(folder);
    throw;
  }
  remove_tree(folder);
}

ModelFiles::ModelFiles(const RequestContext& context, const std::string& path) : folder_(local_path(path)) {
  if (!storage::is_object_path(path)) return;
  const auto settings = settings_of(context);
  const storage::StoredObjects there = storage::list_objects(path, settings);
  if (!there.exists) throw SparkError("PATH_NOT_FOUND", {{"path", path}});
  copy_ = temporary_folder(context);
  folder_ = copy_.string();
  try {
    for (const storage::StoredObject& object : there.objects) {
      if (object.path.size() <= path.size() + 1 || object.path.back() == '/') continue;
      copy_object(object, copy_ / object.path.substr(path.size() + 1), settings);
    }
  } catch (...) {
    remove_tree(copy_);
    throw;
  }
}

ModelFiles::~ModelFiles() {
  if (!copy_.empty()) remove_tree(copy_);
}

}  // namespace firesteel::connect
