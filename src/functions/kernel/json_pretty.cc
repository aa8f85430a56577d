#include "functions/kernel/json_pretty.h"

#include <cstddef>

namespace firesteel::functions::kernel {

namespace {

// Where the string that begins at `at` ends.
size_t end_of_string(std::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at < text.size() ? at + 1 : text.size();
}

}  // namespace

std::string pretty_json(std::string_view compact) {
  std::string out;
  std::string open;  // the brackets that the place is in
  size_t depth = 0;  // of objects: arrays are not set in
  const auto new_line = [&] { out.append("\n").append(2 * depth, ' '); };
  for (size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    const bool is_empty = i > 0 && (compact[i - 1] == '{' || compact[i - 1] == '[');
    switch (c) {
      case '"': {
        const size_t end = end_of_string(compact, i);
        out += compact.substr(i, end - i);
        i = end - 1;
        break;
      }
      case '{':
      case '[': {
        open += c;
        out += c;
        const bool is_closed = i + 1 < compact.size() && (compact[i + 1] == '}' || compact[i + 1] == ']');
        if (c == '[' || is_closed) {
          out += ' ';
        } else {
          ++depth;
          new_line();
        }
        break;
      }
      case '}':
      case ']':
        if (!is_empty && c == '}') {
          --depth;
          new_line();
        } else if (!is_empty) {
          out += ' ';
        }
        out += c;
        open.pop_back();
        break;
      case ':': out += " : "; break;
      case ',':
        out += ',';
        open.back() == '{' ? new_line() : void(out += ' ');
        break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace firesteel::functions::kernel
