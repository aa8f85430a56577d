#include <iostream>
#include <string_view>

#include "base/version.h"

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "--help";
  if (command == "version") {
    std::cout << "firesteel " << firesteel::version() << " (Spark Connect " << firesteel::spark_version() << ")\n";
    return 0;
  }
  std::cout << "usage: firesteel version\n";
  return command == "--help" ? 0 : 2;
}
