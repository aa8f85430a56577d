#include "server/stop_signal.h"

#include <signal.h>
#include <unistd.h>

#include <thread>
#include <utility>

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

void exit_at_the_latest_after(std::chrono::milliseconds delay, std::function<void()> last_act) {
  std::thread([delay, last_act = std::move(last_act)] {
    std::this_thread::sleep_for(delay);
    last_act();
    _exit(0);
  }).detach();
}

}  // namespace firesteel::server
