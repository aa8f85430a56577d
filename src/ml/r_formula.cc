// Features and a label by a formula of R. Follows org.apache.spark.ml.feature.RFormula,
// ColumnPruner and VectorAttributeRewriter.
#include <arrow/api.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "ml/column_metadata.h"
#include "ml/model_table.h"
#include "ml/one_hot_encoder.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/pipeline_stages.h"
#include "ml/r_formula_parser.h"
#include "ml/string_indexer.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.RFormulaModel";
constexpr const char* kPrunerClass = "org.apache.spark.ml.feature.ColumnPruner";
constexpr const char* kRewriterClass = "org.apache.spark.ml.feature.VectorAttributeRewriter";
using Names = std::vector<std::string>;
using Prefixes = std::map<std::string, std::string>;

const ParamTable& r_formula_params() {
  static const ParamTable table = {
      {"formula", ValueType::kString},
      {"featuresCol", ValueType::kString, Value("features")},
      {"labelCol", ValueType::kString, Value("label")},
      {"forceIndexLabel", ValueType::kBool, Value(false)},
      {"stringIndexerOrderType", ValueType::kString, Value("frequencyDesc"),
       one_of({"frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc"})},
      {"handleInvalid", ValueType::kString, Value("error"), one_of({"skip", "error", "keep"})}};
  return table;
}

const ParamTable& no_params() {
  static const ParamTable table;
  return table;
}

// Columns of the input at `positions`, in that order.
class SelectTransform : public BatchTransform {
 public:
  explicit SelectTransform(std::vector<int> positions) : positions_(std::move(positions)) {}
  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    return check_arrow(batch->SelectColumns(positions_));
  }

 private:
  std::vector<int> positions_;
};

// A model without parameters that only chooses columns.
class ColumnChooser : public Model {
 public:
  ColumnChooser(const char* jvm_class, std::string uid)
      : jvm_class_(jvm_class), params_(no_params(), std::move(uid)) {}
  std::string class_name() const override { return simple_name(jvm_class_); }
  std::string jvm_class() const override { return jvm_class_; }
  const ParamMap& params() const override { return params_; }
  int64_t size_bytes() const override { return sizeof(*this); }
  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/,
                      const MethodCall& call) const override {
    throw_no_attribute(*this, call.method);
  }
  Fields transform_schema(const Fields& input, const ParamMap& /*params*/) const override {
    Fields output;
    for (const int position : chosen(input)) output.push_back(input[position]);
    return output;
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input,
                                       const ParamMap& /*params*/) const override {
    return std::make_unique<SelectTransform>(chosen(input));
  }
  std::vector<std::string> input_columns(const ParamMap& /*params*/) const override { return {}; }

 protected:
  virtual std::vector<int> chosen(const Fields& input) const = 0;

 private:
  const char* jvm_class_;
  ParamMap params_;
};

class ColumnPruner : public ColumnChooser {
 public:
  ColumnPruner(std::string uid, Names names)
      : ColumnChooser(kPrunerClass, std::move(uid)), names_(std::move(names)) {}
  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kPrunerClass, params);
    ModelTable table;
    table.add("columnsToPrune", names_);
    table.write(folder, "data");
  }

 protected:
  std::vector<int> chosen(const Fields& input) const override {
    std::vector<int> positions;
    for (size_t i = 0; i < input.size(); ++i) {
      if (std::find(names_.begin(), names_.end(), input[i].name) == names_.end())
        positions.push_back(static_cast<int>(i));
    }
    return positions;
  }

 private:
  Names names_;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Puts a vector column last and gives its elements the names of the columns that they came from.
class VectorAttributeRewriter : public ColumnChooser {
 public:
  VectorAttributeRewriter(std::string uid, std::string column, Prefixes prefixes)
      : ColumnChooser(kRewriterClass, std::move(uid)),
        column_(std::move(column)),
        prefixes_(std::move(prefixes)) {}

  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kRewriterClass, params);
    auto keys = std::make_shared<arrow::StringBuilder>();
    auto values = std::make_shared<arrow::StringBuilder>();
    arrow::MapBuilder prefixes(arrow::default_memory_pool(), keys, values);
    check_arrow(prefixes.Append());
    for (const auto& [from, to] : prefixes_) {
      check_arrow(keys->Append(from));
      check_arrow(values->Append(to));
    }
    ModelTable table;
    table.add("vectorCol", plan::Type::string(), make_texts({column_}));
    table.add("prefixesToRewrite", plan::Type::map(plan::Type::string(), plan::Type::string()),
              check_arrow(prefixes.Finish()));
    table.write(folder, "data");
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    Fields output = ColumnChooser::transform_schema(input, params);
    VectorAttributes attributes = vector_attributes(output.back());
    for (ColumnAttribute& attribute : attributes.attributes) {
      for (const auto& [from, to] : prefixes_) attribute.name = replaced(attribute.name, from, to);
    }
    output.back().metadata = to_metadata(attributes);
    return output;
  }

 protected:
  std::vector<int> chosen(const Fields& input) const override {
    const int last = find_position(input, column_);
    std::vector<int> positions;
    for (int i = 0; i < static_cast<int>(input.size()); ++i) {
      if (i != last) positions.push_back(i);
    }
    positions.push_back(last);
    return positions;
  }

 private:
  std::string column_;
  Prefixes prefixes_;
};

