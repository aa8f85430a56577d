// df.show() and its HTML form, as org.apache.spark.sql.classic.Dataset.showString prints them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plan/relation.h"

namespace arrow {
class RecordBatch;
}

namespace firesteel::connect {

// Collects the first rows of a result as text, and draws them.
class ShowTable {
 public:
  ShowTable(const plan::ShowString& options, const plan::Schema& schema, std::string time_zone);

  // Rows that are wanted at all: one more than are shown, to know whether there are more.
  int64_t rows_wanted() const { return int64_t{options_.rows} + 1; }
  // Takes rows of a batch in the schema's Arrow types.
  void add(const arrow::RecordBatch& batch);
  std::string draw() const;

 private:
  std::string draw_table() const;
  std::string draw_vertical() const;
  std::string draw_html() const;
  std::string shortened(const std::string& text) const;
  size_t rows_shown() const;

  const plan::ShowString options_;
  const plan::Schema schema_;
  const std::string time_zone_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace firesteel::connect
