// Trees in Spark's layout, as org.apache.spark.ml.tree.DecisionTreeModelReadWrite has it.
#include <arrow/api.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ml/metadata_line.h"
#include "ml/persistence.h"
#include "ml/tree_model.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

using nlohmann::json;
using plan::Type;

Fields split_fields() {
  return {{"featureIndex", Type::integer(), false, ""},
          {"leftCategoriesOrThreshold", Type::array(Type::double_number(), false), true, ""},
          {"numCategories", Type::integer(), false, ""}};
}

Fields node_fields() {
  return {{"id", Type::integer(), false, ""},
          {"prediction", Type::double_number(), false, ""},
          {"impurity", Type::double_number(), false, ""},
          {"impurityStats", Type::array(Type::double_number(), false), true, ""},
          {"rawCount", Type::long_integer(), false, ""},
          {"gain", Type::double_number(), false, ""},
          {"leftChild", Type::integer(), false, ""},
          {"rightChild", Type::integer(), false, ""},
          {"split", Type::structure(split_fields()), true, ""}};
}

// Columns of nodes, filled tree by tree.
class NodeColumns {
 public:
  void add(const Tree& tree, int32_t tree_number) {
    for (size_t i = 0; i < tree.nodes.size(); ++i) {
      const TreeNode& node = tree.nodes[i];
      check_arrow(trees_.Append(tree_number));
      check_arrow(ids_.Append(static_cast<int32_t>(i)));
      check_arrow(predictions_.Append(node.prediction));
      check_arrow(impurities_.Append(node.impurity));
      append(stats_, *stats_values_, node.stats);
      check_arrow(raw_counts_.Append(node.raw_count));
      check_arrow(gains_.Append(node.is_leaf() ? -1.0 : node.gain));
      check_arrow(lefts_.Append(node.left));
      check_arrow(rights_.Append(node.right));
      check_arrow(features_.Append(node.is_leaf() ? -1 : node.split.feature));
      const bool is_categorical = !node.is_leaf() && node.split.is_categorical();
      append(splits_, *splits_values_,
             node.is_leaf()    ? std::vector<double>()
             : is_categorical ? node.split.left_categories
                              : std::vector<double>{node.split.threshold});
      check_arrow(categories_.Append(is_categorical ? node.split.categories : -1));
    }
  }

  std::vector<std::shared_ptr<arrow::Array>> finish() {
    auto split = structure(split_fields(), {done(features_), done(splits_), done(categories_)});
    return {done(ids_),       done(predictions_), done(impurities_), done(stats_), done(raw_counts_),
            done(gains_),     done(lefts_),       done(rights_),     split};
  }
  std::shared_ptr<arrow::Array> trees() { return done(trees_); }

  static std::shared_ptr<arrow::Array> structure(const Fields& fields, std::vector<std::shared_ptr<arrow::Array>> columns) {
    std::vector<std::shared_ptr<arrow::Field>> typed;
    for (size_t i = 0; i < columns.size(); ++i) {
      typed.push_back(arrow::field(fields[i].name, columns[i]->type(), fields[i].nullable));
    }
    return check_arrow(arrow::StructArray::Make(columns, typed));
  }

 private:
  static void append(arrow::ListBuilder& list, arrow::DoubleBuilder& items, const std::vector<double>& values) {
    check_arrow(list.Append());
    check_arrow(items.AppendValues(values));
  }
  template <typename Builder>
  static std::shared_ptr<arrow::Array> done(Builder& builder) {
    return check_arrow(builder.Finish());
  }
  static std::shared_ptr<arrow::DataType> list_type() { return arrow::list(arrow::field("element", arrow::float64(), false)); }

  arrow::Int32Builder trees_, ids_, lefts_, rights_, features_, categories_;
  arrow::DoubleBuilder predictions_, impurities_, gains_;
  arrow::Int64Builder raw_counts_;
  std::shared_ptr<arrow::DoubleBuilder> stats_values_ = std::make_shared<arrow::DoubleBuilder>();
  std::shared_ptr<arrow::DoubleBuilder> splits_values_ = std::make_shared<arrow::DoubleBuilder>();
  arrow::ListBuilder stats_{arrow::default_memory_pool(), stats_values_, list_type()};
  arrow::ListBuilder splits_{arrow::default_memory_pool(), splits_values_, list_type()};
};

