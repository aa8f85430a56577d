// What Spark 4.2.0 answers to SELECT text RLIKE pattern, function(text, pattern, …) and
// text LIKE pattern ESCAPE escape; arrays as to_json writes them.
#include "functions/kernel/java_regex.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "functions/kernel/java_regex_translator.h"
#include "functions/kernel/like.h"
#include "functions/kernel/text_parts.h"

namespace firesteel::functions::kernel {
namespace {

struct Case {
  std::string_view function;
  std::string_view text;
  std::string_view pattern;
  std::string_view replacement;
  int32_t number;
  std::string_view expected;
};

constexpr Case kCases[] = {
    // clang-format off
    {"rlike", "abc", "b", "", 0, "true"},
    {"rlike", "abc", "^b", "", 0, "false"},
    {"rlike", "ABC", "(?i)abc", "", 0, "true"},
    {"rlike", "a\nb", "a.b", "", 0, "false"},
    {"rlike", "a\nb", "(?s)a.b", "", 0, "true"},
    {"rlike", "\xc3\xa9", "^\\w$", "", 0, "false"},
    {"rlike", "\xc3\xa9", "^.$", "", 0, "true"},
    {"rlike", "\xc3\xa9", "(?U)^\\w$", "", 0, "true"},
    {"rlike", "\xd9\xa3", "\\d", "", 0, "false"},
    {"rlike", "a b", "a\\hb", "", 0, "true"},
    {"rlike", "\xc2\xa0", "\\s", "", 0, "false"},
    {"rlike", "\xc2\xa0", "\\h", "", 0, "true"},
    {"rlike", "x", "[a-z&&[^aeiou]]", "", 0, "true"},
    {"rlike", "a", "[a-z&&[^aeiou]]", "", 0, "false"},
    {"rlike", "e", "[a-d[m-p]]", "", 0, "false"},
    {"rlike", "n", "[a-d[m-p]]", "", 0, "true"},
    {"rlike", "b", "[a-z&&[def]]", "", 0, "false"},
    {"rlike", "d", "[a-z&&def]", "", 0, "true"},
    {"rlike", "Ab", "\\p{Lu}\\p{Ll}", "", 0, "true"},
    {"rlike", "Ab", "\\p{Upper}\\p{Lower}", "", 0, "true"},
    {"rlike", "\xc3\x89", "\\p{Upper}", "", 0, "false"},
    {"rlike", "\xc3\x89", "\\p{Lu}", "", 0, "true"},
    {"rlike", "\xc3\x89", "\\p{IsUppercase}", "", 0, "true"},
    {"rlike", "x", "\\p{javaLowerCase}", "", 0, "true"},
    {"rlike", "x", "\\p{IsAlphabetic}", "", 0, "true"},
    {"rlike", "\xce\xb1", "\\p{IsGreek}", "", 0, "true"},
    {"rlike", "\xce\xb1", "\\p{InGreek}", "", 0, "true"},
    {"rlike", "1", "\\p{Punct}", "", 0, "false"},
    {"rlike", "!", "\\p{Punct}", "", 0, "true"},
    {"rlike", "$", "\\p{Punct}", "", 0, "true"},
    {"rlike", "ab12", "\\p{Alpha}+\\p{Digit}+", "", 0, "true"},
    {"rlike", "abab", "(ab)\\1", "", 0, "true"},
    {"rlike", "foobar", "foo(?=bar)", "", 0, "true"},
    {"rlike", "foobar", "(?<=foo)bar", "", 0, "true"},
    {"rlike", "aaa", "a++a", "", 0, "false"},
    {"rlike", "a.b", "a\\.b", "", 0, "true"},
    {"rlike", "a.b", "\\Qa.b\\E", "", 0, "true"},
    {"rlike", "axb", "\\Qa.b\\E", "", 0, "false"},
    {"rlike", "abc", "\\Aabc\\z", "", 0, "true"},
    {"rlike", "abc\n", "abc$", "", 0, "true"},
    {"rlike", "abc\x0d\n", "abc$", "", 0, "true"},
    {"rlike", "abc\n", "abc\\Z", "", 0, "true"},
    {"rlike", "abc\n", "abc\\z", "", 0, "false"},
    {"rlike", "a\xc2\x85", "a.", "", 0, "false"},
    {"rlike", "a\x0d", "a.", "", 0, "false"},
    {"rlike", "x", "(?<name>x)", "", 0, "true"},
    {"rlike", "xx", "(?<name>x)\\k<name>", "", 0, "true"},
    {"rlike", "\xf0\x9f\x98\x80", "^.$", "", 0, "true"},
    {"rlike", "a{", "a\\{", "", 0, "true"},
    {"rlike", "a", "\\x61", "", 0, "true"},
    {"rlike", "a", "\\u0061", "", 0, "true"},
    {"rlike", "\xf0\x9f\x98\x80", "\\x{1F600}", "", 0, "true"},
    {"rlike", "\x09", "\\t", "", 0, "true"},
    {"rlike", "]", "[]a]", "", 0, "true"},
    {"rlike", "^", "[\\^]", "", 0, "true"},
    {"rlike", "a-b", "[a\\-]+", "", 0, "true"},
    {"rlike", "a", "[^b]", "", 0, "true"},
    {"rlike", "[", "\\[", "", 0, "true"},
    {"rlike", "a b", "(?x)a b", "", 0, "false"},
    {"rlike", "ab", "(?x)a b # comment", "", 0, "true"},
    {"rlike", "a\nb", "(?m)^b$", "", 0, "true"},
    {"rlike", "a", "\\R", "", 0, "false"},
    {"rlike", "\x0d\n", "^\\R$", "", 0, "true"},
    {"rlike", "ab", "a|", "", 0, "true"},
    {"rlike", "", "", "", 0, "true"},
    {"rlike", "abc", "(", "", 0, "ERROR INVALID_PARAMETER_VALUE.PATTERN"},
    {"rlike", "abc", "[a", "", 0, "ERROR INVALID_PARAMETER_VALUE.PATTERN"},
    {"rlike", "abc", "*", "", 0, "ERROR INVALID_PARAMETER_VALUE.PATTERN"},
    {"rlike", "abc", "a{2,1}", "", 0, "ERROR INVALID_PARAMETER_VALUE.PATTERN"},
    {"rlike", "abc", "\\p{Foo}", "", 0, "ERROR INVALID_PARAMETER_VALUE.PATTERN"},
    {"regexp_extract", "100-200", "(\\d+)-(\\d+)", "", 1, "100"},
    {"regexp_extract", "100-200", "(\\d+)-(\\d+)", "", 1, "100"},
    {"regexp_extract", "100-200", "(\\d+)-(\\d+)", "", 0, "100-200"},
    {"regexp_extract", "100-200", "(\\d+)-(\\d+)", "", 3, "ERROR INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX"},
    {"regexp_extract", "100-200", "(\\d+)-(\\d+)", "", -1, "ERROR INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX"},
    {"regexp_extract", "foo", "(b)?", "", 1, ""},
    {"regexp_extract", "foo", "x(.*)", "", 1, ""},
    {"regexp_extract", "foo", "\\d+", "", 0, ""},
    {"regexp_extract", "foo", "\\d+", "", 1, ""},
    {"regexp_extract_all", "100-200, 300-400", "(\\d+)-(\\d+)", "", 1, "[\"100\",\"300\"]"},
    {"regexp_extract_all", "100-200, 300-400", "(\\d+)-(\\d+)", "", 0, "[\"100-200\",\"300-400\"]"},
    {"regexp_extract_all", "abc", "x*", "", 0, "[\"\",\"\",\"\",\"\"]"},
    {"regexp_extract_all", "foo", "(b)?", "", 1, "[\"\",\"\",\"\",\"\"]"},
    {"regexp_extract_all", "foo", "(b)", "", 2, "[]"},
    {"regexp_replace", "100-200", "(\\d+)", "num", 1, "num-num"},
    {"regexp_replace", "100-200", "(\\d+)-(\\d+)", "$2-$1", 1, "200-100"},
    {"regexp_replace", "abc", "b", "\\$", 1, "a$c"},
    {"regexp_replace", "abc", "b", "\\\\", 1, "a\\c"},
    {"regexp_replace", "abc", "b", "$1", 1, "ERROR INVALID_REGEXP_REPLACE"},
    {"regexp_replace", "abc", "b", "$", 1, "ERROR INVALID_REGEXP_REPLACE"},
    {"regexp_replace", "abc", "b", "x\\", 1, "ERROR INVALID_REGEXP_REPLACE"},
    {"regexp_replace", "abc", "", "-", 1, "-a-b-c-"},
    {"regexp_replace", "abc", "x*", "-", 1, "-a-b-c-"},
    {"regexp_replace", "aaa", "a", "b", 2, "abb"},
    {"regexp_replace", "aaa", "a", "b", 4, "aaa"},
    {"regexp_replace", "\xc3\xa9" "aa", "a", "b", 3, "\xc3\xa9" "ab"},
    {"regexp_replace", "aaa", "^a", "b", 2, "aba"},
    {"regexp_replace", "abc", "(b)", "$11", 1, "ab1c"},
    {"regexp_replace", "abc", "(b)(x)?", "[$2]", 1, "a[]c"},
    {"regexp_replace", "a\xf0\x9f\x98\x80" "b", ".", "x", 1, "xxx"},
    {"regexp_count", "abcabc", "b", "", 0, "2"},
    {"regexp_count", "aaa", "", "", 0, "4"},
    {"regexp_count", "aaa", "a*", "", 0, "2"},
    {"regexp_instr", "abcabc", "c", "", 0, "3"},
    {"regexp_instr", "\xc3\xa9" "a", "a", "", 0, "2"},
    {"regexp_instr", "abc", "x", "", 0, "0"},
    {"regexp_instr", "abcabc", "(b)(c)", "", 2, "2"},
    {"regexp_instr", "\xf0\x9f\x98\x80" "a", "a", "", 0, "3"},
    {"regexp_substr", "abcabc", "b.", "", 0, "bc"},
    {"regexp_substr", "abc", "x", "", 0, "NULL"},
    {"split", "a,b,,c,,", ",", "", -1, "[\"a\",\"b\",\"\",\"c\",\"\",\"\"]"},
    {"split", "a,b,,c,,", ",", "", -1, "[\"a\",\"b\",\"\",\"c\",\"\",\"\"]"},
    {"split", "a,b,,c,,", ",", "", 0, "[\"a\",\"b\",\"\",\"c\",\"\",\"\"]"},
    {"split", "a,b,,c,,", ",", "", 2, "[\"a\",\"b,,c,,\"]"},
    {"split", "a,b,,c,,", ",", "", 1, "[\"a,b,,c,,\"]"},
    {"split", "", ",", "", -1, "[\"\"]"},
    {"split", "abc", "", "", -1, "[\"a\",\"b\",\"c\"]"},
    {"split", "abc", "", "", 2, "[\"a\",\"bc\"]"},
    {"split", "abc", "x*", "", -1, "[\"a\",\"b\",\"c\",\"\"]"},
    {"split", "a1b2c", "\\d", "", -1, "[\"a\",\"b\",\"c\"]"},
    {"split", "1a", "\\d", "", -1, "[\"\",\"a\"]"},
    {"split", "oneAtwoBthreeC", "[ABC]", "", 2, "[\"one\",\"twoBthreeC\"]"},
    {"split", "a.b", ".", "", -1, "[\"\",\"\",\"\",\"\"]"},
    {"split", "a|b", "\\|", "", -1, "[\"a\",\"b\"]"},
    {"split", "a\xc3\xa9" "b", "", "", -1, "[\"a\",\"\xc3\xa9\",\"b\"]"},
    {"split", "a\xf0\x9f\x98\x80" "b", "", "", -1, "[\"a\",\"\xf0\x9f\x98\x80\",\"b\"]"},
    {"split", "a\nb", "$", "", -1, "[\"a\\nb\",\"\"]"},
    {"split", ",a", ",", "", -1, "[\"\",\"a\"]"},
    {"split", "abcabca", "ca", "", -1, "[\"ab\",\"b\",\"\"]"},
    {"split", "aaa", "aa", "", -1, "[\"\",\"a\"]"},
    {"split", "aXbxc", "(?i)x", "", -1, "[\"a\",\"b\",\"c\"]"},
    // clang-format on
};

struct LikeCase {
  std::string_view text;
  std::string_view pattern;
  std::string_view escape;
  std::string_view expected;
};

constexpr LikeCase kLikeCases[] = {
    // clang-format off
    {"abc", "a_c", "\\", "true"},
    {"a%c", "a\\%c", "\\", "true"},
    {"a%c", "a/%c", "/", "true"},
    {"abc", "a/%c", "/", "false"},
    {"abc", "a\\bc", "\\", "ERROR INVALID_FORMAT.ESC_IN_THE_MIDDLE"},
    {"abc", "abc\\", "\\", "ERROR INVALID_FORMAT.ESC_AT_THE_END"},
    {"a\nc", "a%c", "\\", "true"},
    {"\xf0\x9f\x98\x80", "_", "\\", "true"},
    {"a\\c", "a\\\\c", "\\", "true"},
    {"a", "", "\\", "false"},
    {"", "%", "\\", "true"},
    {"", "", "\\", "true"},
    {"abcabc", "%bc", "\\", "true"},
    {"aab", "%ab", "\\", "true"},
    {"mississippi", "m%iss%ip%i", "\\", "true"},
    // clang-format on
};

std::string json(const std::vector<std::string_view>& parts) {
  std::string text = "[";
  for (std::string_view part : parts) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (char c : part) text += c == '\n' ? std::string("\\n") : std::string(1, c);
    text += '"';
  }
  return text + "]";
}

std::string evaluate(const Case& c) {
  const JavaRegex regex(c.pattern, c.function);
  if (c.function == "rlike") return regex.find(c.text) ? "true" : "false";
  if (c.function == "regexp_extract") return std::string(regexp_extract(regex, c.text, c.number));
  if (c.function == "regexp_extract_all") return json(regexp_extract_all(regex, c.text, c.number));
  if (c.function == "regexp_count") return std::to_string(regexp_count(regex, c.text));
  if (c.function == "regexp_instr") return std::to_string(regexp_instr(regex, c.text));
  if (c.function == "split") {
    const auto parts = split_by_regex(regex, c.text, c.number);
    const bool is_plain = c.number <= 0 && JavaRegexTranslator::is_literal(c.pattern);
    if (is_plain) {
      const TextParts plain{c.text, c.pattern};
      std::vector<std::string_view> cut;
      plain.for_each([&](std::string_view part) { cut.push_back(part); });
      EXPECT_EQ(cut, parts);
      EXPECT_EQ(plain.count(), parts.size());
    }
    return json(parts);
  }
  if (c.function == "regexp_substr") {
    const auto found = regexp_substr(regex, c.text);
    return found ? std::string(*found) : "NULL";
  }
  std::string out;
  regexp_replace(regex, c.text, RegexReplacement(c.replacement), c.number, out);
  return out;
}

TEST(JavaRegex, AgreesWithSpark) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::string(c.function) + " " + std::string(c.text) + " by " +
                 std::string(c.pattern));
    std::string actual;
    try {
      actual = evaluate(c);
    } catch (const SparkError& error) {
      actual = "ERROR " + error.condition();
    }
    EXPECT_EQ(actual, c.expected);
  }
}

