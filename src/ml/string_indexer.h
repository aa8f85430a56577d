// What other operators use of StringIndexer: counting labels, and its model from labels.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ml/model.h"
#include "ml/params.h"
#include "ml/text_views.h"

namespace arrow {
class Array;
}

namespace firesteel::ml {

const ParamTable& string_indexer_params();
// A model with `params` of string_indexer_params(), and labels for each of its columns.
std::shared_ptr<const Model> make_string_indexer_model(
    ParamMap params, std::vector<std::vector<std::string>> labels);

// How often each label occurs in a column; numbers count as their texts, nulls not at all.
class LabelCounts {
 public:
  void add(const arrow::Array& column);
  // In one of the orders of `stringOrderType`.
  std::vector<std::string> sorted(const std::string& order) const;

 private:
  TextMap<int64_t> counts_;
};

}  // namespace firesteel::ml
