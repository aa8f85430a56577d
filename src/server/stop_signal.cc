#include "server/stop_signal.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace firesteel::server {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int StopSignal::wait() {
  const sigset_t signals = stop_signals();
  int number = 0;
  while (sigwait(&signals, &number) != 0) {
  }
  return number;
}

void exit_at_the_latest_after(int seconds) {
  std::thread([seconds] {
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    _exit(0);
  }).detach();
}

}  // namespace firesteel::server
