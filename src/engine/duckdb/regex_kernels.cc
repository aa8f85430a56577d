// Java regular expressions.
#include <memory>
#include <string>

#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/java_regex.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using Text = std::string_view;
using Parts = std::vector<std::string_view>;

// A thread compiles a constant pattern once.
struct RegexState {
  std::string pattern;
  std::unique_ptr<kernel::JavaRegex> regex;
  std::string replacement_text;
  std::unique_ptr<kernel::RegexReplacement> replacement;

  const kernel::JavaRegex& get(Text wanted, const char* function) {
    if (!regex || pattern != wanted) {
      regex = std::make_unique<kernel::JavaRegex>(wanted, function);
      pattern = wanted;
    }
    return *regex;
  }
  const kernel::RegexReplacement& replacement_of(Text wanted) {
    if (!replacement || replacement_text != wanted) {
      replacement = std::make_unique<kernel::RegexReplacement>(wanted);
      replacement_text = wanted;
    }
    return *replacement;
  }
};

}  // namespace

void register_regex_kernels(KernelRegistry& registry) {
  registry.add("fs_rlike", [](RegexState& state, Text text, Text pattern) -> bool {
    return state.get(pattern, "rlike").find(text);
  });
  registry.add("fs_regexp_extract",
               [](RegexState& state, Text text, Text pattern, int32_t index) -> Text {
                 return kernel::regexp_extract(state.get(pattern, "regexp_extract"), text, index);
               });
  registry.add("fs_regexp_extract_all",
               [](RegexState& state, Text text, Text pattern, int32_t index) -> Parts {
                 return kernel::regexp_extract_all(state.get(pattern, "regexp_extract_all"), text, index);
               });
  registry.add("fs_regexp_replace",
               [](RegexState& state, Text text, Text pattern, Text replacement,
                  int32_t position) -> std::string {
                 std::string out;
                 kernel::regexp_replace(state.get(pattern, "regexp_replace"), text,
                                        state.replacement_of(replacement), position, out);
                 return out;
               });
  registry.add("fs_regexp_count", [](RegexState& state, Text text, Text pattern) -> int32_t {
    return kernel::regexp_count(state.get(pattern, "regexp_count"), text);
  });
  registry.add("fs_regexp_substr",
               [](RegexState& state, Text text, Text pattern) -> std::optional<Text> {
                 return kernel::regexp_substr(state.get(pattern, "regexp_substr"), text);
               });
  registry.add("fs_regexp_instr", [](RegexState& state, Text text, Text pattern, int32_t) -> int32_t {
    return kernel::regexp_instr(state.get(pattern, "regexp_instr"), text);
  });
  registry.add("fs_split", [](RegexState& state, Text text, Text pattern, int32_t limit) -> Parts {
    return kernel::split_by_regex(state.get(pattern, "split"), text, limit);
  });
  registry.add("fs_split_by_text", [](Text text, Text separator) -> kernel::TextParts { return {text, separator}; });
}

}  // namespace firesteel::engine
