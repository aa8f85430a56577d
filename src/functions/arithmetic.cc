#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

Rows arithmetic_functions() {
  return {};
}

}  // namespace firesteel::functions
