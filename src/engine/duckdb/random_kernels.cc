// Random numbers by the position of a row: the value does not depend on which thread asks.
#include <cstdlib>
#include <optional>
#include <string>

#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/poisson.h"
#include "functions/kernel/xorshift.h"

namespace firesteel::engine {
namespace {

using functions::kernel::PoissonDraws;
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

// One draw a character.
struct TextSequence {
  int64_t seed = 0;
  int64_t next = -1;
  XorShiftRandom generator{0};

  std::string at(int64_t wanted_seed, int64_t position, int64_t length) {
    if (next != position || seed != wanted_seed) {
      generator = XorShiftRandom(wanted_seed);
      generator.jump(static_cast<uint64_t>(position) * static_cast<uint64_t>(length));
      seed = wanted_seed;
    }
    next = position + 1;
    std::string text;
    for (int64_t i = 0; i < length; ++i) {
      const int32_t draw = std::abs(generator.next_int() % 62);
      const int32_t letter = draw < 10 ? '0' + draw : draw < 36 ? 'a' + draw - 10 : 'A' + draw - 36;
      text += static_cast<char>(letter);
    }
    return text;
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

// A row's draws depend on how many numbers the rows before took, so that these are drawn as well.
struct PoissonSequence {
  double mean = 0;
  int64_t seed = 0;
  int32_t partition = 0;
  int64_t next = 0;
  std::optional<PoissonDraws> draws;

  int64_t at(double wanted_mean, int64_t wanted_seed, int32_t wanted_partition, int64_t position) {
    if (!draws || next > position || mean != wanted_mean || seed != wanted_seed || partition != wanted_partition) {
      draws.emplace(wanted_mean, wanted_seed, wanted_partition);
      mean = wanted_mean;
      seed = wanted_seed;
      partition = wanted_partition;
      next = 0;
    }
    for (; next < position; ++next) draws->next();
    ++next;
    return draws->next();
  }
};

}  // namespace

void register_random_kernels(KernelRegistry& registry) {
  registry.add("fs_random_at", [](Sequence& sequence, int64_t seed, int64_t position) -> double {
    return sequence.at(seed, position).next_double();
  });
  registry.add("fs_random_text_at", [](TextSequence& sequence, int64_t seed, int64_t position, int64_t length) -> std::string {
    return sequence.at(seed, position, length);
  });
  registry.add("fs_random_normal_at", [](NormalSequence& sequence, int64_t seed, int64_t position) -> double {
    return sequence.at(seed, position);
  });
  registry.add("fs_poisson_at",
               [](PoissonSequence& sequence, double mean, int64_t seed, int32_t partition, int64_t position) -> int64_t {
                 return sequence.at(mean, seed, partition, position);
               });
}

}  // namespace firesteel::engine
