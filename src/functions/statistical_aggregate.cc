#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

Rows statistical_aggregate_functions() {
  return {};
}

}  // namespace firesteel::functions
