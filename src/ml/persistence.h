// Spark's on-disk layout of ML instances: `metadata/part-00000` (one JSON line) and `data` (Parquet).
#pragma once

#include <memory>
#include <string>

#include "ml/field.h"
#include "ml/params.h"

namespace arrow {
class Table;
}

namespace firesteel::ml {

// Writes `folder`/metadata. `extra` is a JSON object whose members are added to it, or empty.
void write_metadata(const std::string& folder, const std::string& jvm_class, const ParamMap& params,
                    const std::string& extra = {});

struct Metadata {
  std::string jvm_class;
  std::string uid;
  std::string spark_version;
  std::string json;  // the whole line
};

// Throws Spark's errors if there is no metadata, or it is not of `jvm_class` (unless that is empty).
Metadata read_metadata(const std::string& folder, const std::string& jvm_class);
// The parameters that `metadata` holds, those that `table` declares; others are an error as in Spark.
ParamMap read_params(const Metadata& metadata, const ParamTable& table);

// Writes `folder`/`name` as one Parquet file, with Spark's schema in its metadata so that vectors
// come back as vectors.
void write_table(const std::string& folder, const std::string& name, const Fields& fields,
                 const arrow::Table& table);
// All rows of the Parquet files in `folder`/`name`.
std::shared_ptr<arrow::Table> read_table(const std::string& folder, const std::string& name);

}  // namespace firesteel::ml
