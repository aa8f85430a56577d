#include "engine/duckdb/parquet_scan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/parquet_conversions.h"
#include "engine/duckdb/parquet_schema.h"
#include "engine/duckdb/type_sql.h"
#include "plan/nested_types.h"

namespace firesteel::engine {
namespace {

using parquet::schema::GroupNode;
using plan::Scan;

constexpr const char* kRowNumberColumn = "file_row_number";

// Files one after another whose columns are read in the same way.
struct FileGroup {
  std::vector<plan::FileEntry> files;
  // By column of the scan: its value, as SQL over its name; empty where the files lack it.
  std::vector<std::string> values;
  bool has_failure = false;  // of its one file: a column's type does not fit
};

class ParquetScan {
 public:
  ParquetScan(const Scan& scan, const std::vector<bool>& is_needed, const std::string& alias, const std::string& file_column,
              bool needs_row, bool ignores_corrupt_files)
      : scan_(scan), is_needed_(is_needed), alias_(alias), file_column_(file_column), needs_row_(needs_row),
        ignores_corrupt_files_(ignores_corrupt_files) {}

  ScanText run(ParquetFooters& footers) {
    for (const plan::FileEntry& file : scan_.files) {
      const auto columns = footers.columns(file);
      if (columns || !ignores_corrupt_files_) add(file, columns);
    }
    ScanText text;
    const bool is_plain = groups_.size() == 1;
    text.from = (groups_.empty() ? nothing_sql() : is_plain ? reader_sql(groups_[0]) : union_sql()) + " AS " + alias_;
    for (size_t i = 0; i < scan_.data_schema.size(); ++i) {
      if (!is_needed_[i]) {
        text.columns.push_back({});
      } else if (is_plain) {
        text.columns.push_back({value_sql(groups_[0], i), has_no_struct(scan_.data_schema[i].type)});
      } else {
        text.columns.push_back({alias_ + ".k" + std::to_string(i), true});
      }
    }
    return text;
  }

 private:
  // How one file is read; the types of its columns are the scan's where its footer tells nothing.
  FileGroup group_of(const plan::FileEntry& file, const GroupNode* columns) const {
    FileGroup group{{file}, std::vector<std::string>(scan_.data_schema.size()), false};
    for (size_t i = 0; i < scan_.data_schema.size(); ++i) {
      if (!is_needed_[i]) continue;
      const auto& field = scan_.data_schema[i];
      const std::string name = alias_ + "." + quote_identifier(field.name);
      if (!columns) group.values[i] = "CAST(" + name + " AS " + type_sql(field.type) + ")";
      const auto* node = columns ? parquet_field(*columns, field.name) : nullptr;
      if (!node) continue;
      const auto mismatch = parquet_mismatch(*node, field.type);
      group.values[i] = mismatch ? failure_sql(file, *mismatch, field.type) : parquet_value_sql(name, *node, field.type);
      group.has_failure = group.has_failure || mismatch;
    }
    return group;
  }

  // A column that only some files have is null in the others, which DuckDB's reader sees to.
  void add(const plan::FileEntry& file, const std::shared_ptr<const GroupNode>& columns) {
    if (columns && columns == last_columns_ && !groups_.back().has_failure) {
      groups_.back().files.push_back(file);
      return;
    }
    last_columns_ = columns;
    FileGroup group = group_of(file, columns.get());
    if (groups_.empty() || groups_.back().has_failure || group.has_failure || !agree(groups_.back(), group)) {
      groups_.push_back(std::move(group));
      return;
    }
    FileGroup& last = groups_.back();
    last.files.push_back(file);
    for (size_t i = 0; i < last.values.size(); ++i) {
      if (last.values[i].empty()) last.values[i] = group.values[i];
    }
    has_other_columns_ = true;
  }

  static bool agree(const FileGroup& a, const FileGroup& b) {
    for (size_t i = 0; i < a.values.size(); ++i) {
      if (a.values[i] != b.values[i] && !a.values[i].empty() && !b.values[i].empty()) return false;
    }
    return true;
  }

  std::string value_sql(const FileGroup& group, size_t column) const {
    if (!group.values[column].empty()) return group.values[column];
    return "CAST(NULL AS " + type_sql(scan_.data_schema[column].type) + ")";
  }

  static bool has_no_struct(const plan::Type& type) { return !plan::holds(type, plan::TypeKind::kStruct); }

  std::string reader_sql(const FileGroup& group) const {
    std::string sql = "read_parquet(" + file_list_sql(group.files) + ", hive_partitioning = false, union_by_name = " +
                      (has_other_columns_ ? "true" : "false");
    if (!file_column_.empty()) sql += ", filename = " + quote_string(file_column_);
    if (needs_row_ || group.has_failure) sql += std::string(", ") + kRowNumberColumn + " = true";
    return sql + ")";
  }

  // Spark fails when it begins to read the file, unless a filter leaves none of its row groups. Here the failure hangs on
  // the row, so that it is not met before there is one.
  std::string failure_sql(const plan::FileEntry& file, const ParquetMismatch& mismatch, const plan::Type& type) const {
    return "CAST(fs_fail_parquet_type(" + quote_string(file_uri(file.path)) + ", " + quote_string(mismatch.column) + ", " +
           quote_string(mismatch.expected_type) + ", " + quote_string(mismatch.actual_type) + ", " + alias_ + "." +
           kRowNumberColumn + ") AS " + type_sql(type) + ")";
  }

  std::string select_sql(const FileGroup& group) const {
    std::string sql;
    for (size_t i = 0; i < scan_.data_schema.size(); ++i) {
      if (is_needed_[i]) sql += (sql.empty() ? "SELECT " : ", ") + value_sql(group, i) + " AS k" + std::to_string(i);
    }
    if (!file_column_.empty()) sql += ", " + alias_ + "." + file_column_;
    if (needs_row_) sql += ", " + alias_ + "." + kRowNumberColumn;
    return sql;
  }

  // Without a file that can be read.
  std::string nothing_sql() const {
    std::string sql = "(SELECT CAST(0 AS BIGINT) AS " + std::string(kRowNumberColumn);
    if (!file_column_.empty()) sql += ", '' AS " + file_column_;
    for (size_t i = 0; i < scan_.data_schema.size(); ++i) {
      if (is_needed_[i]) sql += ", CAST(NULL AS " + type_sql(scan_.data_schema[i].type) + ") AS k" + std::to_string(i);
    }
    return sql + " WHERE false)";
  }

  std::string union_sql() const {
    std::string sql;
    for (const FileGroup& group : groups_) {
      sql += sql.empty() ? "(" : " UNION ALL ";
      sql += select_sql(group) + " FROM " + reader_sql(group) + " AS " + alias_;
    }
    return sql + ")";
  }

  const Scan& scan_;
  const std::vector<bool>& is_needed_;
  const std::string& alias_;
  const std::string& file_column_;
  const bool needs_row_;
  const bool ignores_corrupt_files_;
  std::vector<FileGroup> groups_;
  std::shared_ptr<const GroupNode> last_columns_;
  bool has_other_columns_ = false;  // within a group
};

}  // namespace

ScanText parquet_scan(const Scan& scan, const std::vector<bool>& is_needed, const std::string& alias,
                      const std::string& file_column, bool needs_row, bool ignores_corrupt_files, ParquetFooters& footers) {
  return ParquetScan(scan, is_needed, alias, file_column, needs_row, ignores_corrupt_files).run(footers);
}

}  // namespace firesteel::engine