// Appends a numeric column as doubles under another name.
ColumnKernel to_doubles() {
  return [](const std::shared_ptr<arrow::Array>& array) {
    NumberColumn numbers = read_numbers(*array);
    return make_doubles(std::move(numbers.values), numbers.valid);
  };
}

class BothTransforms : public BatchTransform {
 public:
  BothTransforms(std::unique_ptr<BatchTransform> first, std::unique_ptr<BatchTransform> second)
      : first_(std::move(first)), second_(std::move(second)) {}
  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    return second_->apply(first_->apply(batch));
  }

 private:
  std::unique_ptr<BatchTransform> first_;
  std::unique_ptr<BatchTransform> second_;
};

class RFormulaModel : public Model {
 public:
  RFormulaModel(ParamMap params, ResolvedFormula formula, PipelineStages stages)
      : params_(std::move(params)), formula_(std::move(formula)), stages_(std::move(stages)) {}

  std::string class_name() const override { return "RFormulaModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }
  int64_t size_bytes() const override {
    return static_cast<int64_t>(sizeof(*this)) + stages_.size_bytes();
  }
  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/,
                      const MethodCall& call) const override {
    if (call.method == "toString") {
      return Value("RFormulaModel(" + formula_.to_string() + ") (uid=" + params_.uid() + ")");
    }
    if (call.method == "resolvedFormulaString") return Value(formula_.to_string());
    throw_no_attribute(*this, call.method);
  }

  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kModelClass, params);
    ModelTable table;
    table.add("label", plan::Type::string(), make_texts({formula_.label}));
    table.add("terms", formula_.terms);
    table.add("hasIntercept", formula_.has_intercept);
    table.write(folder, "data");
    stages_.write((std::filesystem::path(folder) / "pipelineModel").string(), params_.uid());
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    check_can_transform(input, params);
    Fields output = stages_.transform_schema(input);
    if (copies_label(output, params)) {
      output.push_back({params.text("labelCol"), plan::Type::double_number(),
                        find_field(output, formula_.label).nullable, ""});
    }
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    auto features = stages_.bind(input);
    const Fields output = stages_.transform_schema(input);
    if (!copies_label(output, params)) return features;
    const int position = find_position(output, formula_.label);
    return std::make_unique<BothTransforms>(
        std::move(features), append_columns({{position, params.text("labelCol"), to_doubles()}}));
  }

  std::vector<std::string> input_columns(const ParamMap& /*params*/) const override {
    Names names = {formula_.label};
    for (const Names& term : formula_.terms) names.insert(names.end(), term.begin(), term.end());
    return names;
  }

 private:
  static void check_can_transform(const Fields& input, const ParamMap& params) {
    require(!has_field(input, params.text("featuresCol")), "Features column already exists.");
    const std::string& label = params.text("labelCol");
    require(!has_field(input, label) || is_numeric(field_type(find_field(input, label).type)),
            "Label column already exists and is not of type numeric.");
  }

  // True if the label is a number that is still to be copied. A dataset without one gets none.
  bool copies_label(const Fields& output, const ParamMap& params) const {
    if (formula_.label.empty() || has_field(output, params.text("labelCol")) ||
        !has_field(output, formula_.label))
      return false;
    const Field& field = find_field(output, formula_.label);
    const FieldType type = field_type(field.type);
    if (is_numeric(type) || type == FieldType::kBoolean) return true;
    throw_illegal_argument("Unsupported type for label: " + field.type.simple_string());
  }

  ParamMap params_;
  ResolvedFormula formula_;
  PipelineStages stages_;
};

// Makes the stages of a formula out of what one pass over the dataset tells.
class StageBuilder {
 public:
  StageBuilder(const ParamMap& params, const ResolvedFormula& formula, const Fields& fields)
      : params_(params), formula_(formula), fields_(fields) {
    for (const Names& term : formula.terms) {
      for (const std::string& name : term) {
        if (std::find(columns_.begin(), columns_.end(), name) != columns_.end()) continue;
        columns_.push_back(name);
        if (is_text(name)) labels_[name];
        if (is_vector(name)) {
          if (const auto size = vector_attributes(find_field(fields, name)).size)
            sizes_[name] = *size;
        }
      }
    }
    const std::string& label = formula.label;
    indexes_label_ = params.flag("forceIndexLabel") || (has_field(fields, label) && is_text(label));
    if (indexes_label_) find_field(fields, label);
  }

