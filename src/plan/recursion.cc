#include "plan/recursion.h"

#include <cinttypes>
#include <cstdio>

namespace firesteel::plan {

namespace {

constexpr std::string_view kPrefix = "recursion:";

}  // namespace

std::string loop_key(const Loop& loop) {
  return std::string(kPrefix) + std::to_string(loop.id) + ":" + std::to_string(loop.level_max) +
         ":" + std::to_string(loop.row_max);
}

std::optional<Loop> loop_of(const Relation& relation) {
  const auto* leaf = relation.as<Cached>();
  if (!leaf || !leaf->key.starts_with(kPrefix)) return std::nullopt;
  Loop loop;
  const char* numbers = leaf->key.c_str() + kPrefix.size();
  if (std::sscanf(numbers, "%" SCNd64 ":%" SCNd64 ":%" SCNd64, &loop.id, &loop.level_max,
                  &loop.row_max) != 3) {
    return std::nullopt;
  }
  return loop;
}

bool is_round(const Relation& relation) {
  return loop_of(relation) && !relation.as<Cached>()->original;
}

}  // namespace firesteel::plan
