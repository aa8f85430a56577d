#include "engine/duckdb/csv_inference.h"

#include <algorithm>

#include "base/error.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/parquet_schema.h"
#include "engine/duckdb/type_sql.h"
#include "functions/kernel/csv_text.h"

namespace firesteel::engine {
namespace {

using plan::Type;

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

// The fields of one line; quotes keep separators.
std::vector<std::string> split_line(std::string_view line, const CsvOptions& options) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (size_t i = 0; i < line.size();) {
    if (!options.quote.empty() && line.substr(i).starts_with(options.quote)) {
      is_quoted = !is_quoted;
      i += options.quote.size();
    } else if (is_quoted && !options.escape.empty() && line.substr(i).starts_with(options.escape) &&
               i + 1 < line.size()) {
      fields.back() += line[i + 1];
      i += 2;
    } else if (!is_quoted && line.substr(i).starts_with(options.separator)) {
      fields.emplace_back();
      i += options.separator.size();
    } else {
      fields.back() += line[i++];
    }
  }
  return fields;
}

struct Candidate {
  Type type;
  std::string sql;  // with $ for the text: not null where the text is one of the type
};

std::vector<Candidate> candidates(const CsvOptions& options) {
  // To the letter: what a cast takes for a date may be a timestamp.
  const std::string format = options.date_format.empty() ? "yyyy-MM-dd" : options.date_format;
  const std::string date = "fs_parse_date($, " + quote_string(format) + ", 'UTC', false)";
  std::string timestamp =
      options.timestamp_format.empty()
          ? "fs_cast_string_timestamp($, 'try', 'UTC')"
          : "fs_parse_timestamp($, " + quote_string(options.timestamp_format) + ", 'UTC', false)";
  return {{Type::integer(), "fs_cast_string_int($, 'try')"},
          {Type::long_integer(), "fs_cast_string_long($, 'try')"},
          {Type::double_number(), "fs_cast_string_double($, 'try')"},
          {Type::date(), date},
          {Type::timestamp(), timestamp},
          {Type::boolean(), "CASE WHEN lower($) IN ('true', 'false') THEN 1 END"}};
}

std::vector<Type> infer_types(Database& database, const CsvOptions& options,
                              const std::vector<plan::FileEntry>& files, size_t count) {
  auto tried = candidates(options);
  std::string select;
  for (size_t i = 0; i < count; ++i) {
    std::string name = "k" + std::to_string(i);
    select += (i > 0 ? ", " : "") + std::string("CAST(count(") + name + ") AS VARCHAR)";
    for (const Candidate& candidate : tried) {
      std::string test = candidate.sql;
      for (size_t at = test.find('$'); at != std::string::npos; at = test.find('$', at)) {
        test.replace(at, 1, name);
      }
      select += ", CAST(count(" + test + ") AS VARCHAR)";
    }
  }
  std::string sql = "SELECT " + select + " FROM " + options.read_sql(file_list_sql(files), count, "");
  if (options.sampling_ratio < 1.0) sql += " WHERE random() < " + std::to_string(options.sampling_ratio);
  auto counts = first_row(database, sql);
  std::vector<Type> types;
  for (size_t i = 0; i < count; ++i) {
    size_t base = i * (tried.size() + 1);
    const std::string& total = counts.at(base);
    Type type = Type::string();
    for (size_t k = 0; k < tried.size() && total != "0"; ++k) {
      if (counts.at(base + 1 + k) == total) {
        type = tried[k].type;
        break;
      }
    }
    types.push_back(type);
  }
  return types;
}

}  // namespace

plan::Schema infer_csv_schema(Database& database, const CsvOptions& options,
                              const std::vector<plan::FileEntry>& files) {
  try {
    // A separator that no line holds: each record is the line as it stands.
    CsvOptions lines = options;
    lines.separator = "\x1f\x1e\x1d\x1c";
    lines.quote.clear();
    lines.null_value.clear();
    lines.has_header = false;
    auto line = first_row(database, "SELECT k0 FROM " + lines.read_sql(file_list_sql(files), 1, "") +
                                        " WHERE trim(k0) <> '' LIMIT 1");
    if (line.empty()) return {};
    const auto names = functions::kernel::csv_column_names(split_line(line[0], options), options.has_header, options.null_value,
                                                           /*is_case_sensitive=*/false);
    std::vector<Type> types(names.size(), Type::string());
    if (options.infers_schema) types = infer_types(database, options, files, names.size());
    plan::Schema schema;
    for (size_t i = 0; i < names.size(); ++i) schema.push_back({names[i], types[i], true, ""});
    return schema;
  } catch (...) {
    rethrow_from_duckdb();
  }
}

}  // namespace firesteel::engine