void write_columns(const std::string& folder, const std::string& name, const Fields& fields,
                   const std::vector<std::shared_ptr<arrow::Array>>& columns) {
  std::vector<std::shared_ptr<arrow::Field>> typed;
  for (size_t i = 0; i < columns.size(); ++i) {
    typed.push_back(arrow::field(fields[i].name, columns[i]->type(), fields[i].nullable));
  }
  write_table(folder, name, fields, *arrow::Table::Make(arrow::schema(typed), columns));
}

const arrow::Array& child(const arrow::StructArray& parent, const char* name) {
  const auto column = parent.GetFieldByName(name);
  if (!column) throw_illegal_argument(std::string("The model's nodes have no column ") + name);
  return *column;
}

std::vector<double> doubles_at(const arrow::Array& lists, int64_t row) {
  const auto& list = static_cast<const arrow::ListArray&>(lists);
  const auto& values = static_cast<const arrow::DoubleArray&>(*list.values());
  return {values.raw_values() + list.value_offset(row), values.raw_values() + list.value_offset(row + 1)};
}

struct StoredNode {
  int32_t id = 0;
  TreeNode node;
};

StoredNode read_node(const arrow::StructArray& nodes, int64_t row, bool classifier) {
  const auto integer = [&](const char* name) { return static_cast<const arrow::Int32Array&>(child(nodes, name)).Value(row); };
  const auto number = [&](const char* name) { return static_cast<const arrow::DoubleArray&>(child(nodes, name)).Value(row); };
  StoredNode stored;
  TreeNode& node = stored.node;
  stored.id = integer("id");
  node.prediction = number("prediction");
  node.impurity = number("impurity");
  node.gain = number("gain");
  node.left = integer("leftChild");
  node.right = integer("rightChild");
  node.stats = doubles_at(child(nodes, "impurityStats"), row);
  node.weight = 0;
  for (size_t i = 0; i < (classifier ? node.stats.size() : 1); ++i) node.weight += node.stats.at(i);
  // Models of Spark 2 have no raw count.
  if (const auto raw = nodes.GetFieldByName("rawCount")) node.raw_count = static_cast<const arrow::Int64Array&>(*raw).Value(row);
  if (node.is_leaf()) return stored;
  const auto& split = static_cast<const arrow::StructArray&>(child(nodes, "split"));
  node.split.feature = static_cast<const arrow::Int32Array&>(child(split, "featureIndex")).Value(row);
  node.split.categories = static_cast<const arrow::Int32Array&>(child(split, "numCategories")).Value(row);
  const std::vector<double> values = doubles_at(child(split, "leftCategoriesOrThreshold"), row);
  if (node.split.is_categorical()) {
    node.split.left_categories = values;
  } else {
    node.split.threshold = values.at(0);
  }
  return stored;
}

Tree assemble(std::vector<StoredNode> stored) {
  std::sort(stored.begin(), stored.end(), [](const StoredNode& a, const StoredNode& b) { return a.id < b.id; });
  Tree tree;
  const auto count = static_cast<int32_t>(stored.size());
  for (int32_t i = 0; i < count; ++i) {
    TreeNode& node = stored[i].node;
    require(stored[i].id == i && node.left < count && node.right < count, "Decision Tree load failed: its nodes are not complete");
    require(node.is_leaf() || (node.left > i && node.right > i), "Decision Tree load failed: its nodes are not in order");
    tree.nodes.push_back(std::move(node));
  }
  tree.number_leaves();
  return tree;
}

}  // namespace

