#include "ml/context.h"

#include "base/error.h"

namespace firesteel::ml {

void FitContext::check_canceled() const {
  if (canceled != nullptr && canceled->load(std::memory_order_relaxed)) {
    throw SparkError("OPERATION_CANCELED", {});
  }
}

}  // namespace firesteel::ml