TEST(JavaRegex, ReplacesByNamedGroups) {
  std::string out;
  // new String("abc").replaceAll("(?<x>b)", "[${x}]") in Java; SQL text would substitute ${x}.
  regexp_replace(JavaRegex("(?<x>b)"), "abc", RegexReplacement("[${x}]"), 1, out);
  EXPECT_EQ(out, "a[b]c");
}

TEST(JavaRegex, FoldsOnlyAsciiCaseByDefault) {
  EXPECT_FALSE(JavaRegex("(?i)\xc3\xa9").find("\xc3\x89"));  // 'É' RLIKE '(?i)é'
  EXPECT_TRUE(JavaRegex("(?iu)\xc3\xa9").find("\xc3\x89"));
}

TEST(JavaRegex, RefusesWhatItCannotExpress) {
  try {
    JavaRegex("(?<=a{1,3})b");
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_EQ(error.condition(), "UNSUPPORTED_FEATURE.EXPRESSION");
  }
}

TEST(Like, AgreesWithSpark) {
  for (const LikeCase& c : kLikeCases) {
    SCOPED_TRACE(std::string(c.text) + " like " + std::string(c.pattern));
    std::string actual;
    try {
      actual = LikePattern(c.pattern, c.escape).matches(c.text) ? "true" : "false";
    } catch (const SparkError& error) {
      actual = "ERROR " + error.condition();
    }
    EXPECT_EQ(actual, c.expected);
  }
}

}  // namespace
}  // namespace firesteel::functions::kernel
