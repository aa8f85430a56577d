// The values are what Spark 4.2.0 answers to the expressions named here over
// spark.range(0, n, 1, 1), and java.util.Random of JDK 17.
#include <gtest/gtest.h>

#include "functions/kernel/java_random.h"
#include "functions/kernel/xorshift.h"

namespace firesteel::functions::kernel {
namespace {

TEST(XorShiftRandom, GivesTheNumbersOfRandAndRandn) {
  EXPECT_EQ(XorShiftRandom(42).next_double(), 0.619189370225301);      // rand(42)
  EXPECT_EQ(XorShiftRandom(-7).next_double(), 0.14773215621571878);    // rand(-7)
  EXPECT_EQ(XorShiftRandom(42).next_gaussian(), 2.384479054241165);    // randn(42)
  XorShiftRandom uniform(7);
  for (double expected : {0.28188121484885875, 0.45998819035056326, 0.7690971666031955,
                          0.6631414615273216, 0.520550428327607, 0.9022833075755767}) {
    EXPECT_EQ(uniform.next_double(), expected);  // rand(7)
  }
  XorShiftRandom gaussian(7);
  for (double expected : {-1.773755556110447, -0.32537852999017897, 1.1637571325924414,
                          0.7055334021927279, 0.0474382807384486, 0.9286243662145638}) {
    EXPECT_EQ(gaussian.next_gaussian(), expected);  // randn(7)
  }
}

TEST(XorShiftRandom, JumpsToAnyRow) {
  XorShiftRandom random(7);
  random.jump(200000);
  EXPECT_EQ(random.next_double(), 0.3613616693817514);  // rand(7) in row 100000
  XorShiftRandom walked(99), jumped(99);
  for (int i = 0; i < 1234; ++i) walked.next(32);
  jumped.jump(1234);
  EXPECT_EQ(walked.next_long(), jumped.next_long());
}

TEST(JavaRandom, GivesTheNumbersOfJdk17) {
  JavaRandom random(42);
  EXPECT_EQ(random.next_int(), -1170105035);
  EXPECT_EQ(random.next_int(10), 3);
  EXPECT_EQ(random.next_int(16), 10);
  EXPECT_EQ(random.next_long(), 884324181205335268);
  EXPECT_EQ(random.next_double(), 0.9420735430282128);
  EXPECT_EQ(random.next_gaussian(), 0.2669736057242196);
  EXPECT_EQ(random.next_gaussian(), -0.5252767454241688);
  EXPECT_FALSE(random.next_boolean());
  EXPECT_EQ(random.next_float(), 0.36878288F);
  EXPECT_EQ(random.next_int(1500000000), 819572292);
  EXPECT_EQ(random.next_int(1500000000), 592164476);
  EXPECT_EQ(random.next_int(1500000000), 1482678032);
}

}  // namespace
}  // namespace firesteel::functions::kernel
