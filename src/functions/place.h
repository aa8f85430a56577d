// Calls whose value depends on where the row lies.
#pragma once

#include "functions/function.h"

namespace firesteel::functions {

// True for rand and its kin, whose calls may carry two more arguments than the user wrote: the
// row's partition and its position there. Without them the engine takes its input for one
// partition.
bool takes_place(const Function& function);

}  // namespace firesteel::functions
