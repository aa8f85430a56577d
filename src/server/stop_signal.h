// SIGTERM and SIGINT as something to wait for, and an end that comes whatever threads do.
#pragma once

#include <chrono>
#include <functional>

namespace firesteel::server {

class StopSignal {
 public:
  // From now on the signals end nothing by themselves: make it first, and one of it.
  // SIGPIPE is ignored from then on: a client that goes away is an error of its stream.
  StopSignal();
  // Returns the signal's number when one has come.
  int wait();

 private:
  int read_end_ = -1;
};

// After `delay` runs `last_act` on a thread of its own and ends the process with exit status 0.
void exit_at_the_latest_after(std::chrono::milliseconds delay, std::function<void()> last_act);

}  // namespace firesteel::server
