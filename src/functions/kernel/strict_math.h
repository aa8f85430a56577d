// Functions of Java's StrictMath, and Spark's asinh and acosh, to the last bit: the C library's differ in one of ten. They
// follow fdlibm, which StrictMath is defined by.
#pragma once

namespace firesteel::functions::kernel {

double strict_exp(double x);
double strict_log(double x);
double strict_log10(double x);
double strict_log1p(double x);
double strict_expm1(double x);
double strict_cbrt(double x);
double strict_pow(double x, double y);
double strict_cosh(double x);
double strict_sinh(double x);
double strict_tanh(double x);
double strict_asinh(double x);
double strict_acosh(double x);
double strict_asin(double x);
double strict_acos(double x);
double strict_atan(double x);
double strict_atan2(double y, double x);
double strict_hypot(double x, double y);

}  // namespace firesteel::functions::kernel
