#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

Rows higher_order_functions() {
  return {};
}

}  // namespace firesteel::functions
