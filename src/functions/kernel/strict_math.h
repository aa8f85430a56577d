// Functions of Java's StrictMath where the C library's differ from them in the last digit. They
// follow fdlibm, which StrictMath is defined by.
#pragma once

namespace firesteel::functions::kernel {

double strict_exp(double x);
double strict_log(double x);
double strict_cosh(double x);
double strict_sinh(double x);

}  // namespace firesteel::functions::kernel
