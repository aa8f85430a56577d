#include "engine/duckdb/file_listing.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fnmatch.h>
#include <glob.h>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/partition_values.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::engine {
namespace {

namespace fs = std::filesystem;
using plan::Type;

bool is_hidden(const std::string& name) {
  return (name.starts_with("_") && name.find('=') == std::string::npos) || name.starts_with(".") ||
         name.ends_with("._COPYING_");
}

std::string unescape(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      auto parsed = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      if (parsed.ptr == text.data() + i + 3) {
        result += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

struct FoundFile {
  plan::FileEntry entry;
  std::vector<std::pair<std::string, std::string>> partition;  // unescaped
};

// "a{b,c}d" → "abd", "acd": what fnmatch() leaves out.
std::vector<std::string> expand_braces(const std::string& pattern) {
  const size_t open = pattern.find('{');
  if (open == std::string::npos) return {pattern};
  int level = 0;
  std::vector<std::string> choices(1);
  for (size_t i = open; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '}' && --level == 0) {
      std::vector<std::string> expanded;
      for (const std::string& choice : choices) {
        for (std::string& rest : expand_braces(choice + pattern.substr(i + 1))) {
          expanded.push_back(pattern.substr(0, open) + std::move(rest));
        }
      }
      return expanded;
    }
    if (c == ',' && level == 1) {
      choices.emplace_back();
    } else if (i > open) {
      choices.back() += c;
    }
    if (c == '{') ++level;
  }
  return {pattern};
}

class Lister {
 public:
  Lister(const ListingOptions& options, std::vector<FoundFile>& found)
      : options_(options), found_(found) {}

  void add_file(const fs::path& path, const std::string& root) {
    std::error_code error;
    const auto size = static_cast<int64_t>(fs::file_size(path, error));
    auto system = std::chrono::file_clock::to_sys(fs::last_write_time(path, error));
    const int64_t modified_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(system.time_since_epoch()).count();
    add({path.string(), size, modified_ms, {}}, root);
  }

  void add(plan::FileEntry entry, const std::string& root) {
    const fs::path path(entry.path);
    if (!options_.name_pattern.empty()) {
      const auto patterns = expand_braces(options_.name_pattern);
      const std::string name = path.filename().string();
      if (std::none_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return fnmatch(pattern.c_str(), name.c_str(), 0) == 0; })) {
        return;
      }
    }
    if (options_.modified_zone) {
      const int64_t shown = options_.modified_zone->local_from_utc(entry.modified_ms * 1000);
      if (options_.modified_before_us && shown >= *options_.modified_before_us) return;
      if (options_.modified_after_us && shown <= *options_.modified_after_us) return;
    }
    FoundFile file;
    if (!options_.is_recursive) file.partition = partition_of(path, root);
    file.entry = std::move(entry);
    found_.push_back(std::move(file));
  }

  // The objects below a folder of a store that a walk through local folders would come to.
  void add_objects(const std::vector<storage::StoredObject>& objects, const std::string& folder, const std::string& root) {
    for (const storage::StoredObject& object : objects) {
      const fs::path below = fs::path(object.path).lexically_relative(folder);
      bool is_seen = !is_hidden(below.filename().string());
      for (const fs::path& part : below.parent_path()) {
        const std::string name = part.string();
        is_seen = is_seen && !is_hidden(name) && (options_.is_recursive || name.find('=') != std::string::npos);
      }
      if (is_seen) add({object.path, object.size_bytes, object.modified_ms, {}}, root);
    }
  }

