#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

Rows string_functions() {
  return {};
}

}  // namespace firesteel::functions
