// Plans before they are placed, as Spark prints logical plans: explain("extended") and
// explain("cost").
#pragma once

#include <string>

#include "plan/relation.h"

namespace firesteel::connect {

// One node without its children: "Filter (k#1 > 1)"; nodes that are not resolved begin with a
// quote.
std::string logical_node_text(const plan::Relation& relation);

// The tree, one node a line, each line with its end. With statistics each node states its estimated
// size.
std::string logical_tree(const plan::RelationPtr& relation, bool with_statistics = false);

}  // namespace firesteel::connect
