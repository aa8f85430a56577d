// Groups of parameters that several operators declare.
#pragma once

#include "ml/params.h"

namespace firesteel::ml {

// featuresCol, labelCol, predictionCol.
ParamTable predictor_params();
// And rawPredictionCol, probabilityCol, thresholds.
ParamTable probabilistic_classifier_params();
// inputCol, outputCol with the default "<uid>__output" left to the caller, inputCols, outputCols.
ParamTable input_output_params();

// The output column's name: the parameter, or Spark's default "<uid>__output".
std::string output_column(const ParamMap& params);
// Spark's default seed: Java's hash code of the class's name.
int64_t class_name_seed(std::string_view jvm_class);

// Pairs of input and output columns from inputCol/outputCol or inputCols/outputCols; throws Spark's
// errors when both or neither are set or their counts differ.
struct ColumnPair {
  std::string input;
  std::string output;
};
std::vector<ColumnPair> column_pairs(const ParamMap& params);
// The inputs of those pairs.
std::vector<std::string> input_names(const ParamMap& params);

}  // namespace firesteel::ml
