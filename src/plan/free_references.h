// Which columns of the query around it a relation needs.
#pragma once

#include <vector>

#include "plan/relation.h"

namespace firesteel::plan {

// Ids that expressions of the tree use and no node of it makes.
std::vector<AttributeId> free_references(const Relation& relation);

}  // namespace firesteel::plan
