// Finds subplans that occur more than once in a plan, up to attribute ids; those that draw numbers
// only where the same node stands in several places.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "plan/relation.h"

namespace firesteel::engine {

class RepeatedSubplans {
 public:
  // Numbers every subplan of `root`: equal subplans get equal numbers, subplans smaller ones than what stands above them.
  void scan(const plan::RelationPtr& root);
  // The number of a subplan that is worth computing once; -1 when it is not.
  int shared_number(const plan::Relation& relation) const;
  bool has_loop() const { return has_loop_; }

 private:
  int number(const plan::RelationPtr& relation);
  void count(const plan::RelationPtr& relation);
  bool may_share(size_t index) const;

  std::unordered_map<std::string, int> numbers_by_text_;
  std::unordered_map<const plan::Relation*, int> numbers_;
  std::vector<int> occurrences_;
  std::vector<bool> is_worth_sharing_;
  std::vector<bool> may_move_;
  std::vector<bool> is_open_product_;
  bool has_loop_ = false;
};

// A text that is the same for two expressions that compute the same from inputs that `position`
// names (attribute id → text).
std::string canonical_text(const plan::Expression& expression,
                           const std::unordered_map<plan::AttributeId, std::string>& position);

}  // namespace firesteel::engine
