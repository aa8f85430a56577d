// Spark's string functions.
#include <memory>
#include <string>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/json_path.h"
#include "functions/kernel/like.h"
#include "functions/kernel/string_functions.h"
#include "functions/kernel/unicode_case.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using Text = std::string_view;

template <auto Append>
void add_appending(KernelRegistry& registry, const char* name) {
  registry.add(name, [](Text text) -> std::string {
    std::string out;
    Append(text, out);
    return out;
  });
}

void register_parts(KernelRegistry& registry) {
  registry.add("fs_substring_index", [](Text text, Text delimiter, int32_t count) -> Text {
    return kernel::substring_index(text, delimiter, count);
  });
  registry.add("fs_substring", [](Text text, int32_t position, int32_t length) -> Text {
    return kernel::substring(text, position, length);
  });
  registry.add("fs_substring_binary", [](Bytes bytes, int32_t position, int32_t length) -> BytesResult {
    return {std::string(kernel::substring_bytes(bytes.view, position, length))};
  });
  registry.add("fs_split_part", [](Text text, Text delimiter, int32_t index) -> Text {
    return kernel::split_part(text, delimiter, index);
  });
  registry.add("fs_locate", [](Text part, Text text, int32_t start) -> int32_t {
    return kernel::locate(part, text, start);
  });
  registry.add("fs_find_in_set", [](Text word, Text list) -> int32_t {
    return kernel::find_in_set(word, list);
  });
}

void register_rewrites(KernelRegistry& registry) {
  add_appending<kernel::append_upper_case>(registry, "fs_upper");
  add_appending<kernel::append_lower_case>(registry, "fs_lower");
  add_appending<kernel::append_initial_capitals>(registry, "fs_initcap");
  add_appending<kernel::reverse_characters>(registry, "fs_reverse");
  add_appending<kernel::soundex>(registry, "fs_soundex");
  registry.add("fs_repeat_count",
               [](Text text, int32_t count) -> int64_t { return kernel::repeat_count(text, count); });
  registry.add("fs_lpad", [](Text text, int32_t length, Text padding) -> std::string {
    std::string out;
    kernel::pad_left(text, length, padding, out);
    return out;
  });
  registry.add("fs_rpad", [](Text text, int32_t length, Text padding) -> std::string {
    std::string out;
    kernel::pad_right(text, length, padding, out);
    return out;
  });
  registry.add("fs_translate", [](Text text, Text from, Text to) -> std::string {
    std::string out;
    kernel::translate(text, from, to, out);
    return out;
  });
  registry.add("fs_overlay",
               [](Text text, Text replacement, int32_t position, int32_t length) -> std::string {
                 std::string out;
                 kernel::overlay(text, replacement, position, length, out);
                 return out;
               });
  registry.add("fs_mask",
               [](Text text, std::optional<Text> upper, std::optional<Text> lower,
                  std::optional<Text> digit, std::optional<Text> other) -> std::string {
                 std::string out;
                 kernel::mask(text, upper, lower, digit, other, out);
                 return out;
               });
  registry.add("fs_chr", [](int64_t number) -> std::string {
    std::string out;
    kernel::append_character(number, out);
    return out;
  });
}

// LIKE's pattern and a JSON path are constants nearly always.
struct LikeState {
  std::string pattern;
  std::string escape;
  std::unique_ptr<kernel::LikePattern> compiled;
};
struct PathState {
  std::string text;
  std::unique_ptr<kernel::JsonPath> path;
};

void register_searches(KernelRegistry& registry) {
  registry.add("fs_like", [](LikeState& state, Text text, Text pattern, Text escape) -> bool {
    if (!state.compiled || state.pattern != pattern || state.escape != escape) {
      state.compiled = std::make_unique<kernel::LikePattern>(pattern, escape);
      state.pattern = pattern;
      state.escape = escape;
    }
    return state.compiled->matches(text);
  });
  registry.add("fs_get_json_object",
               [](PathState& state, Text json, Text path) -> std::optional<std::string> {
                 if (!state.path || state.text != path) {
                   state.path = std::make_unique<kernel::JsonPath>(path);
                   state.text = path;
                 }
                 return state.path->find(json);
               });
  registry.add("fs_ascii", [](Text text) -> int32_t { return kernel::ascii(text); });
  registry.add("fs_luhn_check", [](Text digits) -> bool { return kernel::luhn_check(digits); });
  registry.add("fs_levenshtein", [](Text left, Text right) -> int32_t {
    return kernel::levenshtein(left, right);
  });
  registry.add("fs_levenshtein", [](Text left, Text right, int32_t threshold) -> int32_t {
    return kernel::levenshtein(left, right, threshold);
  });
  registry.add("fs_conv",
               [](Text text, int32_t from, int32_t to, bool ansi) -> std::optional<std::string> {
                 return kernel::convert_base(text, from, to, ansi);
               });
}

}  // namespace

void register_string_kernels(KernelRegistry& registry) {
  register_parts(registry);
  register_rewrites(registry);
  register_searches(registry);
}

}  // namespace firesteel::engine
