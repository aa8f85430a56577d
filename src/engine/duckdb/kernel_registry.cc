#include "engine/duckdb/kernel_registry.h"

namespace firesteel::engine {

void register_kernels(duckdb::cxx::Connection&) {}

}  // namespace firesteel::engine
