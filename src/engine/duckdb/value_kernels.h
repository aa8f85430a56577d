// Families of kernels that are no plain callables (kernel_adaptor.h).
#pragma once

namespace firesteel::engine {

class KernelRegistry;

void register_value_kernels(KernelRegistry& registry);
void register_array_set_kernels(KernelRegistry& registry);
void register_lambda_kernels(KernelRegistry& registry);
void register_moment_aggregates(KernelRegistry& registry);
void register_byte_counts(KernelRegistry& registry);
void register_value_aggregates(KernelRegistry& registry);

}  // namespace firesteel::engine
