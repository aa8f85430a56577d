// In how many runs of rows Spark would hold a dataset before a fit reads it.
#pragma once

#include <cstdint>

#include "plan/relation.h"

namespace firesteel {
class Config;
}

namespace firesteel::connect {

// ml::FitContext::slices of a resolved relation: of rows that came from the client, and of ranges that
// name their partitions, as long as rows pass one by one; otherwise 1.
int32_t dataset_slices(const plan::Relation& dataset, const Config& config);

}  // namespace firesteel::connect
