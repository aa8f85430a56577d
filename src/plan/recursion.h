// WITH RECURSIVE in resolved plans, written with leaves that exist: a Cached whose key names the loop
// reads its rows. The leaf of the whole loop has the loop's UNION ALL as `original`: its first input
// are the rows to begin with, its second the rows of a round. There, leaves without `original` read
// the rows of the round before.
#pragma once

#include <optional>

#include "plan/relation.h"

namespace firesteel::plan {

struct Loop {
  int64_t id = 0;
  int64_t level_max = 100;    // more rounds are an error; negative: no limit
  int64_t row_max = 1000000;  // more rows are an error; negative: no limit
};

// The leaf's key.
std::string loop_key(const Loop& loop);
// The loop that the leaf belongs to; none for what is kept under any other key.
std::optional<Loop> loop_of(const Relation& relation);
// Whether the relation reads the round before.
bool is_round(const Relation& relation);

}  // namespace firesteel::plan
