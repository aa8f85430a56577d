// A resolved plan as operators with the names that Spark's physical plans have. What is printed is
// what Firesteel runs: there are no exchanges, and one hash table serves all threads of a join.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/relation.h"

namespace firesteel::connect {

struct PhysicalOperator {
  std::string name;        // "HashAggregate"
  std::string text;        // "HashAggregate(keys=[k#1], functions=[count(1)])"
  std::string exec_class;  // "HashAggregateExec"
  bool is_fused = false;   // runs in one pipeline with its neighbours: printed as *(stage)
  int stage = 0;           // set where is_fused
  int number = 0;          // 1 for the first in post-order: explain("formatted")
  // Lines of explain("formatted"): "Input [1]" → "[id#1L]".
  std::vector<std::pair<std::string, std::string>> details;
  std::vector<plan::ExpressionPtr> expressions;
  std::vector<PhysicalOperator> children;
};

// What Spark calls the operator of a relation: "HashAggregate". A limit has another name at the root.
std::string operator_name(const plan::Relation& relation, bool is_root);
// The relations whose operators feed that of `relation`: a limit and the sort and offset below it are one.
std::vector<plan::RelationPtr> operator_inputs(const plan::Relation& relation);

// `resolved` satisfies plan::is_resolved.
PhysicalOperator physical_plan(const plan::RelationPtr& resolved);

// One operator a line: "*(1) Project [id#1L]".
std::string physical_tree(const PhysicalOperator& root);
// The numbered tree and a paragraph for each operator: explain("formatted").
std::string formatted_plan(const PhysicalOperator& root);
// The roots of the pipelines, in the order of their numbers.
std::vector<const PhysicalOperator*> fused_stages(const PhysicalOperator& root);

}  // namespace firesteel::connect
