#include "ml/xgboost/ensemble_check.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "ml/params.h"

namespace firesteel::ml::xgboost {

namespace {

using nlohmann::json;

void check(bool condition, const std::string& reason) {
  if (!condition) throw_illegal_argument("This is no model of XGBoost: " + reason + ".");
}

// XGBoost writes its counts as text.
int64_t count(const json& object, const char* name) {
  const json& value = object.at(name);
  return value.is_string() ? std::stoll(value.get<std::string>()) : value.get<int64_t>();
}

std::vector<int64_t> numbers(const json& tree, const char* name, int64_t size) {
  const json& items = tree.at(name);
  check(items.is_array() && static_cast<int64_t>(items.size()) == size, std::string("a tree has another number of ") + name);
  std::vector<int64_t> result;
  for (const json& item : items) result.push_back(item.is_boolean() ? static_cast<int64_t>(item.get<bool>()) : item.get<int64_t>());
  return result;
}

// Nodes that split by categories have theirs in one list, each a part of it.
void check_categories(const json& tree, int64_t nodes) {
  const auto listed = static_cast<int64_t>(tree.at("categories").size());
  const auto splits = static_cast<int64_t>(tree.at("categories_nodes").size());
  const std::vector<int64_t> at = numbers(tree, "categories_nodes", splits);
  const std::vector<int64_t> segments = numbers(tree, "categories_segments", splits);
  const std::vector<int64_t> sizes = numbers(tree, "categories_sizes", splits);
  for (size_t i = 0; i < at.size(); ++i) {
    const bool is_inside = at[i] >= 0 && at[i] < nodes && segments[i] >= 0 && sizes[i] >= 0 && segments[i] <= listed &&
                           sizes[i] <= listed - segments[i];
    check(is_inside, "the categories of a node are outside of the list");
  }
  for (const json& category : tree.at("categories")) {
    check(category.is_number_integer() && category.get<int64_t>() >= 0 && category.get<int64_t>() < (1 << 24),
          "a category is out of range");
  }
}

void check_tree(const json& tree, int64_t features) {
  const int64_t nodes = count(tree.at("tree_param"), "num_nodes");
  check(nodes > 0 && count(tree.at("tree_param"), "num_feature") == features, "a tree is of other features");
  check(count(tree.at("tree_param"), "size_leaf_vector") <= 1, "a tree has several numbers in a leaf");
  const std::vector<int64_t> left = numbers(tree, "left_children", nodes);
  const std::vector<int64_t> right = numbers(tree, "right_children", nodes);
  const std::vector<int64_t> parents = numbers(tree, "parents", nodes);
  const std::vector<int64_t> splits = numbers(tree, "split_indices", nodes);
  numbers(tree, "default_left", nodes);
  for (const char* name : {"split_conditions", "base_weights", "loss_changes", "sum_hessian"}) {
    check(tree.at(name).is_array() && static_cast<int64_t>(tree.at(name).size()) == nodes,
          std::string("a tree has another number of ") + name);
  }
  const auto is_child = [&](int64_t child, int64_t parent) {
    return child > 0 && child < nodes && parents[static_cast<size_t>(child)] == parent;
  };
  for (int64_t node = 0; node < nodes; ++node) {
    const int64_t a = left[static_cast<size_t>(node)];
    const int64_t b = right[static_cast<size_t>(node)];
    if (a == -1 && b == -1) continue;
    // Each child has one parent: then no way leads in a circle.
    check(a != b && is_child(a, node) && is_child(b, node), "a node's children are not its own");
    const int64_t feature = splits[static_cast<size_t>(node)];
    check(feature >= 0 && feature < features, "a node splits by a feature that is not there");
  }
  check_categories(tree, nodes);
}

void check_learner(const json& learner) {
  const json& shape = learner.at("learner_model_param");
  const int64_t features = count(shape, "num_feature");
  check(features > 0 && features < (int64_t{1} << 31), "it has no features");
  const json& booster = learner.at("gradient_booster");
  const std::string name = booster.at("name").get<std::string>();
  check(name == "gbtree" || name == "dart", "it is no ensemble of trees");
  const json& ensemble = (name == "dart" ? booster.at("gbtree") : booster).at("model");
  const json& trees = ensemble.at("trees");
  const auto size = static_cast<int64_t>(trees.size());
  check(trees.is_array() && count(ensemble.at("gbtree_model_param"), "num_trees") == size, "trees are missing");
  if (name == "dart") check(static_cast<int64_t>(booster.at("weight_drop").size()) == size, "weights of trees are missing");
  const int64_t outputs = std::max<int64_t>(1, count(shape, "num_class")) * std::max<int64_t>(1, count(shape, "num_target"));
  check(count(shape, "num_class") >= 0 && outputs >= 1 && outputs <= std::max<int64_t>(1, size), "it has fewer trees than classes");
  for (const int64_t output : numbers(ensemble, "tree_info", size)) check(output >= 0 && output < outputs, "a tree is of no class");
  if (ensemble.contains("iteration_indptr")) {
    int64_t before = 0;
    for (const json& begin : ensemble.at("iteration_indptr")) {
      check(begin.is_number_integer() && begin.get<int64_t>() >= before && begin.get<int64_t>() <= size, "its rounds are not in order");
      before = begin.get<int64_t>();
    }
    check(before == size, "its rounds have other trees");
  }
  for (const json& tree : trees) check_tree(tree, features);
}

}  // namespace

void check_ensemble(const std::string& text) {
  const json model = json::parse(text, nullptr, false);
  check(model.is_object() && model.contains("learner"), "it is not XGBoost's JSON");
  try {
    check_learner(model.at("learner"));
  } catch (const json::exception& error) {
    check(false, error.what());
  } catch (const std::logic_error&) {  // of std::stoll
    check(false, "a count is no number");
  }
}

}  // namespace firesteel::ml::xgboost
