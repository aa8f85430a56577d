// Several engines as one. A plan is cut where neighbouring operators run on different engines; each
// piece, a fragment, runs as a whole on one of them, and the rows cross as a stream of Arrow
// batches.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.h"

namespace firesteel::engine {

// `engines` stand in order of preference: an operator goes to the first that can run it. The last
// one gets what none accepts (and says itself what it cannot do), writes files and keeps caches:
// there it runs the uppermost operator itself, as a repartition decides the number of files. With one
// engine nothing is cut.
std::unique_ptr<Engine> make_router(std::vector<std::unique_ptr<Engine>> engines);

}  // namespace firesteel::engine
