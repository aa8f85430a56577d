// SIGTERM and SIGINT as something to wait for.
#pragma once

namespace firesteel::server {

class StopSignal {
 public:
  // Blocks the signals in this thread and in those that it starts from now on: make it first.
  // SIGPIPE is ignored from then on: a client that goes away is an error of its stream.
  StopSignal();
  // Returns the signal's number when one has come.
  int wait();
};

// Ends the process with exit status 0 after `seconds`, whatever its threads do.
void exit_at_the_latest_after(int seconds);

}  // namespace firesteel::server
