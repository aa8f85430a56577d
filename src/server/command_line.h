// The command line of `firesteel`.
#pragma once

#include <string>
#include <vector>

#include "server/options.h"

namespace firesteel::server {

struct Command {
  enum class Kind { kServe, kVersion, kDoctor, kExit };
  Kind kind = Kind::kExit;
  ServeOptions serve;   // for kServe
  std::string output;   // for kExit: help or an error, to be printed
  int exit_status = 0;  // for kExit: 0 after help, 2 after an error
};

// `arguments` without the program's name. Reads the files that the options name. Never throws for
// what a user typed: that is a kExit with one sentence.
Command parse_command_line(std::vector<std::string> arguments);

}  // namespace firesteel::server
