// The text of show(), show(vertical=True) and toHtml, from cells that are strings already.
// Follows Dataset.showString, showString with vertical, and htmlString.
#pragma once

#include <string>
#include <vector>

namespace firesteel::columns {

struct TableText {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;  // each as wide as names
  // More rows exist than `rows` holds: says "only showing top N rows".
  bool has_more = false;
};

// Cells longer than `truncate` characters are cut ("abc..."); 0 keeps them, and then cells stand
// left-aligned instead of right-aligned.
std::string show_string(const TableText& table, int truncate);
std::string show_vertical(const TableText& table, int truncate);
std::string to_html(const TableText& table, int truncate);

}  // namespace firesteel::columns
