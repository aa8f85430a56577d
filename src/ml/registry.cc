#include "ml/registry.h"

#include <algorithm>

#include "base/error.h"
#include "ml/operators.h"

namespace firesteel::ml {

const std::vector<Operator>& operators() {
  static const std::vector<Operator> rows = [] {
    std::vector<Operator> all;
    for (const auto& contribute : {
             binarizer_operators,
             bucketizer_operators,
             clustering_evaluator_operators,
             count_vectorizer_operators,
             dct_operators,
             elementwise_product_operators,
             evaluator_operators,
             feature_hasher_operators,
             feature_selector_operators,
             generalized_linear_operators,
             hashing_tf_operators,
             imputer_operators,
             index_to_string_operators,
             interaction_operators,
             inverse_document_frequency_operators,
             isotonic_regression_operators,
             linear_regression_operators,
             linear_svc_operators,
             list_evaluator_operators,
             locality_sensitive_hashing_operators,
             logistic_regression_operators,
             multilayer_perceptron_operators,
             ngram_operators,
             normalizer_operators,
             one_hot_encoder_operators,
             pca_operators,
             polynomial_expansion_operators,
             quantile_discretizer_operators,
             r_formula_operators,
             range_scaler_operators,
             robust_scaler_operators,
             sql_transformer_operators,
             standard_scaler_operators,
             stop_words_remover_operators,
             string_indexer_operators,
             target_encoder_operators,
             tokenizer_operators,
             tree_operators,
             vector_assembler_operators,
             vector_indexer_operators,
             vector_size_hint_operators,
             vector_slicer_operators,
             word2vec_operators,
             xgboost_operators,
         }) {
      for (Operator& row : contribute()) all.push_back(std::move(row));
    }
    std::sort(all.begin(), all.end(),
              [](const Operator& a, const Operator& b) { return a.jvm_class < b.jvm_class; });
    return all;
  }();
  return rows;
}

const Operator& find_operator(std::string_view jvm_class) {
  const auto& rows = operators();
  const auto found = std::lower_bound(
      rows.begin(), rows.end(), jvm_class,
      [](const Operator& row, std::string_view wanted) { return row.jvm_class < wanted; });
  if (found == rows.end() || found->jvm_class != jvm_class) {
    throw_unsupported("ML_OPERATOR", std::string(jvm_class));
  }
  return *found;
}

std::string simple_name(std::string_view jvm_class) {
  return std::string(jvm_class.substr(jvm_class.rfind('.') + 1));
}

}  // namespace firesteel::ml
