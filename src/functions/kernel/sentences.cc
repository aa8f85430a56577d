#include "functions/kernel/sentences.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstdint>

#include "functions/kernel/java_regex.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)); }

// What a character is to the word rules of java.text.BreakIterator. Chinese characters and the two scripts of Japanese make words of
// their own, without spaces.
enum Kind : uint16_t {
  kKnown = 1,
  kLetter = 2,
  kNumber = 4,
  kMark = 8,       // belongs to what stands before
  kInWord = 16,    // between letters
  kInNumber = 32,  // between digits
  kBeforeNumber = 64,
  kBehindNumber = 128,
  kBehindWord = 256,  // the danda of Hindi
  kChinese = 512,
  kKatakana = 1024,
  kHiragana = 2048,
  kBegins = 4096,  // Character.isLetterOrDigit: what begins so is a word
};

uint16_t kind_of(std::string_view character, bool is_in_first_plane) {
  struct Rule {
    const char* pattern;
    uint16_t kinds;
  };
  // Of several rules that fit, all hold.
  static constexpr Rule kRules[] = {
      {"[\\x{3005}\\x{4e00}-\\x{9fa5}\\x{f900}-\\x{fa2d}]", kChinese},
      {"[\\x{30a1}-\\x{30fa}]", kKatakana},
      {"[\\x{3041}-\\x{3094}]", kHiragana},
      {"[\\x{3099}-\\x{309c}\\x{30fb}-\\x{30fe}]", kKatakana | kHiragana},
      {"(?![\\x{3005}\\x{3041}-\\x{3094}\\x{3099}-\\x{309c}\\x{30a1}-\\x{30fe}\\x{4e00}-\\x{9fa5}\\x{f900}-\\x{fa2d}])[\\p{L}\\p{Mc}]", kLetter},
      {"\\p{N}", kNumber},
      {"[\\p{Mn}\\p{Me}]", kMark},
      {"[\\p{Pd}\\p{Pc}\\x{ad}\\x{2027}\"'.]", kInWord},
      {"[\"',.\\x{66b}]", kInNumber},
      {"(?!\\x{a2})[\\p{Sc}#.]", kBeforeNumber},
      {"[\\x{a2}%&\\x{2030}\\x{2031}]", kBehindNumber},
      {"[\\x{964}\\x{965}]", kBehindWord},
      {"[\\p{L}\\p{Nd}]", kBegins}};
  static const std::vector<JavaRegex> patterns = [] {
    std::vector<JavaRegex> made;
    for (const Rule& rule : kRules) made.emplace_back(rule.pattern);
    return made;
  }();
  uint16_t kinds = kKnown;
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].find(character)) kinds |= kRules[i].kinds;
  }
  // Of the planes behind the first, Java looks at half a character.
  return is_in_first_plane ? kinds : static_cast<uint16_t>(kinds & ~kBegins);
}

// Walks over a sentence, which is UTF-8.
class WordRules {
 public:
  explicit WordRules(std::string_view text) : text_(text) {}

  // Where the part that begins at a position ends: a word, or something else that stands together.
  size_t end_of_part(size_t at) const {
    const size_t word = end_of_word(at);
    if (word > at || has(at, kNumber)) return end_of_mixed(word);
    if (has(at, kBeforeNumber)) return end_of_mixed(after_marks(next(at)));
    for (const uint16_t script : {kKatakana, kHiragana, kChinese}) {
      size_t end = at;
      while (has(end, script)) end = next(end);
      if (end > at) return end;
    }
    return next(at);
  }

  bool is_word(size_t at) const { return has(at, kBegins); }

 private:
  size_t next(size_t at) const { return at + utf8_step(text_, at); }

  bool has(size_t at, uint16_t kinds) const { return at < text_.size() && (kinds_at(at) & kinds) != 0; }

  // What the first plane holds is looked up once.
  uint16_t kinds_at(size_t at) const {
    static std::array<std::atomic<uint16_t>, 0x10000> known{};
    const uint32_t point = utf8_code_point(text_, at);
    const std::string_view character = text_.substr(at, utf8_step(text_, at));
    if (point > 0xFFFF) return kind_of(character, false);
    std::atomic<uint16_t>& kind = known[point];
    uint16_t found = kind.load(std::memory_order_relaxed);
    if (found == 0) {
      found = kind_of(character, true);
      kind.store(found, std::memory_order_relaxed);
    }
    return found;
  }

  size_t after_marks(size_t at) const {
    while (has(at, kMark)) at = next(at);
    return at;
  }

  // Characters of a kind, parted by single ones of another.
  size_t end_of_run(size_t at, uint16_t kind, uint16_t between) const {
    size_t end = at;
    for (size_t i = at; has(i, kind); i = has(end, between) ? after_marks(next(end)) : end) {
      while (has(i, kind)) i = after_marks(next(i));
      end = i;
    }
    return end;
  }

  size_t end_of_word(size_t at) const {
    const size_t end = end_of_run(at, kLetter, kInWord);
    return end > at && has(end, kBehindWord) ? next(end) : end;
  }

  // Numbers and words in turns, and what may stand behind the last number.
  size_t end_of_mixed(size_t at) const {
    while (true) {
      const size_t number = end_of_run(at, kNumber, kInNumber);
      if (number == at) return at;
      const size_t word = end_of_word(number);
      if (word == number) return has(number, kBehindNumber) ? next(number) : number;
      at = word;
    }
  }

  std::string_view text_;
};

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
  const WordRules rules(sentence);
  std::vector<std::string_view> words;
  for (size_t at = 0, end = 0; at < sentence.size(); at = end) {
    end = rules.end_of_part(at);
    if (rules.is_word(at)) words.push_back(sentence.substr(at, end - at));
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
