// Writes strings and bytes into a vector of DuckDB: what Vector::AssignStringUnsafe asks of the vector for
// each element (its memory, its heap, its kind) is asked once.
#pragma once

#include <optional>
#include <string_view>

#include <duckdb_cpp.hpp>

namespace firesteel::engine {

class StringWriter {
 public:
  // The vector must outlive the writer and keep its size while it writes. It is VARCHAR or BLOB.
  explicit StringWriter(duckdb::cxx::Vector& vector)
      : vector_(&vector), elements_(vector.GetDataMutable<duckdb::cxx::varchar_t>()) {}

  // Copies the bytes; those of VARCHAR must be UTF-8 already.
  void set(duckdb::cxx::idx_t row, std::string_view bytes) {
    if (bytes.size() <= duckdb::cxx::varchar_t::INLINE_LENGTH) {
      elements_[row] = duckdb::cxx::varchar_t(bytes);
      return;
    }
    if (!heap_) heap_.emplace(vector_->GetHeap());
    elements_[row] = heap_->AddStringUnsafe(bytes);
  }

 private:
  duckdb::cxx::Vector* vector_;
  duckdb::cxx::varchar_t* elements_;
  std::optional<duckdb::cxx::Arena> heap_;
};

}  // namespace firesteel::engine
