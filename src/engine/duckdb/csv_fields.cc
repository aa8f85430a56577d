#include "engine/duckdb/csv_fields.h"

#include <algorithm>

namespace firesteel::engine {

size_t read_quoted_field(std::string_view line, std::string_view separator, std::string_view quote,
                         std::string_view escape, std::string& out) {
  out.clear();
  size_t at = quote.size();
  while (at < line.size()) {
    const std::string_view rest = line.substr(at);
    if (!escape.empty() && rest.starts_with(escape)) {
      const std::string_view next = rest.substr(escape.size());
      if (next.starts_with(quote) || next.starts_with(escape)) {
        const size_t size = next.starts_with(quote) ? quote.size() : escape.size();
        out += next.substr(0, size);
        at += escape.size() + size;
        continue;
      }
    }
    if (!rest.starts_with(quote)) {
      out += line[at++];
      continue;
    }
    at += quote.size();
    size_t end = at;
    const auto is_separator = [&] { return line.substr(end).starts_with(separator); };
    while (end < line.size() && static_cast<unsigned char>(line[end]) <= ' ' && !is_separator()) ++end;
    if (end == line.size() || is_separator()) return end;
    out.insert(0, quote);
    out += quote;
    end = std::min(line.find(separator, at), line.size());
    out += line.substr(at, end - at);
    return end;
  }
  return line.size();
}

}  // namespace firesteel::engine
