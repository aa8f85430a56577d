#include "engine/duckdb/parquet_schema.h"

#include <set>
#include <string>

#include "base/error.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::LogicalType;
using duckdb::cxx::LogicalTypeId;
using plan::Type;

constexpr const char* kSparkSchemaKey = "org.apache.spark.sql.parquet.row.metadata";

// Columns of 96 bits hold instants, of which DuckDB's type does not tell.
std::set<std::string> int96_columns(duckdb::cxx::Connection& connection, const std::string& path) {
  auto result = connection.Execute("SELECT name FROM parquet_schema(" + quote_string(path) + ") WHERE type = 'INT96'");
  std::set<std::string> names;
  while (auto chunk = result.FetchChunk()) {
    if (chunk.GetRowCount() == 0) break;
    auto view = chunk.GetVector(0).GetView();
    for (duckdb::cxx::idx_t i = 0; i < chunk.GetRowCount(); ++i) {
      names.emplace(view.Data<duckdb::cxx::varchar_t>()[view.SelAt(i)].view());
    }
  }
  return names;
}

Type mapped(const Type& type, const ParquetTypes& types) {
  switch (type.kind()) {
    case plan::TypeKind::kBinary: return types.binary_as_text ? Type::string() : type;
    case plan::TypeKind::kTimestampNtz: return types.has_local_timestamps ? type : Type::timestamp();
    case plan::TypeKind::kArray: return Type::array(mapped(type.element(), types), type.contains_null());
    case plan::TypeKind::kMap: return Type::map(mapped(type.key(), types), mapped(type.value(), types), type.value_contains_null());
    case plan::TypeKind::kStruct: return Type::structure(types.of(type.fields()));
    default: return type;
  }
}

}  // namespace

plan::Schema ParquetTypes::of(const plan::Schema& schema) const {
  if (!binary_as_text && has_local_timestamps) return schema;
  plan::Schema result = schema;
  for (plan::StructField& field : result) field.type = mapped(field.type, *this);
  return result;
}

void ParquetTypes::check_int96(bool has_int96) const {
  if (int96_as_instant || !has_int96) return;
  throw SparkError("_LEGACY_ERROR_TEMP_3071",
                   {{"msg", "INT96 is not supported unless it's interpreted as timestamp. Please try to set "
                            "spark.sql.parquet.int96AsTimestamp to true."}});
}

std::string file_list_sql(const std::vector<plan::FileEntry>& files) {
  std::string text = "[";
  for (size_t i = 0; i < files.size(); ++i) text += (i > 0 ? ", " : "") + quote_string(files[i].path);
  return text + "]";
}

Type plan_type(const LogicalType& type) {
  switch (type.GetTypeId()) {
    case LogicalTypeId::BOOLEAN: return Type::boolean();
    case LogicalTypeId::TINYINT: return Type::byte();
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::UTINYINT: return Type::short_integer();
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::USMALLINT: return Type::integer();
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UINTEGER: return Type::long_integer();
    case LogicalTypeId::UBIGINT: return Type::decimal(20, 0);
    case LogicalTypeId::FLOAT: return Type::float_number();
    case LogicalTypeId::DOUBLE: return Type::double_number();
    case LogicalTypeId::DECIMAL: return Type::decimal(type.GetDecimalWidth(), type.GetDecimalScale());
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::ENUM: return Type::string();
    case LogicalTypeId::BLOB: return Type::binary();
    case LogicalTypeId::DATE: return Type::date();
    case LogicalTypeId::TIMESTAMP_TZ: return Type::timestamp();
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_SEC: return Type::timestamp_ntz();
    case LogicalTypeId::LIST: return Type::array(plan_type(type.GetListChildType()));
    case LogicalTypeId::MAP:
      return Type::map(plan_type(type.GetMapKeyType()), plan_type(type.GetMapValueType()));
    case LogicalTypeId::STRUCT: {
      std::vector<plan::StructField> fields;
      for (duckdb::cxx::idx_t i = 0; i < type.GetStructChildCount(); ++i) {
        fields.push_back({type.GetStructChildName(i), plan_type(type.GetStructChildType(i)), true, ""});
      }
      return Type::structure(std::move(fields));
    }
    default: break;
  }
  throw_unsupported("RELATION", "a Parquet column of the type " + type.ToText());
}

plan::Schema parquet_schema(Database& database, const plan::FileEntry& file, const ParquetTypes& types) {
  try {
    auto connection = database.lease();
    const std::string path = quote_string(file.path);
    auto result = connection->Execute("SELECT decode(value) FROM parquet_kv_metadata(" + path + ") WHERE decode(key) = " +
                                      quote_string(kSparkSchemaKey));
    auto chunk = result.FetchChunk();
    if (chunk && chunk.GetRowCount() > 0) {
      auto view = chunk.GetVector(0).GetView();
      return plan::type_from_json(view.Data<duckdb::cxx::varchar_t>()[view.SelAt(0)].view()).fields();
    }
    auto statements = connection->ParseSQL("SELECT * FROM read_parquet(" + path + ", hive_partitioning = false)");
    auto statement = statements.Next();
    auto bound = connection->Bind(statement).output;
    const std::set<std::string> instants = int96_columns(*connection, file.path);
    types.check_int96(!instants.empty());
    plan::Schema schema;
    for (duckdb::cxx::idx_t i = 0; i < bound.GetFieldCount(); ++i) {
      std::string name(bound.GetFieldName(i));
      Type type = instants.contains(name) ? Type::timestamp() : plan_type(bound.GetFieldType(i));
      schema.push_back({std::move(name), std::move(type), true, ""});
    }
    return types.of(schema);
  } catch (...) {
    rethrow_from_duckdb();
  }
}

}  // namespace firesteel::engine