void write_trees(const TreeModel& model, const std::string& folder, const ParamMap& params) {
  json extra = {{"numFeatures", model.features()}};
  const bool is_boosted = model.kind() == TreeKind::kBoostedClassifier || model.kind() == TreeKind::kBoostedRegressor;
  if (is_classifier(model.kind()) && !is_boosted) extra["numClasses"] = model.classes();
  if (is_ensemble(model.kind())) extra["numTrees"] = model.trees().size();
  write_metadata(folder, model.jvm_class(), params, extra.dump());
  NodeColumns columns;
  for (size_t t = 0; t < model.trees().size(); ++t) columns.add(model.trees()[t], static_cast<int32_t>(t));
  if (!is_ensemble(model.kind())) {
    write_columns(folder, "data", node_fields(), columns.finish());
    return;
  }
  const auto tree_numbers = columns.trees();
  write_columns(folder, "data", {{"treeID", Type::integer(), false, ""}, {"nodeData", Type::structure(node_fields()), true, ""}},
                {tree_numbers, NodeColumns::structure(node_fields(), columns.finish())});
  const TreeKind kind = model.kind() == TreeKind::kForestClassifier ? TreeKind::kTreeClassifier : TreeKind::kTreeRegressor;
  arrow::Int32Builder numbers;
  std::vector<std::string> texts;
  for (size_t t = 0; t < model.trees().size(); ++t) {
    check_arrow(numbers.Append(static_cast<int32_t>(t)));
    ParamMap tree(tree_params(kind), random_uid(kind == TreeKind::kTreeClassifier ? "dtc" : "dtr"));
    texts.push_back(metadata_line(std::string(model_class(kind)), tree));
  }
  write_columns(folder, "treesMetadata",
                {{"_1", Type::integer(), false, ""}, {"_2", Type::string(), true, ""}, {"_3", Type::double_number(), false, ""}},
                {check_arrow(numbers.Finish()), make_texts(texts), make_doubles(model.weights())});
}

std::shared_ptr<const Model> read_tree_model(TreeKind kind, const std::string& folder) {
  const Metadata metadata = read_metadata(folder, std::string(model_class(kind)));
  const json line = json::parse(metadata.json);
  const bool classifier = is_classifier(kind);
  int32_t classes = 0;
  if (classifier) classes = line.value("numClasses", 2);
  const auto table = check_arrow(read_table(folder, "data")->CombineChunksToBatch());
  std::vector<std::vector<StoredNode>> stored(1);
  if (is_ensemble(kind)) {
    stored.resize(line.at("numTrees").get<size_t>());
    const auto numbers = table->GetColumnByName("treeID");
    const auto nodes = table->GetColumnByName("nodeData");
    require(numbers && nodes, "The model's data has no trees");
    for (int64_t row = 0; row < table->num_rows(); ++row) {
      stored.at(static_cast<const arrow::Int32Array&>(*numbers).Value(row))
          .push_back(read_node(static_cast<const arrow::StructArray&>(*nodes), row, classifier && kind != TreeKind::kBoostedClassifier));
    }
  } else {
    const auto nodes = check_arrow(table->ToStructArray());
    for (int64_t row = 0; row < table->num_rows(); ++row) stored[0].push_back(read_node(*nodes, row, classifier));
  }
  std::vector<Tree> trees;
  for (auto& nodes : stored) trees.push_back(assemble(std::move(nodes)));
  std::vector<double> weights(trees.size(), 1.0);
  if (is_ensemble(kind)) {
    const auto described = check_arrow(read_table(folder, "treesMetadata")->CombineChunksToBatch());
    // Spark 3 named the columns.
    const bool is_named = described->GetColumnByName("treeID") != nullptr;
    const auto numbers = described->GetColumnByName(is_named ? "treeID" : "_1");
    const auto values = described->GetColumnByName(is_named ? "weights" : "_3");
    require(numbers && values, "The model's trees have no weights");
    for (int64_t row = 0; row < described->num_rows(); ++row) {
      weights.at(static_cast<const arrow::Int32Array&>(*numbers).Value(row)) = static_cast<const arrow::DoubleArray&>(*values).Value(row);
    }
  }
  return std::make_shared<TreeModel>(kind, read_params(metadata, tree_params(kind)), std::move(trees), std::move(weights),
                                     line.at("numFeatures").get<int32_t>(), classes);
}

}  // namespace firesteel::ml
