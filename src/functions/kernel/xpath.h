// Values that an XPath expression finds in a text of XML.
#pragma once

#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// All take (xml, path); an empty xml or path gives null.
Value xpath_nodes(ValueCall& call, ValueArguments arguments);    // texts; null for elements
Value xpath_boolean(ValueCall& call, ValueArguments arguments);
Value xpath_number(ValueCall& call, ValueArguments arguments);   // as the result's type
Value xpath_string(ValueCall& call, ValueArguments arguments);

}  // namespace firesteel::functions::kernel
