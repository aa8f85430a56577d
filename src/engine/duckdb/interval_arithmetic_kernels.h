// + - * / over dates, timestamps and intervals as kernels.
#pragma once

namespace firesteel::engine {

class KernelRegistry;
void register_interval_arithmetic_kernels(KernelRegistry& registry);

}  // namespace firesteel::engine
