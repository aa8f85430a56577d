#include "functions/kernel/sentences.h"

#include <cctype>

namespace firesteel::functions::kernel {

namespace {

// Bytes above ASCII are parts of letters here.
bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) || byte == '_';
}

bool is_first_byte(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// Chinese characters and the two scripts of Japanese make words of their own, without spaces.
enum class Script : uint8_t { kOther, kHan, kHiragana, kKatakana, kPunctuation };

Script script_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (at + 2 >= text.size() || (byte(0) & 0xF0) != 0xE0) return Script::kOther;
  const int point = (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  if ((point >= 0x3400 && point <= 0x4DBF) || (point >= 0x4E00 && point <= 0x9FFF)) return Script::kHan;
  if (point >= 0x3040 && point <= 0x309F) return Script::kHiragana;
  if (point >= 0x30A0 && point <= 0x30FF) return Script::kKatakana;
  return point >= 0x3000 && point <= 0x303F ? Script::kPunctuation : Script::kOther;
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
    constexpr std::string_view kFullStop = "\u3002";
    if (text.substr(i).starts_with(kFullStop)) return i + kFullStop.size();
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
    const Script script = script_at(sentence, i);
    size_t end = i + 1;
    const auto stays = [&] { return !is_first_byte(sentence[end]) || script_at(sentence, end) == script; };
    while (end < sentence.size() && stays() &&
           (is_word_byte(sentence[end]) || (end + 1 < sentence.size() && is_word_byte(sentence[end + 1]) &&
                                            is_joint(sentence[end - 1], sentence[end], sentence[end + 1])))) {
      ++end;
    }
    if (script != Script::kPunctuation) words.push_back(sentence.substr(i, end - i));
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
