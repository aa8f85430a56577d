// What a sort of DuckDB reserves before it has seen a row.
//
// DuckDB 2.0.0 gives each state of an operator 128 MB a thread, at most a sixteenth of the memory limit, until it asks for another
// amount. A window over partitions keeps a sort for each of its 16, 64 or 256 groups, and none of them asks while its
// rows fit: two million rows on two threads reserve 16 GB for a hundred megabytes. Every join that ends meanwhile believes that no memory is
// left and writes its rows to disk, on one thread. So a state begins with less here. Joins and aggregates set their own
// amounts afterwards, and a sort doubles its reservation whenever its rows need it.
#include <dlfcn.h>

#include <algorithm>
#include <cstdint>

#include "base/error.h"

namespace {

constexpr uint64_t kReservationMax = uint64_t{16} << 20;

using Constructor = void (*)(void* state, void* manager, uint64_t minimum_reservation);

constexpr const char* kConstructor = "_ZN6duckdb20TemporaryMemoryStateC1ERNS_22TemporaryMemoryManagerEm";

}  // namespace

// duckdb::TemporaryMemoryState::TemporaryMemoryState(TemporaryMemoryManager&, idx_t minimum_reservation): the library calls it by
// this name, which the executable's own definition takes.
extern "C" __attribute__((visibility("default"))) void
_ZN6duckdb20TemporaryMemoryStateC1ERNS_22TemporaryMemoryManagerEm(void* state, void* manager, uint64_t minimum_reservation) {
  static const auto construct = reinterpret_cast<Constructor>(dlsym(RTLD_NEXT, kConstructor));
  FIRESTEEL_CHECK(construct != nullptr, "DuckDB's library has no TemporaryMemoryState");
  construct(state, manager, std::min(minimum_reservation, kReservationMax));
}
