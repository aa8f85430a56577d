// Estimates of a plan's result, by the rules of Spark's SizeInBytesOnlyStatsPlanVisitor.
#pragma once

#include <optional>
#include <string>

#include "plan/relation.h"

namespace firesteel::connect {

struct PlanSize {
  double bytes = 1;
  std::optional<double> rows;
};

PlanSize plan_size(const plan::Relation& relation);
// "Statistics(sizeInBytes=32.0 B, rowCount=1)"
std::string statistics_text(const PlanSize& size);

}  // namespace firesteel::connect
