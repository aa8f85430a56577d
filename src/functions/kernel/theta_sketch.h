// What tuple sketches share with theta sketches, whose keys theirs are. Includes the library: only
// the files of both do.
#pragma once

#include <string_view>

#include <theta_sketch.hpp>

#include "functions/kernel/sketch_size.h"
#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// The library's builders refuse 16 entries, which Spark allows.
template <typename Builder>
struct SizedBuilder : Builder {
  explicit SizedBuilder(int lg_entries) { this->lg_k_ = static_cast<uint8_t>(lg_entries); }
};
template <typename Builder>
SizedBuilder<Builder> sized(int lg_entries) {
  return SizedBuilder<Builder>(lg_entries);
}

// Throws `condition` where the bytes are no theta sketch.
datasketches::compact_theta_sketch theta_sketch_from(const Value& value, std::string_view function,
                                                     std::string_view condition);

}  // namespace firesteel::functions::kernel
