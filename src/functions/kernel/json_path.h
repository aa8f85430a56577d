// get_json_object: a path of Spark's JSON path language, compiled once, over JSON texts. Immutable
// and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

class JsonPath {
 public:
  // A path that Spark cannot parse finds nothing.
  explicit JsonPath(std::string_view path);

  // What the path finds as text: strings without quotes, everything else as compact JSON. Nothing
  // for NULL, for no match and for malformed JSON.
  std::optional<std::string> find(std::string_view json) const;

 private:
  enum class Step { kKey, kName, kSubscript, kIndex, kWildcard };
  struct Instruction {
    Step step;
    std::string name;
    int64_t index = 0;
  };
  class Evaluator;

  std::vector<Instruction> instructions_;
  bool is_valid_ = false;
};

}  // namespace firesteel::functions::kernel
