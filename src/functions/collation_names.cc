#include "functions/collation_names.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "functions/collation_list.h"
#include "functions/kernel/string_functions.h"

namespace firesteel::functions {

namespace {

constexpr std::string_view kOfBytes = "UTF8_";

std::vector<std::string> root_names(bool is_of_bytes) {
  if (is_of_bytes) return {"UTF8_BINARY", "UTF8_LCASE"};
  std::vector<std::string> names;
  for (const CollationLocale& locale : collation_locales()) names.emplace_back(locale.name);
  std::sort(names.begin(), names.end());
  return names;
}

// CollationSpec.collationNameToId: a name, then each modifier at most once.
bool is_collation(const std::string& upper) {
  const bool is_of_bytes = upper.starts_with(kOfBytes);
  size_t length = 0;
  for (const std::string& root : root_names(is_of_bytes)) {
    if (upper.starts_with(upper_case(root))) length = std::max(length, root.size());
  }
  if (length == 0) return false;
  bool has_case = is_of_bytes, has_accent = is_of_bytes, has_padding = false;
  std::string_view rest = std::string_view(upper).substr(length);
  const auto take = [&](std::string_view modifier, bool& is_set) {
    const bool is_whole = rest.size() == modifier.size() || (rest.size() > modifier.size() && rest[modifier.size()] == '_');
    if (is_set || !rest.starts_with(modifier) || !is_whole) return false;
    rest.remove_prefix(modifier.size());
    return is_set = true;
  };
  while (!rest.empty()) {
    const bool is_known = take("_CI", has_case) || take("_CS", has_case) || take("_AI", has_accent) || take("_AS", has_accent) ||
                          take("_RTRIM", has_padding);
    if (!is_known) return false;
  }
  return true;
}

// The modifiers at the end of the name, each once and in their order, and none that another one contradicts.
std::string taken_modifiers(std::string& name, bool is_of_bytes) {
  std::vector<std::string_view> known = {"_RTRIM"};
  if (!is_of_bytes) known = {"_CI", "_AI", "_CS", "_AS", "_RTRIM"};
  std::vector<std::string_view> found;  // in their order
  for (bool goes_on = true; goes_on;) {
    const auto last = std::find_if(known.begin(), known.end(), [&](std::string_view one) { return name.ends_with(one); });
    goes_on = last != known.end();
    if (!goes_on) break;
    name.resize(name.size() - last->size());
    found.insert(found.begin(), *last);
  }
  const auto has = [&](std::string_view one) { return std::find(found.begin(), found.end(), one) != found.end(); };
  std::string modifiers;
  for (size_t i = 0; i < found.size(); ++i) {
    const bool is_repeated = std::find(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(i), found[i]) != found.begin() + static_cast<std::ptrdiff_t>(i);
    const bool is_contradicted = (found[i] == "_CI" && has("_CS")) || (found[i] == "_AI" && has("_AS"));
    if (!is_repeated && !is_contradicted) modifiers += found[i];
  }
  return modifiers;
}

// CollationFactory.getClosestSuggestionsOnInvalidName: the nearest name, and up to two more if they are less than three letters away.
std::string proposals(const std::string& name) {
  constexpr size_t kMost = 3;
  constexpr int32_t kFar = 3;
  const std::string upper = upper_case(name);
  const bool is_of_bytes = name.starts_with(kOfBytes);
  std::string root = upper;
  const std::string modifiers = taken_modifiers(root, is_of_bytes);
  std::vector<std::string> roots = root_names(is_of_bytes);
  std::stable_sort(roots.begin(), roots.end(), [&](const std::string& a, const std::string& b) {
    return kernel::levenshtein(upper_case(a), root) < kernel::levenshtein(upper_case(b), root);
  });
  std::string text = roots[0] + modifiers;
  for (size_t i = 1; i < std::min(kMost, roots.size()); ++i) {
    const std::string next = roots[i] + modifiers;
    if (kernel::levenshtein(upper_case(next), upper) >= kFar) break;
    text += ", " + next;
  }
  return text;
}

}  // namespace

std::string collation_name(std::string_view text) {
  constexpr std::string_view kSchema = "SYSTEM.BUILTIN.";
  std::string name(text);
  const bool is_qualified = upper_case(name).starts_with(kSchema);
  if (is_qualified) name.erase(0, kSchema.size());
  const bool is_elsewhere = name.find('.') != std::string::npos;
  if (is_elsewhere) name.erase(0, name.rfind('.') + 1);
  std::string upper = upper_case(name);
  if (!is_elsewhere && is_collation(upper)) return upper;
  throw SparkError("COLLATION_INVALID_NAME", {{"collationName", name}, {"proposals", proposals(name)}});
}

}  // namespace firesteel::functions
