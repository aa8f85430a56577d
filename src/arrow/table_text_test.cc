// Expected texts: Spark 4.2, spark.range(3).selectExpr("id", "'x<y' as b") and its show() forms.
#include "arrow/table_text.h"

#include <gtest/gtest.h>

namespace firesteel::columns {
namespace {

TableText sample(size_t rows, bool has_more) {
  TableText table{{"id", "b"}, {}, has_more};
  for (size_t i = 0; i < rows; ++i) table.rows.push_back({std::to_string(i), "x<y"});
  return table;
}

TEST(TableText, ShowAlignsRightAndSaysThatThereIsMore) {
  EXPECT_EQ(show_string(sample(2, true), 20),
            "+---+---+\n| id|  b|\n+---+---+\n|  0|x<y|\n|  1|x<y|\n+---+---+\n"
            "only showing top 2 rows");
}

TEST(TableText, WithoutTruncationCellsStandLeft) {
  EXPECT_EQ(show_string(sample(1, false), 0),
            "+---+---+\n|id |b  |\n+---+---+\n|0  |x<y|\n+---+---+\n");
}

TEST(TableText, VerticalFormHasARecordPerRow) {
  EXPECT_EQ(show_vertical(sample(1, true), 20),
            "-RECORD 0--\n id  | 0   \n b   | x<y \nonly showing top 1 row");
  EXPECT_EQ(show_vertical(sample(0, false), 20), "(0 rows)\n");
}

TEST(TableText, HtmlEscapesMarkup) {
  EXPECT_EQ(to_html(sample(1, false), 20),
            "<table border='1'>\n<tr><th>id</th><th>b</th></tr>\n"
            "<tr><td>0</td><td>x&lt;y</td></tr>\n</table>\n");
}

TEST(TableText, NoColumns) {
  EXPECT_EQ(show_string({{}, {{}}, false}, 20), "++\n||\n++\n||\n++\n");
}

}  // namespace
}  // namespace firesteel::columns
