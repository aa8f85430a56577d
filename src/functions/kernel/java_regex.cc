#include "functions/kernel/java_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/java_regex_translator.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

// Enough for every sane pattern; a runaway one ends after about a second.
constexpr uint32_t kMatchLimit = 50'000'000;
constexpr size_t kJitStackBytes = 8 << 20;

// What a thread needs to match; PCRE2's own objects may not be shared between threads.
class MatchSpace {
 public:
  MatchSpace() : context_(pcre2_match_context_create(nullptr)) {
    pcre2_set_match_limit(context_, kMatchLimit);
    stack_ = pcre2_jit_stack_create(32 << 10, kJitStackBytes, nullptr);
    pcre2_jit_stack_assign(context_, nullptr, stack_);
  }
  ~MatchSpace() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
    pcre2_jit_stack_free(stack_);
  }
  MatchSpace(const MatchSpace&) = delete;
  MatchSpace& operator=(const MatchSpace&) = delete;

  pcre2_match_data* data(size_t groups) {
    if (groups > capacity_) {
      pcre2_match_data_free(data_);
      capacity_ = std::max<size_t>(groups, 16);
      data_ = pcre2_match_data_create(static_cast<uint32_t>(capacity_), nullptr);
    }
    return data_;
  }
  pcre2_match_context* context() { return context_; }

 private:
  pcre2_match_context* context_;
  pcre2_jit_stack* stack_ = nullptr;
  pcre2_match_data* data_ = nullptr;
  size_t capacity_ = 0;
};

MatchSpace& match_space() {
  thread_local MatchSpace space;
  return space;
}

[[noreturn]] void throw_malformed(std::string_view pattern, std::string_view function) {
  throw SparkError("INVALID_PARAMETER_VALUE.PATTERN",
                   {{"parameter", "`regexp`"},
                    {"functionName", "`" + std::string(function) + "`"},
                    {"value", quote_sql_string(pattern)}});
}

[[noreturn]] void throw_untranslatable(std::string_view pattern, const std::string& reason) {
  throw_unsupported("EXPRESSION",
                    "regular expression " + quote_sql_string(pattern) + " (" + reason + ")");
}

pcre2_code* compile(const std::string& translated, uint32_t options, int& error) {
  PCRE2_SIZE offset = 0;
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_ANY);
  pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), options,
                    &error, &offset, context);
  pcre2_compile_context_free(context);
  return code;
}

}  // namespace

struct JavaRegex::Code {
  pcre2_code* code = nullptr;
  ~Code() { pcre2_code_free(code); }
};

JavaRegex::~JavaRegex() = default;
JavaRegex::JavaRegex(JavaRegex&&) noexcept = default;
JavaRegex& JavaRegex::operator=(JavaRegex&&) noexcept = default;

JavaRegex::JavaRegex(std::string_view pattern, std::string_view function)
    : pattern_(pattern), code_(std::make_unique<Code>()) {
  if (JavaRegexTranslator::is_literal(pattern)) {
    literal_ = pattern_;
    return;
  }
  std::string translated;
  uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
  try {
    JavaRegexTranslator translator(pattern_);
    translated = translator.translate();
    if (translator.uses_unicode_classes()) options |= PCRE2_UCP;
  } catch (const MalformedRegex&) {
    throw_malformed(pattern_, function);
  } catch (const UntranslatableRegex& reason) {
    throw_untranslatable(pattern_, reason.what());
  }
  int error = 0;
  code_->code = compile(translated, options, error);
  if (code_->code == nullptr) {
    constexpr int kLookbehindNotFixed = 125, kTooLarge = 120, kLookbehindTooComplicated = 135;
    if (error == kLookbehindNotFixed || error == kTooLarge || error == kLookbehindTooComplicated) {
      throw_untranslatable(pattern_, "a lookbehind of variable length or a pattern too large");
    }
    throw_malformed(pattern_, function);
  }
  // Where the machine has no JIT compiler the interpreter matches.
  pcre2_jit_compile(code_->code, PCRE2_JIT_COMPLETE);
  uint32_t groups = 0;
  pcre2_pattern_info(code_->code, PCRE2_INFO_CAPTURECOUNT, &groups);
  group_count_ = groups;
}

bool JavaRegex::find(std::string_view text, size_t from, Match* match) const {
  if (literal_) {
    const size_t found = text.find(*literal_, from);
    if (found == std::string_view::npos) return false;
    if (match != nullptr) match->assign(1, {found, found + literal_->size()});
    return true;
  }
  MatchSpace& space = match_space();
  pcre2_match_data* data = space.data(group_count_ + 1);
  // PCRE2 10.42 refuses a null subject even when it is empty.
  const char* subject = text.data() == nullptr ? "" : text.data();
  const int result = pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(subject), text.size(),
                                 from, 0, data, space.context());
  if (result == PCRE2_ERROR_NOMATCH) return false;
  if (result < 0) throw_untranslatable(pattern_, "matching it takes too many steps");
  if (match != nullptr) {
    const PCRE2_SIZE* positions = pcre2_get_ovector_pointer(data);
    match->resize(group_count_ + 1);
    for (size_t i = 0; i <= group_count_; ++i) {
      const bool set = i < static_cast<size_t>(result) && positions[2 * i] != PCRE2_UNSET;
      (*match)[i] = set ? Span{positions[2 * i], positions[2 * i + 1]}
                        : Span{std::string_view::npos, std::string_view::npos};
    }
  }
  return true;
}

size_t JavaRegex::next_start(std::string_view text, const Span& match) {
  if (match.last > match.first) return match.last;
  return match.last < text.size() ? match.last + utf8_step(text, match.last) : text.size() + 1;
}

size_t JavaRegex::group_number(std::string_view name) const {
  if (literal_) return 0;
  const int number = pcre2_substring_number_from_name(
      code_->code, reinterpret_cast<PCRE2_SPTR>(std::string(name).c_str()));
  return number > 0 ? static_cast<size_t>(number) : 0;
}

}  // namespace firesteel::functions::kernel
