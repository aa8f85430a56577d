// Takes stop words out of lists of words. Follows org.apache.spark.ml.feature.StopWordsRemover.
#include <arrow/api.h>

#include <regex>
#include <unordered_set>

#include "base/error.h"
#include "functions/kernel/unicode_case.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/stop_words.h"
#include "ml/transform_failure.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

// Java's names of locales: language, region, variant and script. Those of no known language
// lower-case as English does.
bool is_locale(const Value& value) {
  static const std::regex form(
      "([a-z]{2,8})?(_([A-Z]{2}|[0-9]{3})?(_[A-Za-z0-9_]*)?(_?#[A-Za-z0-9_\\-]+)?)?");
  return std::regex_match(std::get<std::string>(value), form);
}

const ParamTable& stop_words_remover_params() {
  static const ParamTable table =
      extend(input_output_params(),
             {{"stopWords", ValueType::kStrings, Value(default_stop_words("english"))},
              {"caseSensitive", ValueType::kBool, Value(false)},
              {"locale", ValueType::kString, Value("en_US"), is_locale}});
  return table;
}

// java.lang.String.toLowerCase(locale): Turkish and Azerbaijani have an I without and one with a
// dot.
std::string lower_case(const std::string& text, bool is_turkic) {
  std::string prepared;
  if (is_turkic) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == 'I' &&
          text.compare(i + 1, 2, "\xCC\x87") == 0) {  // I and a combining dot above
        prepared += 'i';
        i += 2;
      } else if (text[i] == 'I') {
        prepared += "\xC4\xB1";
      } else if (text.compare(i, 2, "\xC4\xB0") == 0) {
        prepared += 'i';
        ++i;
      } else {
        prepared += text[i];
      }
    }
  }
  std::string result;
  functions::kernel::append_lower_case(is_turkic ? prepared : text, result);
  return result;
}

ColumnKernel removing_kernel(const ParamMap& params) {
  const bool is_exact = params.flag("caseSensitive");
  const std::string language = params.text("locale").substr(0, params.text("locale").find('_'));
  if (!is_exact && language == "lt")
    throw_unsupported("ML_PARAM", "StopWordsRemover.locale " + params.text("locale"));
  const bool is_turkic = language == "tr" || language == "az";
  const auto form = [=](const std::string& word) {
    return is_exact ? word : lower_case(word, is_turkic);
  };
  auto stopped = std::make_shared<std::unordered_set<std::string>>();
  for (const std::string& word : params.texts("stopWords")) stopped->insert(form(word));
  const ColumnKernel remove = text_list_kernel([=](TextList& list) {
    TextList kept;
    for (size_t i = 0; i < list.values.size(); ++i) {
      const bool is_null = !list.valid.empty() && list.valid[i] == 0;
      if (!is_null && stopped->count(form(list.values[i])) > 0) continue;
      kept.values.push_back(list.values[i]);
      if (!list.valid.empty()) kept.valid.push_back(list.valid[i]);
    }
    list = std::move(kept);
  });
  return [remove](const std::shared_ptr<arrow::Array>& array) {
    if (array->null_count() > 0) {
      throw_failed_transform_because(
          "StopWordsRemover", "array<string>", "array<string>",
          "java.lang.NullPointerException: Cannot invoke "
          "\"scala.collection.immutable.Seq.filter(scala.Function1)\" because \"terms\" is null");
    }
    return remove(array);
  };
}

class StopWordsRemover : public Transformer {
 public:
  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    Fields output = input;
    for (const ColumnPair& pair : column_pairs(params)) {
      const Field& field = find_field(input, pair.input);
      require(field_type(field.type) == FieldType::kStringArray,
              "Input type must be array<string> but got " + field.type.simple_string() + ".");
      require(!has_field(output, pair.output), "Output Column " + pair.output + " already exists.");
      output.push_back({pair.output, field.type, field.nullable, ""});
    }
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<BoundColumn> columns;
    for (const ColumnPair& pair : column_pairs(params)) {
      columns.push_back({find_position(input, pair.input), pair.output, removing_kernel(params)});
    }
    return append_columns(std::move(columns));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return input_names(params);
  }
};

}  // namespace

std::vector<Operator> stop_words_remover_operators() {
  static const StopWordsRemover transformer;
  return {transformer_row("org.apache.spark.ml.feature.StopWordsRemover",
                          stop_words_remover_params(), transformer)};
}

}  // namespace firesteel::ml
