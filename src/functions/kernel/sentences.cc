#include "functions/kernel/sentences.h"

#include <cctype>

namespace firesteel::functions::kernel {

namespace {

// Bytes above ASCII are parts of letters here.
bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) || byte == '_';
}

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)); }

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }

// What keeps two parts one word: a hyphen between letters, a comma between digits, a point or an apostrophe.
bool is_joint(char before, char c, char after) {
  if (c == '-') return !is_digit(before) && !is_digit(after);
  if (c == ',') return is_digit(before) && is_digit(after);
  return c == '\'' || c == '.';
}

size_t end_of_sentence(std::string_view text, size_t from) {
  for (size_t i = from; i < text.size(); ++i) {
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
  for (size_t i = 0; i < sentence.size();) {
    if (!is_word_byte(sentence[i])) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    while (end < sentence.size() &&
           (is_word_byte(sentence[end]) || (end + 1 < sentence.size() && is_word_byte(sentence[end + 1]) &&
                                            is_joint(sentence[end - 1], sentence[end], sentence[end + 1])))) {
      ++end;
    }
    words.push_back(sentence.substr(i, end - i));
    i = end;
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
