// Splits texts into words. Follows org.apache.spark.ml.feature.Tokenizer and RegexTokenizer.
#include <arrow/api.h>

#include "functions/kernel/java_regex.h"
#include "functions/kernel/unicode_case.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

using functions::kernel::JavaRegex;
using Words = std::vector<std::string>;

const ParamTable& tokenizer_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString}, {"outputCol", ValueType::kString}};
  return table;
}

const ParamTable& regex_tokenizer_params() {
  static const ParamTable table = extend(tokenizer_params(), {{"minTokenLength", ValueType::kInt, Value(1), at_least(0)},
                                                              {"gaps", ValueType::kBool, Value(true)},
                                                              {"pattern", ValueType::kString, Value("\\s+")},
                                                              {"toLowercase", ValueType::kBool, Value(true)}});
  return table;
}

std::string lower_case(const std::string& text) {
  std::string result;
  functions::kernel::append_lower_case(text, result);
  return result;
}

// java.util.regex.Pattern.split: no empty words at the end.
Words split(const JavaRegex& regex, const std::string& text) {
  Words words;
  JavaRegex::Match match;
  size_t begin = 0;
  size_t from = 0;
  while (from <= text.size() && regex.find(text, from, &match)) {
    const JavaRegex::Span span = match[0];
    from = JavaRegex::next_start(text, span);
    if (begin == 0 && span.first == 0 && span.last == 0) continue;
    words.push_back(text.substr(begin, span.first - begin));
    begin = span.last;
  }
  if (words.empty()) return {text};
  words.push_back(text.substr(begin));
  while (!words.empty() && words.back().empty()) words.pop_back();
  return words;
}

Words find_all(const JavaRegex& regex, const std::string& text) {
  Words words;
  JavaRegex::Match match;
  size_t from = 0;
  while (from <= text.size() && regex.find(text, from, &match)) {
    words.push_back(text.substr(match[0].first, match[0].last - match[0].first));
    from = JavaRegex::next_start(text, match[0]);
  }
  return words;
}

// Length in UTF-16 units, as Java counts.
size_t utf16_length(const std::string& text) {
  size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    length += (byte & 0xC0U) != 0x80U;
    length += byte >= 0xF0U;
  }
  return length;
}

ColumnKernel words_kernel(std::string name, std::function<Words(const std::string&)> function) {
  return [name = std::move(name), function = std::move(function)](const std::shared_ptr<arrow::Array>& array) {
    const TextColumn texts = read_texts(*array);
    auto items = std::make_shared<arrow::StringBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), items, text_list_type());
    for (int64_t row = 0; row < array->length(); ++row) {
      if (texts.is_null(row)) throw_failed_transform(name, "string", "array<string>", "the text is null");
      check_arrow(lists.Append());
      check_arrow(items->AppendValues(function(texts.values[row])));
    }
    return check_arrow(lists.Finish());
  };
}

class TextTransformer : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override {
    const Field& field = find_field(fields, name);
    require(field_type(field.type) == FieldType::kString,
            "Input type must be string type but got " + field.type.simple_string() + ".");
  }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return {"", plan::Type::array(plan::Type::string()), true, ""};
  }
};

class Tokenizer : public TextTransformer {
 public:
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& /*params*/) const override {
    const auto blank = std::make_shared<const JavaRegex>("\\s", "split");
    return words_kernel("Tokenizer", [blank](const std::string& text) { return split(*blank, lower_case(text)); });
  }
};

class RegexTokenizer : public TextTransformer {
 public:
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    const auto regex = std::make_shared<const JavaRegex>(params.text("pattern"), "split");
    const bool has_gaps = params.flag("gaps");
    const bool is_lowered = params.flag("toLowercase");
    const auto least = static_cast<size_t>(params.integer("minTokenLength"));
    return words_kernel("RegexTokenizer", [=](const std::string& original) {
      const std::string text = is_lowered ? lower_case(original) : original;
      Words words = has_gaps ? split(*regex, text) : find_all(*regex, text);
      std::erase_if(words, [&](const std::string& word) { return utf16_length(word) < least; });
      return words;
    });
  }
};

}  // namespace

std::vector<Operator> tokenizer_operators() {
  static const Tokenizer tokenizer;
  static const RegexTokenizer regex_tokenizer;
  return {transformer_row("org.apache.spark.ml.feature.Tokenizer", tokenizer_params(), tokenizer),
          transformer_row("org.apache.spark.ml.feature.RegexTokenizer", regex_tokenizer_params(), regex_tokenizer)};
}

}  // namespace firesteel::ml