  void read(const arrow::RecordBatch& batch) {
    for (auto& [name, counts] : labels_) counts.add(*batch.column(find_position(fields_, name)));
    if (indexes_label_) label_counts_.add(*batch.column(find_position(fields_, formula_.label)));
    for (const std::string& name : columns_) {
      if (!is_vector(name) || sizes_.count(name) > 0 || batch.num_rows() == 0) continue;
      const VectorColumn vectors(batch.column(find_position(fields_, name)));
      require(!vectors.is_null(0),
              "The first vector of column " + name + " is null, its size is not known.");
      sizes_[name] = vectors[0].size;
    }
  }

  PipelineStages finish() {
    for (const std::string& name : columns_) prepare(name);
    Names assembled;
    for (const Names& term : formula_.terms) assembled.push_back(encode(term));
    if (!encoded_.empty()) add_encoder(encoded_, true);
    ParamMap assembler = params_of("org.apache.spark.ml.feature.VectorAssembler", params_.uid());
    assembler.set("inputCols", assembled);
    assembler.set("outputCol", params_.text("featuresCol"));
    assembler.set("handleInvalid", params_.text("handleInvalid"));
    stages_.add("org.apache.spark.ml.feature.VectorAssembler", std::move(assembler));
    stages_.add(std::make_shared<VectorAttributeRewriter>(random_uid("vectorAttrRewriter"),
                                                          params_.text("featuresCol"), prefixes_));
    stages_.add(std::make_shared<ColumnPruner>(random_uid("columnPruner"), temporary_));
    if (indexes_label_)
      add_indexer(formula_.label, params_.text("labelCol"), label_counts_.sorted("frequencyDesc"),
                  false);
    return std::move(stages_);
  }

 private:
  bool is_text(const std::string& name) const {
    return field_type(find_field(fields_, name).type) == FieldType::kString;
  }
  bool is_vector(const std::string& name) const {
    return field_type(find_field(fields_, name).type) == FieldType::kVector;
  }

  static ParamMap params_of(const char* jvm_class, const std::string& uid) {
    return ParamMap(*find_operator(jvm_class).params, uid);
  }

  std::string temporary(const std::string& category) {
    temporary_.push_back(random_uid(category));
    return temporary_.back();
  }

  void add_indexer(const std::string& input, const std::string& output, Names labels,
                   bool is_feature) {
    ParamMap params(string_indexer_params(), random_uid("strIdx"));
    params.set("inputCol", input);
    params.set("outputCol", output);
    params.set("handleInvalid", params_.text("handleInvalid"));
    if (is_feature) params.set("stringOrderType", params_.text("stringIndexerOrderType"));
    stages_.add(make_string_indexer_model(std::move(params), {std::move(labels)}));
  }

  // A text column is indexed; of a vector column the size is stated.
  void prepare(const std::string& name) {
    indexed_[name] = name;
    if (is_text(name)) {
      const std::string index = temporary("stridx");
      Names labels = labels_[name].sorted(params_.text("stringIndexerOrderType"));
      category_counts_[index] =
          static_cast<int32_t>(labels.size()) + (params_.text("handleInvalid") == "keep" ? 1 : 0);
      add_indexer(name, index, std::move(labels), true);
      prefixes_[index + "_"] = name + "_";
      indexed_[name] = index;
    } else if (is_vector(name)) {
      require(sizes_.count(name) > 0,
              "The size of the vectors of column " + name + " is not known: there are no rows.");
      ParamMap hint = params_of("org.apache.spark.ml.feature.VectorSizeHint", params_.uid());
      hint.set("inputCol", name);
      hint.set("size", sizes_[name]);
      hint.set("handleInvalid", "optimistic");
      stages_.add("org.apache.spark.ml.feature.VectorSizeHint", std::move(hint));
    }
  }

  void add_encoder(const std::vector<std::pair<std::string, std::string>>& columns,
                   bool drops_last) {
    ParamMap params(one_hot_encoder_params(), params_.uid());
    Names inputs;
    Names outputs;
    std::vector<int32_t> sizes;
    for (const auto& [input, output] : columns) {
      inputs.push_back(input);
      outputs.push_back(output);
      sizes.push_back(category_counts_.at(input));
    }
    params.set("inputCols", inputs);
    params.set("outputCols", outputs);
    params.set("dropLast", drops_last);
    stages_.add(make_one_hot_encoder_model(std::move(params), std::move(sizes)));
  }

