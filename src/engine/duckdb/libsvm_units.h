// Files of the libsvm format, one labeled vector a line: "1 1:0.5 4:2". Follows
// org.apache.spark.ml.source.libsvm.LibSVMFileFormat and MLUtils.parseLibSVMRecord.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/duckdb/unit_source.h"
#include "plan/relation.h"
#include "plan/type.h"

namespace firesteel::engine {

struct LibsvmOptions {
  // Throws Spark's errors for values that are none.
  explicit LibsvmOptions(const plan::Options& options);

  std::optional<int32_t> features;  // none: as many as the highest index in the files says
  bool is_dense = false;
};

// label double, features vector; the number of features stands in the latter's metadata. `files` are local and plain and
// are read only where the options do not say how many features there are.
plan::Schema libsvm_schema(const LibsvmOptions& options, const std::vector<plan::FileEntry>& files);

// Throws Spark's errors for a schema that such files cannot have. One of a reader must name the number of features.
void check_libsvm_schema(const plan::Schema& schema, bool is_for_writing);

// `positions` are those of the wanted columns: 0 the label, 1 the features. `schema` is the whole one of the files.
std::unique_ptr<UnitFormat> libsvm_units(const LibsvmOptions& options, std::vector<plan::FileEntry> files,
                                         const plan::Schema& schema, std::vector<size_t> positions);

// A line of such a file as SQL over a label and a vector in the engine's form.
std::string libsvm_line_sql(const std::string& label, const std::string& features);

}  // namespace firesteel::engine
