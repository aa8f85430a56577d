#include <iostream>
#include <string>
#include <vector>

#include "base/version.h"
#include "server/command_line.h"
#include "server/doctor.h"
#include "server/serve.h"

int main(int argc, char** argv) {
  using firesteel::server::Command;
  const Command command =
      firesteel::server::parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
  switch (command.kind) {
    case Command::Kind::kVersion:
      std::cout << "firesteel " << firesteel::version() << " (Spark " << firesteel::spark_version()
                << ")\n";
      return 0;
    case Command::Kind::kDoctor:
      return firesteel::server::run_doctor(std::cout);
    case Command::Kind::kServe:
      return firesteel::server::serve(command.serve);
    case Command::Kind::kExit:
      (command.exit_status == 0 ? std::cout : std::cerr) << command.output;
      return command.exit_status;
  }
}
