// Student's t distribution.
#pragma once

namespace firesteel::ml {

// P(|T| >= t) for T with `degrees` degrees of freedom; t >= 0, degrees > 0.
double student_t_two_sided(double t, double degrees);

}  // namespace firesteel::ml
