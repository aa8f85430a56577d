#pragma once

#include "base/config.h"

namespace spark::connect {
class ConfigRequest_Operation;
class ConfigResponse;
}  // namespace spark::connect

namespace firesteel::connect {

// Answers one of the seven kinds of Config requests.
void answer_config(const spark::connect::ConfigRequest_Operation& operation, Config* config,
                   spark::connect::ConfigResponse* response);

}  // namespace firesteel::connect
