// How explain shows the scan of a file source.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/relation.h"

namespace firesteel::connect {

struct ScanText {
  std::string line;  // "parquet [id#1L,p#2] Batched: true, DataFilters: […], …"
  std::vector<std::pair<std::string, std::string>> details;
};

// `filters` are the conditions right above the scan: what the engine pushes into it.
ScanText scan_text(const plan::Relation& relation, const plan::Scan& scan,
                   const std::vector<plan::ExpressionPtr>& filters);

}  // namespace firesteel::connect
