#include "ml/persistence.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "ml/metadata_line.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// What Spark itself writes; a reader decides by it which layout follows.
constexpr const char* kSparkVersion = "4.2.0";

void write_success_marker(const fs::path& folder) { std::ofstream(folder / "_SUCCESS").close(); }

bool is_data_file(const fs::path& path) {
  const std::string name = path.filename().string();
  return !name.empty() && name[0] != '_' && name[0] != '.';
}

[[noreturn]] void throw_path_not_found(const fs::path& path) {
  throw SparkError("PATH_NOT_FOUND", {{"path", "file:" + fs::absolute(path).string()}});
}

std::vector<fs::path> data_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file() && is_data_file(entry.path())) files.push_back(entry.path());
  }
  if (error) throw_path_not_found(folder);
  std::sort(files.begin(), files.end());
  return files;
}

// The text with NaN, Infinity and -Infinity in quotation marks where they stand bare: writers in Python
// leave them so, though JSON has no such numbers.
std::string with_quoted_numbers(const std::string& text) {
  std::string result;
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (is_quoted && text[i] == '\\') result += text[i++];
    const char* found = nullptr;
    for (const char* bare : {"NaN", "Infinity", "-Infinity"}) {
      if (!is_quoted && text.compare(i, std::strlen(bare), bare) == 0) found = bare;
    }
    if (found == nullptr) {
      if (i < text.size()) result += text[i];
      continue;
    }
    result += std::string("\"") + found + "\"";
    i += std::strlen(found) - 1;
  }
  return result;
}

}  // namespace

std::string metadata_line(const std::string& jvm_class, const ParamMap& params, const std::string& extra) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  json set = json::object();
  for (const auto& [name, value] : params.set_values()) set[name] = json::parse(to_json(value));
  json defaults = json::object();
  for (const Param& param : params.table()) {
    if (param.fallback) defaults[std::string(param.name)] = json::parse(to_json(*param.fallback));
  }
  json line = {{"class", jvm_class},
               {"timestamp", std::chrono::duration_cast<std::chrono::milliseconds>(now).count()},
               {"sparkVersion", kSparkVersion},
               {"uid", params.uid()},
               {"paramMap", set},
               {"defaultParamMap", defaults}};
  if (!extra.empty()) line.update(json::parse(extra));
  return line.dump();
}

void write_metadata(const std::string& folder, const std::string& jvm_class, const ParamMap& params,
                    const std::string& extra) {
  const fs::path path = fs::path(folder) / "metadata";
  fs::create_directories(path);
  std::ofstream file(path / "part-00000");
  file << metadata_line(jvm_class, params, extra) << "\n";
  file.close();
  if (!file) throw_spark_exception("Cannot write " + path.string());
  write_success_marker(path);
}

Metadata read_metadata(const std::string& folder, const std::string& jvm_class) {
  const fs::path path = fs::path(folder) / "metadata";
  if (!fs::is_directory(path)) throw_path_not_found(path);
  Metadata metadata;
  for (const fs::path& file : data_files(path)) {
    std::ifstream stream(file);
    if (std::getline(stream, metadata.json) && !metadata.json.empty()) break;
  }
  if (metadata.json.empty()) throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT", {{"message", "head of empty array"}});
  metadata.json = with_quoted_numbers(metadata.json);
  const json line = json::parse(metadata.json, nullptr, false);
  if (!line.is_object() || !line.contains("class") || !line.contains("uid")) {
    throw_illegal_argument("No metadata of an ML instance in " + path.string());
  }
  metadata.jvm_class = line["class"].get<std::string>();
  metadata.uid = line["uid"].get<std::string>();
  metadata.spark_version = line.value("sparkVersion", "");
  require(jvm_class.empty() || metadata.jvm_class == jvm_class,
          "Error loading metadata: Expected class name " + jvm_class + " but found class name " +
              metadata.jvm_class);
  return metadata;
}

ParamMap read_params(const Metadata& metadata, const ParamTable& table) {
  ParamMap params(table, metadata.uid);
  const json line = json::parse(metadata.json);
  const json set = line.value("paramMap", json::object());
  for (const auto& [name, value] : set.items()) {
    const auto found = std::find_if(table.begin(), table.end(), [&, &key = name](const Param& p) { return p.name == key; });
    if (found == table.end()) params.set(name, Value(true));  // raises Spark's error for the name
    params.set(name, from_json(value.dump(), found->type));
  }
  return params;
}

void write_table(const std::string& folder, const std::string& name, const Fields& fields,
                 const arrow::Table& table) {
  const fs::path path = fs::path(folder) / name;
  fs::create_directories(path);
  const auto metadata = arrow::key_value_metadata(
      {{"org.apache.spark.version", kSparkVersion},
       {"org.apache.spark.sql.parquet.row.metadata", plan::Type::structure(fields).json()}});
  const auto file = (path / "part-00000.snappy.parquet").string();
  const auto sink = check_arrow(arrow::io::FileOutputStream::Open(file));
  const auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
  auto writer = check_arrow(
      parquet::arrow::FileWriter::Open(*table.schema(), arrow::default_memory_pool(), sink, properties));
  check_arrow(writer->WriteTable(table, 1 << 20));
  check_arrow(writer->AddKeyValueMetadata(metadata));
  check_arrow(writer->Close());
  check_arrow(sink->Close());
  write_success_marker(path);
}

std::shared_ptr<arrow::Table> read_table(const std::string& folder, const std::string& name) {
  std::vector<std::shared_ptr<arrow::Table>> tables;
  for (const fs::path& path : data_files(fs::path(folder) / name)) {
    auto source = check_arrow(arrow::io::ReadableFile::Open(path.string()));
    auto reader = check_arrow(parquet::arrow::OpenFile(source, arrow::default_memory_pool()));
    auto table = check_arrow(reader->ReadTable());
    if (table->num_rows() > 0 || tables.empty()) tables.push_back(table->ReplaceSchemaMetadata(nullptr));
  }
  require(!tables.empty(), "No data in " + (fs::path(folder) / name).string());
  return check_arrow(arrow::ConcatenateTables(tables));
}

}  // namespace firesteel::ml
