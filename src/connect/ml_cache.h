#pragma once

namespace firesteel::connect {

// Fitted models and summaries of a session by their ids.
class MlCache {};

}  // namespace firesteel::connect
