// Random numbers by the position of a row: the value does not depend on which thread asks.
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/xorshift.h"

namespace firesteel::engine {
namespace {

using functions::kernel::XorShiftRandom;

// Rows mostly come in order, so that the generator only steps; elsewhere it jumps.
struct Sequence {
  int64_t seed = 0;
  int64_t next = -1;
  XorShiftRandom generator{0};

  XorShiftRandom& at(int64_t wanted_seed, int64_t position) {
    if (next != position || seed != wanted_seed) {
      generator = XorShiftRandom(wanted_seed);
      generator.jump(2 * static_cast<uint64_t>(position));
      seed = wanted_seed;
    }
    next = position + 1;
    return generator;
  }
};

// Normal draws take as many steps as chance wants: out of order they are drawn again from the start.
struct NormalSequence {
  int64_t seed = 0;
  int64_t next = -1;
  XorShiftRandom generator{0};

  double at(int64_t wanted_seed, int64_t position) {
    if (next < 0 || next > position || seed != wanted_seed) {
      generator = XorShiftRandom(wanted_seed);
      seed = wanted_seed;
      next = 0;
    }
    for (; next < position; ++next) generator.next_gaussian();
    ++next;
    return generator.next_gaussian();
  }
};

}  // namespace

void register_random_kernels(KernelRegistry& registry) {
  registry.add("fs_random_at", [](Sequence& sequence, int64_t seed, int64_t position) -> double {
    return sequence.at(seed, position).next_double();
  });
  registry.add("fs_random_normal_at", [](NormalSequence& sequence, int64_t seed, int64_t position) -> double {
    return sequence.at(seed, position);
  });
}

}  // namespace firesteel::engine
