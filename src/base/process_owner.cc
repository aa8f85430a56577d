#include "base/process_owner.h"

#include <pwd.h>
#include <unistd.h>

namespace firesteel {

const std::string& process_owner() {
  static const std::string name = [] {  // once: getpwuid() answers in memory that all threads share
    const passwd* entry = getpwuid(geteuid());
    return std::string(entry != nullptr ? entry->pw_name : "anonymous");
  }();
  return name;
}

}  // namespace firesteel
