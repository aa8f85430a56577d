// Any bytes are a plan or a SparkError to the SQL parser: never a crash, a hang or another
// exception.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "sql/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // The first byte chooses the entry point, so that one corpus serves all.
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % 5) {
      case 0:
        firesteel::sql::parse_statement(text);
        break;
      case 1:
        firesteel::sql::parse_expression(text);
        break;
      case 2:
        firesteel::sql::parse_type(text);
        break;
      case 3:
        firesteel::sql::parse_schema(text);
        break;
      default:
        firesteel::sql::parse_multipart_identifier(text);
        break;
    }
  } catch (const firesteel::SparkError& error) {
    // Bad input is an error of the user's; INTERNAL_ERROR is a bug of ours.
    if (error.condition() == "INTERNAL_ERROR") __builtin_trap();
  }
  return 0;
}
