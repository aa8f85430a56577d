#include "arrow/table_text.h"

#include <algorithm>
#include <cstdint>

namespace firesteel::columns {

namespace {

// Code points of UTF-8 text; a stray continuation byte counts as part of the one before it.
std::vector<uint32_t> code_points(const std::string& text) {
  std::vector<uint32_t> points;
  for (unsigned char c : text) {
    if (c < 0x80) {
      points.push_back(c);
    } else if (c >= 0xC0) {
      points.push_back(c >= 0xF0 ? c & 0x07 : c >= 0xE0 ? c & 0x0F : c & 0x1F);
    } else if (!points.empty()) {
      points.back() = (points.back() << 6) | (c & 0x3F);
    }
  }
  return points;
}

// The ranges that Utils.stringHalfWidth counts twice.
bool is_full_width(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0xFFE0 && c <= 0xFFE6);
}

size_t width(const std::string& text) {
  size_t columns = 0;
  for (uint32_t c : code_points(text)) columns += is_full_width(c) ? 2 : 1;
  return columns;
}

std::string first_characters(const std::string& text, size_t count) {
  size_t seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && seen++ == count) {
      return text.substr(0, i);
    }
  }
  return text;
}

// Control characters as escapes, then cut to `truncate` characters.
std::string cell(const std::string& text, int truncate) {
  std::string shown;
  for (char c : text) {
    switch (c) {
      case '\n': shown += "\\n"; break;
      case '\r': shown += "\\r"; break;
      case '\t': shown += "\\t"; break;
      case '\f': shown += "\\f"; break;
      case '\b': shown += "\\b"; break;
      case '\v': shown += "\\v"; break;
      case '\a': shown += "\\a"; break;
      default: shown += c;
    }
  }
  if (truncate <= 0 || code_points(shown).size() <= static_cast<size_t>(truncate)) return shown;
  if (truncate < 4) return first_characters(shown, static_cast<size_t>(truncate));
  return first_characters(shown, static_cast<size_t>(truncate - 3)) + "...";
}

std::vector<std::vector<std::string>> cells(const TableText& table, int truncate) {
  std::vector<std::vector<std::string>> all;
  all.push_back({});
  for (const std::string& name : table.names) all[0].push_back(cell(name, truncate));
  for (const auto& row : table.rows) {
    all.push_back({});
    for (const std::string& value : row) all.back().push_back(cell(value, truncate));
  }
  return all;
}

std::string padded(const std::string& text, size_t columns, bool is_right) {
  const size_t own = width(text);
  const std::string space(columns > own ? columns - own : 0, ' ');
  return is_right ? space + text : text + space;
}

std::string more_rows(const TableText& table) {
  if (!table.has_more) return "";
  return "only showing top " + std::to_string(table.rows.size()) +
         (table.rows.size() == 1 ? " row" : " rows");
}

std::string escaped_html(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::string show_string(const TableText& table, int truncate) {
  const auto all = cells(table, truncate);
  std::vector<size_t> widths(table.names.size(), 3);
  for (const auto& row : all) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string line = "+";
  for (size_t columns : widths) line += std::string(columns, '-') + "+";
  if (widths.empty()) line = "++";
  line += "\n";
  std::string out = line;
  for (size_t r = 0; r < all.size(); ++r) {
    out += "|";
    for (size_t i = 0; i < all[r].size(); ++i) {
      out += padded(all[r][i], widths[i], truncate > 0) + "|";
    }
    if (widths.empty()) out += "|";
    out += "\n";
    if (r == 0) out += line;
  }
  return out + line + more_rows(table);
}

std::string show_vertical(const TableText& table, int truncate) {
  const auto all = cells(table, truncate);
  size_t name_width = 3;
  size_t value_width = 3;
  for (const std::string& name : all[0]) name_width = std::max(name_width, width(name));
  for (size_t r = 1; r < all.size(); ++r) {
    for (const std::string& value : all[r]) value_width = std::max(value_width, width(value));
  }
  std::string out;
  for (size_t r = 1; r < all.size(); ++r) {
    const std::string header = "-RECORD " + std::to_string(r - 1);
    const size_t total = name_width + value_width + 5;
    out += header + std::string(total > header.size() ? total - header.size() : 0, '-') + "\n";
    for (size_t i = 0; i < all[r].size(); ++i) {
      out += " " + padded(all[0][i], name_width, false) + " | " +
             padded(all[r][i], value_width, false) + " \n";
    }
  }
  if (table.rows.empty()) return "(0 rows)\n";
  return out + more_rows(table);
}

std::string to_html(const TableText& table, int truncate) {
  const auto all = cells(table, truncate);
  std::string out = "<table border='1'>\n";
  for (size_t r = 0; r < all.size(); ++r) {
    const char* open = r == 0 ? "<th>" : "<td>";
    const char* close = r == 0 ? "</th>" : "</td>";
    out += "<tr>";
    for (size_t i = 0; i < all[r].size(); ++i) out += open + escaped_html(all[r][i]) + close;
    out += "</tr>\n";
  }
  out += "</table>\n";
  if (table.has_more) {
    out += "only showing top " + std::to_string(table.rows.size()) +
           (table.rows.size() == 1 ? " row\n" : " rows\n");
  }
  return out;
}

}  // namespace firesteel::columns
