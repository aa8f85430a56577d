// The 128-bit integer that holds the unscaled value of a decimal of up to 38 digits.
#pragma once

namespace firesteel::functions::kernel {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

}  // namespace firesteel::functions::kernel
