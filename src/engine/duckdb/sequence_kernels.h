// Lists of numbers that are written into the engine's vectors as they are counted.
#pragma once

namespace firesteel::engine {

class KernelRegistry;

void register_sequence_kernels(KernelRegistry& registry);

}  // namespace firesteel::engine
