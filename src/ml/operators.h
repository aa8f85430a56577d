// The rows that each file of operators contributes to the registry. A new operator is a file and a
// line here and in registry.cc.
#pragma once

#include <vector>

#include "ml/registry.h"

namespace firesteel::ml {

std::vector<Operator> binarizer_operators();
std::vector<Operator> bucketizer_operators();
std::vector<Operator> clustering_evaluator_operators();
std::vector<Operator> count_vectorizer_operators();
std::vector<Operator> dct_operators();
std::vector<Operator> elementwise_product_operators();
std::vector<Operator> evaluator_operators();
std::vector<Operator> feature_hasher_operators();
std::vector<Operator> feature_selector_operators();
std::vector<Operator> generalized_linear_operators();
std::vector<Operator> hashing_tf_operators();
std::vector<Operator> imputer_operators();
std::vector<Operator> index_to_string_operators();
std::vector<Operator> interaction_operators();
std::vector<Operator> inverse_document_frequency_operators();
std::vector<Operator> isotonic_regression_operators();
std::vector<Operator> linear_regression_operators();
std::vector<Operator> linear_svc_operators();
std::vector<Operator> list_evaluator_operators();
std::vector<Operator> locality_sensitive_hashing_operators();
std::vector<Operator> logistic_regression_operators();
std::vector<Operator> multilayer_perceptron_operators();
std::vector<Operator> ngram_operators();
std::vector<Operator> normalizer_operators();
std::vector<Operator> one_hot_encoder_operators();
std::vector<Operator> pca_operators();
std::vector<Operator> polynomial_expansion_operators();
std::vector<Operator> quantile_discretizer_operators();
std::vector<Operator> r_formula_operators();
std::vector<Operator> range_scaler_operators();
std::vector<Operator> robust_scaler_operators();
std::vector<Operator> sql_transformer_operators();
std::vector<Operator> standard_scaler_operators();
std::vector<Operator> stop_words_remover_operators();
std::vector<Operator> string_indexer_operators();
std::vector<Operator> target_encoder_operators();
std::vector<Operator> tokenizer_operators();
std::vector<Operator> tree_operators();
std::vector<Operator> vector_assembler_operators();
std::vector<Operator> vector_indexer_operators();
std::vector<Operator> vector_size_hint_operators();
std::vector<Operator> vector_slicer_operators();
std::vector<Operator> word2vec_operators();
std::vector<Operator> xgboost_operators();

}  // namespace firesteel::ml