  // The column that stands for a term among those that are assembled.
  std::string encode(const Names& term) {
    if (term.size() == 1 && !is_text(term[0])) return term[0];
    if (term.size() == 1) {
      const std::string output = temporary("onehot");
      // Without an intercept the first text column keeps all its categories.
      if (!formula_.has_intercept && !keeps_reference_) {
        add_encoder({{indexed_[term[0]], output}}, false);
        keeps_reference_ = true;
      } else {
        encoded_.emplace_back(indexed_[term[0]], output);
      }
      prefixes_[output + "_"] = term[0] + "_";
      return output;
    }
    const std::string output = temporary("interaction");
    ParamMap params =
        params_of("org.apache.spark.ml.feature.Interaction", random_uid("interaction"));
    Names inputs;
    for (const std::string& name : term) inputs.push_back(indexed_[name]);
    params.set("inputCols", inputs);
    params.set("outputCol", output);
    stages_.add("org.apache.spark.ml.feature.Interaction", std::move(params));
    prefixes_[output + "_"] = "";
    return output;
  }

  const ParamMap& params_;
  const ResolvedFormula& formula_;
  const Fields& fields_;
  Names columns_;
  std::map<std::string, LabelCounts> labels_;
  std::map<std::string, int32_t> sizes_;
  bool indexes_label_ = false;
  LabelCounts label_counts_;
  PipelineStages stages_;
  Names temporary_;
  Prefixes prefixes_;
  std::map<std::string, std::string> indexed_;
  std::map<std::string, int32_t> category_counts_;
  std::vector<std::pair<std::string, std::string>> encoded_;
  bool keeps_reference_ = false;
};

class RFormula : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    require(!has_field(context.fields, params.text("labelCol")) || !params.flag("forceIndexLabel"),
            "If label column already exists, forceIndexLabel can not be set with true.");
    require(params.is_defined("formula"), "Formula must be defined first.");
    ResolvedFormula formula = resolve_formula(params.text("formula"), context.fields);
    StageBuilder builder(params, formula, context.fields);
    std::shared_ptr<arrow::RecordBatch> batch;
    int64_t rows = 0;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      builder.read(*batch);
      rows += batch->num_rows();
      context.report({.stage = "reading", .rows = rows});
    }
    PipelineStages stages = builder.finish();
    // Columns of types that cannot be features are errors of the fit already.
    stages.transform_schema(context.fields);
    return std::make_shared<RFormulaModel>(params, std::move(formula), std::move(stages));
  }
  std::vector<std::string> input_columns(const ParamMap& /*params*/) const override { return {}; }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const ModelRow row = read_model_row(folder, "data");
  return std::make_shared<RFormulaModel>(
      read_params(metadata, r_formula_params()),
      ResolvedFormula{row.text("label"), row.text_rows("terms"), row.flag("hasIntercept")},
      PipelineStages::read((std::filesystem::path(folder) / "pipelineModel").string()));
}

std::shared_ptr<const Model> read_pruner(const std::string& folder) {
  return std::make_shared<ColumnPruner>(read_metadata(folder, kPrunerClass).uid,
                                        read_model_row(folder, "data").texts("columnsToPrune"));
}

std::shared_ptr<const Model> read_rewriter(const std::string& folder) {
  const ModelRow row = read_model_row(folder, "data");
  const auto column = row.column("prefixesToRewrite", arrow::Type::MAP);
  const auto& map = static_cast<const arrow::MapArray&>(*column);
  const auto& from = static_cast<const arrow::StringArray&>(*map.keys());
  const auto& to = static_cast<const arrow::StringArray&>(*map.items());
  Prefixes prefixes;
  for (int32_t i = map.value_offset(0); i < map.value_offset(1); ++i)
    prefixes[from.GetString(i)] = to.GetString(i);
  return std::make_shared<VectorAttributeRewriter>(read_metadata(folder, kRewriterClass).uid,
                                                   row.text("vectorCol"), std::move(prefixes));
}

}  // namespace

std::vector<Operator> r_formula_operators() {
  static const RFormula estimator;
  std::vector<Operator> rows = estimator_rows("org.apache.spark.ml.feature.RFormula", kModelClass,
                                              r_formula_params(), estimator, read_model);
  rows.push_back({.jvm_class = kPrunerClass,
                  .kind = OperatorKind::kModel,
                  .params = &no_params(),
                  .read_model = read_pruner});
  rows.push_back({.jvm_class = kRewriterClass,
                  .kind = OperatorKind::kModel,
                  .params = &no_params(),
                  .read_model = read_rewriter});
  return rows;
}

}  // namespace firesteel::ml
