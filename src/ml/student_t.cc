#include "ml/student_t.h"

#include "ml/special_functions.h"

namespace firesteel::ml {

double student_t_two_sided(double t, double degrees) {
  const double square = t * t;
  return incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + square), square / (degrees + square));
}

}  // namespace firesteel::ml
