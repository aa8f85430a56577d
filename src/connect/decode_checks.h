// What Spark Connect refuses in a plan before it is analysed (SparkConnectPlanner).
#pragma once

#include <string>

#include "plan/relation.h"

namespace spark::connect {
class Relation;
}

namespace firesteel::connect {

// Java's IllegalArgumentException.
[[noreturn]] void throw_illegal_argument(const std::string& message);

// CONNECT_INVALID_PLAN.INVALID_ENUM. `name` is that of zero: Java cannot name the number of a value that it does not know.
[[noreturn]] void throw_invalid_enum(const std::string& full_name, const std::string& name, int number);

// SparkConnectPlanner.assertPlan: CONNECT_INVALID_PLAN.ASSERTION_FAILURE.
void require_plan(bool is_so, const std::string& message);

// What one relation states, without its inputs.
void check_relation(const spark::connect::Relation& relation);
void check_fill_value(const plan::Type& type);
void check_lateral(plan::JoinKind kind);

}  // namespace firesteel::connect
