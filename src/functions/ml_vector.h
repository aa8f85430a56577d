// Functions that only the client's API knows: found by name, listed nowhere.
#pragma once

#include "functions/function.h"

namespace firesteel::functions {

// vector_to_array, array_to_vector and the Summarizer of pyspark.ml.
Rows ml_vector_functions();

}  // namespace firesteel::functions
