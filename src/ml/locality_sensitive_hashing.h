// Hashes under which near vectors meet, and the searches that use them.
#pragma once

#include <memory>
#include <string>

#include "ml/model.h"

namespace firesteel::ml {

// A model that hashes vectors. What its searches need of a dataset are transformers, so that an
// engine streams them.
class HashingModel : public Model {
 public:
  // The hashes in outputCol, unless the dataset has that column already.
  virtual std::shared_ptr<const Transformer> hash_if_missing() const = 0;
  // Rows that share a bucket with `key` (hashed in outputCol), and their distance from it in
  // `distance_column`.
  virtual std::shared_ptr<const Transformer> neighbors_of(
      const Vector& key, const std::string& distance_column) const = 0;
  // For a column `rows` of structs with the hashes: a row per hash with its place and value in
  // kEntryColumn and kHashColumn.
  virtual std::shared_ptr<const Transformer> explode_hashes(const std::string& rows) const = 0;
  // Adds the distance between the vectors inside the struct columns `left` and `right`.
  virtual std::shared_ptr<const Transformer> distance_between(
      const std::string& left, const std::string& right,
      const std::string& distance_column) const = 0;

  static constexpr const char* kEntryColumn = "entry";
  static constexpr const char* kHashColumn = "hashValue";
};

}  // namespace firesteel::ml
