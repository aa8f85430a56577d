#include "functions/kernel/sentences.h"

#include <cctype>
#include <string>

#include "functions/kernel/java_regex.h"

namespace firesteel::functions::kernel {

namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)); }

// The word rules of java.text.BreakIterator: letters with marks of punctuation in their midst, numbers with what stands before and
// behind them; Chinese characters and the two scripts of Japanese make words of their own, without spaces.
const JavaRegex& word_rule() {
  static const JavaRegex rule = [] {
    const std::string kanji = "\\x{3005}\\x{4e00}-\\x{9fa5}\\x{f900}-\\x{fa2d}", katakana = "\\x{30a1}-\\x{30fa}", hiragana = "\\x{3041}-\\x{3094}";
    const std::string voiced = "\\x{3099}-\\x{309c}\\x{30fb}-\\x{30fe}";  // marks of both scripts
    const std::string marks = "[\\p{Mn}\\p{Me}]*";
    const std::string letters = "(?:(?![" + kanji + katakana + hiragana + voiced + "])[\\p{L}\\p{Mc}]" + marks + ")+";
    const std::string digits = "(?:\\p{N}" + marks + ")+";
    const std::string word = "(?:" + letters + "(?:[\\p{Pd}\\p{Pc}\\x{ad}\\x{2027}\"'.]" + marks + letters + ")*[\\x{964}\\x{965}]?)";
    const std::string number = "(?:" + digits + "(?:[\"',.\\x{66b}]" + marks + digits + ")*)";
    const std::string mixed = "(?:" + number + word + ")*(?:" + number + "[\\x{a2}%&\\x{2030}\\x{2031}]?)?";
    return JavaRegex(word + mixed + "|(?=\\p{N})" + mixed + "|(?!\\x{a2})[\\p{Sc}#.]" + marks + mixed + "|[" + katakana + voiced + "]+|[" + hiragana + voiced +
                     "]+|[" + kanji + "]+");
  }();
  return rule;
}

// Of what the rules part, a word is what begins with a letter or a digit; of the planes behind the first, Java looks at half a character.
bool is_word(std::string_view part) {
  static const JavaRegex first("^[\\p{L}\\p{Nd}]");
  return (static_cast<unsigned char>(part[0]) & 0xF8) != 0xF0 && first.find(part);
}

size_t end_of_sentence(std::string_view text, size_t from) {
  for (size_t i = from; i < text.size(); ++i) {
    for (std::string_view full_stop : {"\u3002", "\u0964", "\u0965"}) {
      if (text.substr(i).starts_with(full_stop)) return i + full_stop.size();
    }
    if (text[i] != '.' && text[i] != '!' && text[i] != '?') continue;
    const bool is_stop = text[i] == '.';
    size_t next = i + 1;
    while (next < text.size() && (text[next] == '.' || text[next] == '!' || text[next] == '?' ||
                                  text[next] == '"' || text[next] == ')')) {
      ++next;
    }
    if (is_stop && next < text.size() && !is_space(text[next])) continue;
    while (next < text.size() && is_space(text[next])) ++next;
    const bool continues = next < text.size() && std::islower(static_cast<unsigned char>(text[next]));
    if (!is_stop || !continues) return next;
  }
  return text.size();
}

std::vector<std::string_view> words_of(std::string_view sentence) {
  std::vector<std::string_view> words;
  JavaRegex::Match match;
  for (size_t from = 0; from < sentence.size() && word_rule().find(sentence, from, &match); from = match[0].last) {
    const std::string_view part = sentence.substr(match[0].first, match[0].last - match[0].first);
    if (is_word(part)) words.push_back(part);
  }
  return words;
}

}  // namespace

std::vector<std::vector<std::string_view>> split_sentences(std::string_view text) {
  std::vector<std::vector<std::string_view>> sentences;
  for (size_t start = 0; start < text.size();) {
    const size_t end = end_of_sentence(text, start);
    sentences.push_back(words_of(text.substr(start, end - start)));
    start = end;
  }
  return sentences;
}

}  // namespace firesteel::functions::kernel
