// The one line of a metadata file.
#pragma once

#include <string>

#include "ml/params.h"

namespace firesteel::ml {

// `extra` is a JSON object whose members are added, or empty.
std::string metadata_line(const std::string& jvm_class, const ParamMap& params, const std::string& extra = {});

}  // namespace firesteel::ml