  void add_folder(const fs::path& folder, const std::string& root) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      std::string name = entry.path().filename().string();
      if (is_hidden(name)) continue;
      if (entry.is_directory()) {
        // Without recursion only partition folders are entered.
        if (options_.is_recursive || name.find('=') != std::string::npos) {
          add_folder(entry.path(), root);
        }
      } else {
        add_file(entry.path(), root);
      }
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> partition_of(const fs::path& path,
                                                                const std::string& root) const {
    std::vector<std::pair<std::string, std::string>> values;
    auto relative = path.parent_path().lexically_relative(root);
    for (const auto& part : relative) {
      std::string name = part.string();
      auto equals = name.find('=');
      if (equals == std::string::npos || equals == 0) continue;
      values.emplace_back(unescape(name.substr(0, equals)), unescape(name.substr(equals + 1)));
    }
    return values;
  }

  const ListingOptions& options_;
  std::vector<FoundFile>& found_;
};

bool has_wildcards(const std::string& path) { return path.find_first_of("*?[{") != std::string::npos; }

std::vector<std::string> expand_wildcards(const std::string& path) {
  if (!has_wildcards(path) || fs::exists(path)) return {path};
  glob_t matches{};
  std::vector<std::string> expanded;
  if (glob(path.c_str(), GLOB_BRACE, nullptr, &matches) == 0) {
    for (size_t i = 0; i < matches.gl_pathc; ++i) expanded.emplace_back(matches.gl_pathv[i]);
  }
  globfree(&matches);
  return expanded;
}

// What an object path names: the path itself, or what its wildcards match among the objects and folders of the store.
struct NamedObjects {
  std::string path;
  storage::StoredObjects found;
};

std::vector<NamedObjects> named_objects(const std::string& path, const storage::StoreSettings& settings) {
  if (!has_wildcards(path)) {
    auto found = storage::list_objects(path, settings);
    if (!found.exists) return {};
    return {{path, std::move(found)}};
  }
  const size_t wild = path.find_first_of("*?[{");
  const std::string folder = path.substr(0, path.rfind('/', wild));
  const auto depth = std::count(path.begin(), path.end(), '/');
  const auto patterns = expand_braces(path);
  std::map<std::string, storage::StoredObjects> matches;
  for (const storage::StoredObject& object : storage::list_objects(folder, settings).objects) {
    // The part of the object's path that is as deep as the pattern.
    size_t end = 0;
    for (int64_t i = 0; i < depth && end != std::string::npos; ++i) end = object.path.find('/', end + (i > 0 ? 1 : 0));
    if (end == std::string::npos) continue;
    end = object.path.find('/', end + 1);
    const std::string candidate = object.path.substr(0, end);
    const bool is_match = std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return fnmatch(pattern.c_str(), candidate.c_str(), FNM_PATHNAME) == 0;
    });
    if (!is_match) continue;
    storage::StoredObjects& match = matches[candidate];
    match.exists = true;
    match.is_folder = match.is_folder || end != std::string::npos;
    match.objects.push_back(object);
  }
  std::vector<NamedObjects> named;
  for (auto& [candidate, found] : matches) named.push_back({candidate, std::move(found)});
  return named;
}

// The type that the reader's schema gives the column, where it is one that folders can have.
const Type* stated_type(const ListingOptions& options, const std::string& name) {
  for (const plan::StructField& field : options.stated) {
    if (equal_ignoring_case(field.name, name) && is_partition_type(field.type)) return &field.type;
  }
  return nullptr;
}

void resolve_partitions(std::vector<FoundFile>& found, const ListingOptions& options, ListedFiles& result) {
  std::vector<std::string> names;
  for (const FoundFile& file : found) {
    for (const auto& [name, value] : file.partition) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  for (const std::string& name : names) {
    std::vector<std::string> values;
    for (const FoundFile& file : found) {
      std::string value(kNullPartition);
      for (const auto& [key, text] : file.partition) {
        if (key == name) value = text;
      }
      values.push_back(std::move(value));
    }
    const Type* stated = stated_type(options, name);
    const Type type = stated                            ? *stated
                      : options.infers_partition_types ? inferred_partition_type(values, *options.zone, options.has_local_timestamps, options.time_parser)
                                                       : Type::string();
    result.partition_schema.push_back({name, type, true, ""});
    for (size_t i = 0; i < found.size(); ++i) {
      plan::Literal value = partition_value(values[i], type, *options.zone);
      if (value.is_null() && values[i] != kNullPartition && options.validates_partition_values) {
        throw SparkError("INVALID_PARTITION_VALUE",
                         {{"value", "'" + values[i] + "'"}, {"dataType", "\"" + type.sql() + "\""}, {"columnName", quoted_name({name})}});
      }
      found[i].entry.partition_values.push_back(std::move(value));
    }
  }
}

}  // namespace

