#include "server/stop_signal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <utility>

#include "base/error.h"

namespace firesteel::server {
namespace {

int write_end = -1;

// Whatever thread the system gives the signal to: libraries have some of their own before main() begins.
extern "C" void tell_main_thread(int number) {
  const int kept = errno;
  const auto byte = static_cast<unsigned char>(number);
  [[maybe_unused]] const ssize_t written = write(write_end, &byte, 1);
  errno = kept;
}

}  // namespace

StopSignal::StopSignal() {
  int ends[2] = {-1, -1};
  FIRESTEEL_CHECK(pipe2(ends, O_CLOEXEC) == 0, "no pipe for the signals that stop the server");
  read_end_ = ends[0];
  write_end = ends[1];
  struct sigaction action = {};
  action.sa_handler = tell_main_thread;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGTERM, SIGINT}) sigaction(number, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int StopSignal::wait() {
  unsigned char number = 0;
  while (read(read_end_, &number, 1) != 1) {
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
