#include "engine/duckdb/csv_inference.h"

#include <algorithm>

#include "base/error.h"
#include "engine/duckdb/csv_record_source.h"
#include "engine/duckdb/csv_values.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/parquet_schema.h"
#include "engine/duckdb/type_sql.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/csv_text.h"

namespace firesteel::engine {
namespace {

using plan::Type;
using plan::TypeKind;

std::vector<std::string> first_row(Database& database, const std::string& sql) {
  auto connection = database.lease();
  auto result = connection->Execute(sql);
  std::vector<std::string> row;
  if (auto chunk = result.FetchChunk(); chunk && chunk.GetRowCount() > 0) {
    for (duckdb::cxx::idx_t i = 0; i < chunk.GetVectorCount(); ++i) {
      auto view = chunk.GetVector(i).GetView();
      row.push_back(view.IsValid(0)
                        ? std::string(view.Data<duckdb::cxx::varchar_t>()[view.SelAt(0)].view())
                        : std::string());
    }
  }
  return row;
}

constexpr int kDigitsMax = 38;
constexpr std::string_view kIsDecimal = "CASE WHEN regexp_full_match($, '[+-]?0*[0-9]{1,38}') THEN 1 END";

struct Candidate {
  Type type;
  std::string sql;  // with $ for the text: not null where the text is one of the type
};

std::vector<Candidate> candidates(CsvOptions options, bool has_local_timestamps) {
  options.formats = functions::kernel::inference_formats(options.formats);
  // To the letter: what a cast takes for a date may be a timestamp.
  const std::string format = options.formats.date.empty() ? functions::kernel::kDateFormat : options.formats.date;
  const std::string date = "fs_parse_date($, " + quote_string(format) + ", 'UTC', false)";
  std::vector<Candidate> tried;
  const auto add = [&](const Type& type) { tried.push_back({type, csv_value_sql("$", type, options, "UTC")}); };
  add(Type::integer());
  add(Type::long_integer());
  tried.emplace_back();
  tried.back().type = Type::decimal(kDigitsMax, 0);
  tried.back().sql.append(kIsDecimal);
  add(Type::double_number());
  if (options.prefers_dates) tried.push_back({Type::date(), date});
  if (has_local_timestamps) add(Type::timestamp_ntz());
  add(Type::timestamp());
  add(Type::boolean());
  return tried;
}

// The first candidate that all values are of. `found`: how many values there are, the most digits, the values of each candidate.
Type type_of(const std::vector<Candidate>& tried, const std::string* found) {
  const std::string& total = found[0];
  for (size_t k = 0; k < tried.size() && total != "0"; ++k) {
    if (found[2 + k] != total) continue;
    if (!tried[k].type.is(TypeKind::kDecimal)) return tried[k].type;
    // CSVInferSchema.findCompatibleTypeForCSV: a long among them counts as twenty digits.
    const bool has_long = found[2] != found[3];
    return Type::decimal(std::max(std::stoi(found[1]), has_long ? 20 : 1), 0);
  }
  return Type::string();
}

std::vector<Type> infer_types(Database& database, const CsvOptions& options,
                              const std::vector<plan::FileEntry>& files, size_t count, bool has_local_timestamps) {
  functions::kernel::check_sampling_ratio(options.sampling_ratio);
  const auto tried = candidates(options, has_local_timestamps);
  const auto of_column = [](std::string_view form, std::string_view name) {
    std::string sql;
    for (const char byte : form) byte == '$' ? void(sql += name) : sql.push_back(byte);
    return sql;
  };
  std::string select;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = "k" + std::to_string(i);
    select += (i > 0 ? ", " : "") + of_column("CAST(count($) AS VARCHAR), CAST(max(length(ltrim(ltrim($, '+-'), '0'))) AS VARCHAR)", name);
    for (const Candidate& candidate : tried) select += ", CAST(count(" + of_column(candidate.sql, name) + ") AS VARCHAR)";
  }
  std::string sql = "SELECT " + select + " FROM ";
  sql += options.reads_lines() ? options.lines_sql(file_list_sql(files), std::vector<std::string>(count, "VARCHAR"))
                               : options.records_sql(file_list_sql(files), count);
  if (options.sampling_ratio < 1.0) sql += " WHERE random() < " + std::to_string(options.sampling_ratio);
  const auto counts = first_row(database, sql);
  std::vector<Type> types;
  for (size_t i = 0; i < count; ++i) {
    const std::string* found = &counts.at(i * (tried.size() + 2));
    types.push_back(type_of(tried, found));
  }
  return types;
}

}  // namespace

plan::Schema infer_csv_schema(Database& database, const CsvOptions& options, const std::vector<plan::FileEntry>& files,
                              bool has_local_timestamps) {
  try {
    std::vector<std::string> paths;
    for (const plan::FileEntry& file : files) paths.push_back(file.path);
    const auto record = first_csv_record(paths, options.format);
    if (!record) return {};
    const auto names = functions::kernel::csv_column_names(*record, options.format.has_header, options.format.null_text,
                                                           /*is_case_sensitive=*/false);
    std::vector<Type> types(names.size(), Type::string());
    if (options.infers_schema) types = infer_types(database, options, files, names.size(), has_local_timestamps);
    plan::Schema schema;
    for (size_t i = 0; i < names.size(); ++i) schema.push_back({names[i], types[i], true, ""});
    return schema;
  } catch (...) {
    rethrow_from_duckdb();
  }
}

}  // namespace firesteel::engine
