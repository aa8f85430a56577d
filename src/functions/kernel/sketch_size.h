// The sizes of theta and tuple sketches that Spark allows (ThetaSketchUtils, TupleSketchUtils).
#pragma once

#include <cstdint>
#include <string_view>

namespace firesteel::functions::kernel {

constexpr int kMinLgEntries = 4;
constexpr int kMaxLgEntries = 26;

// Throws SKETCH_INVALID_LG_NOM_ENTRIES outside of them.
void require_lg_entries(int64_t lg_entries, std::string_view function);

// Throws TUPLE_INVALID_SKETCH_MODE for other words than sum, min, max and alwaysone (in any case).
void require_summary_mode(std::string_view mode, std::string_view function);

}  // namespace firesteel::functions::kernel