std::string local_path(const std::string& path) {
  std::string plain = path;
  auto scheme = path.find("://");
  if (path.starts_with("file:")) {
    plain = path.substr(5);
    if (plain.starts_with("//")) plain = plain.substr(2);
  } else if (scheme != std::string::npos && scheme > 1) {
    throw_unsupported("OPTION", "paths of the file system " + path.substr(0, scheme));
  }
  std::string normal = fs::absolute(plain).lexically_normal().string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

std::string normal_path(const std::string& path) {
  if (!storage::is_object_path(path)) return local_path(path);
  return path.substr(0, path.find("://") + 3) + storage::store_key(path);
}

std::string hadoop_path(const std::string& path) { return storage::is_object_path(path) ? path : "file:" + path; }

std::string file_uri(std::string_view path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = storage::is_object_path(path) ? "" : "file://";
  for (unsigned char byte : path) {
    bool is_plain = std::isalnum(byte) || byte >= 0x80 ||
                    std::string_view("/-_.!~*'():@&=+$,;").find(static_cast<char>(byte)) !=
                        std::string_view::npos;
    if (is_plain) {
      uri += static_cast<char>(byte);
    } else {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    }
  }
  return uri;
}

namespace {

void add_local_path(const std::string& path, const ListingOptions& options, Lister& lister, ListedFiles& result) {
  for (const std::string& match : expand_wildcards(path)) {
    if (!fs::exists(match)) continue;
    std::string root = options.base_path.empty() ? match : normal_path(options.base_path);
    result.roots.push_back(match);
    if (fs::is_directory(match)) {
      lister.add_folder(match, root);
    } else {
      lister.add_file(match, options.base_path.empty() ? fs::path(match).parent_path().string() : root);
    }
  }
}

void add_object_path(const std::string& path, const ListingOptions& options, Lister& lister, ListedFiles& result) {
  for (const NamedObjects& named : named_objects(path, options.store_settings)) {
    const std::string own_root = named.found.is_folder ? named.path : named.path.substr(0, named.path.rfind('/'));
    const std::string root = options.base_path.empty() ? own_root : normal_path(options.base_path);
    result.roots.push_back(named.path);
    if (named.found.is_folder) {
      lister.add_objects(named.found.objects, named.path, root);
    } else {
      const storage::StoredObject& object = named.found.objects.front();
      lister.add({object.path, object.size_bytes, object.modified_ms, {}}, root);
    }
  }
}

}  // namespace

ListedFiles list_files(const std::vector<std::string>& paths, const ListingOptions& options) {
  ListedFiles result;
  std::vector<FoundFile> found;
  Lister lister(options, found);
  for (const std::string& given : paths) {
    const std::string path = normal_path(given);
    const size_t roots = result.roots.size();
    if (storage::is_object_path(path)) {
      add_object_path(path, options, lister, result);
    } else {
      add_local_path(path, options, lister, result);
    }
    if (result.roots.size() == roots) {
      throw SparkError("PATH_NOT_FOUND", {{"path", hadoop_path(path)}});
    }
  }
  std::sort(found.begin(), found.end(), [](const FoundFile& a, const FoundFile& b) {
    return a.entry.path < b.entry.path;
  });
  resolve_partitions(found, options, result);
  for (FoundFile& file : found) result.files.push_back(std::move(file.entry));
  return result;
}

}  // namespace firesteel::engine
