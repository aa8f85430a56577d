// How long a list may be that one call makes of nothing: what vectors of the engine hold is not part of its own account.
#pragma once

#include <cstdint>

namespace firesteel::functions::kernel {

// For the whole process; without it only Spark's limit of elements counts.
void set_list_memory_limit(int64_t bytes);

// Before a list of `elements` of `bytes_of_element` each is made: throws SparkError where it, its copies in the expressions
// above and the growing of those would not fit the limit.
void check_list_memory(int64_t elements, int64_t bytes_of_element);

}  // namespace firesteel::functions::kernel
