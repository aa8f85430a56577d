#include "engine/duckdb/transform_input.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <map>
#include <utility>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "engine/duckdb/local_data.h"
#include "engine/duckdb/table_sources.h"
#include "ml/transformer.h"

namespace firesteel::engine {
namespace {

const ml::BoundTransformer& bound_transformer(const plan::Relation& plan) {
  const auto& node = std::get<plan::MlTransform>(plan.node);
  return *static_cast<const ml::BoundTransformer*>(node.transformer.get());
}

// The rows of an MlTransform plan under the names that the kernels see. Called by one thread at a
// time.
class TransformStream : public BatchStream {
 public:
  TransformStream(Engine& engine, const plan::RelationPtr& plan, std::shared_ptr<ExecutionContext> context)
      : context_(std::move(context)) {
    const auto& node = std::get<plan::MlTransform>(plan->node);
    ml::Fields fields;
    for (const auto& attribute : node.child->output) {
      fields.push_back({attribute.name, attribute.type, attribute.nullable, attribute.metadata});
    }
    transform_ = bound_transformer(*plan).bind(fields);
    stream_ = engine.execute(node.child, context_);
    // An empty batch tells the columns that come out.
    auto empty = arrow::RecordBatch::MakeEmpty(stream_->schema());
    FIRESTEEL_CHECK(empty.ok(), empty.status().ToString());
    schema_ = transform_->apply(*empty)->schema();
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  std::shared_ptr<arrow::RecordBatch> next() override {
    while (auto batch = stream_->next()) {
      context_->cancellation->throw_if_cancelled();
      auto result = transform_->apply(batch);
      if (result->num_rows() > 0) return result;
    }
    return nullptr;
  }

 private:
  std::shared_ptr<ExecutionContext> context_;
  std::unique_ptr<ml::BatchTransform> transform_;
  std::unique_ptr<BatchStream> stream_;
  std::shared_ptr<arrow::Schema> schema_;
};

// Some of the columns of another stream.
class SelectedStream : public BatchStream {
 public:
  SelectedStream(std::unique_ptr<BatchStream> stream, std::vector<int> columns)
      : stream_(std::move(stream)), columns_(std::move(columns)) {
    arrow::FieldVector fields;
    for (const int column : columns_) fields.push_back(stream_->schema()->field(column));
    schema_ = arrow::schema(std::move(fields));
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  std::shared_ptr<arrow::RecordBatch> next() override {
    const auto batch = stream_->next();
    if (!batch) return nullptr;
    auto selected = batch->SelectColumns(columns_);
    FIRESTEEL_CHECK(selected.ok(), selected.status().ToString());
    return *selected;
  }

 private:
  std::unique_ptr<BatchStream> stream_;
  std::vector<int> columns_;
  std::shared_ptr<arrow::Schema> schema_;
};

using AttributeIds = std::vector<plan::AttributeId>;

plan::RelationPtr select_columns(const plan::RelationPtr& plan, const plan::Attributes& output) {
  std::vector<plan::ExpressionPtr> columns;
  for (const plan::Attribute& attribute : output) columns.push_back(plan::reference(attribute));
  return plan::make_resolved(plan::Project{plan, std::move(columns)}, output);
}

bool contains(const AttributeIds& ids, plan::AttributeId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

plan::RelationPtr keep_columns(const plan::RelationPtr& plan, const AttributeIds& needed) {
  std::vector<plan::ExpressionPtr> columns;
  plan::Attributes output;
  AttributeIds kept;
  for (const plan::Attribute& attribute : plan->output) {
    if (!contains(needed, attribute.id) || contains(kept, attribute.id)) continue;
    columns.push_back(plan::reference(attribute));
    output.push_back(attribute);
    kept.push_back(attribute.id);
  }
  if (columns.empty() || columns.size() == plan->output.size()) return plan;
  return plan::make_resolved(plan::Project{plan, std::move(columns)}, std::move(output));
}

// Whether a row of the input may be none of the output.
bool drops_rows(const ml::ParamMap& params) {
  return params.declares("handleInvalid") && params.text_or_empty("handleInvalid") == "skip";
}

// The transform over as few columns as its kernel and whoever reads `needed` can do with.
plan::RelationPtr prune_transforms(const plan::RelationPtr& plan, AttributeIds needed) {
  const auto* node = plan->as<plan::MlTransform>();
  if (node == nullptr) return keep_columns(plan, needed);
  const ml::BoundTransformer& bound = bound_transformer(*plan);
  // Spark's optimizer drops what only makes columns that nobody reads, its errors too.
  const auto is_needed = [&](size_t column) { return contains(needed, plan->output[column].id); };
  const plan::Attributes& before = node->child->output;
  bool is_read = drops_rows(bound.params);
  for (size_t i = 0; i < plan->output.size() && !is_read; ++i) {
    is_read = is_needed(i) && (i >= before.size() || before[i].id != plan->output[i].id);
  }
  if (!is_read) return prune_transforms(node->child, std::move(needed));
  const std::vector<std::string> read = bound.transformer->input_columns(bound.params);
  // A column that the transform replaces or describes anew is another one above it than below.
  std::map<plan::AttributeId, plan::Attribute> renewed;
  for (size_t i = 0; i < before.size(); ++i) {
    const bool is_renewed = before[i].id != plan->output[i].id;
    if (is_renewed) renewed.emplace(before[i].id, plan->output[i]);
    if (is_renewed || std::find(read.begin(), read.end(), before[i].name) != read.end()) needed.push_back(before[i].id);
  }
  plan::MlTransform copy = *node;
  copy.child = prune_transforms(node->child, std::move(needed));
  plan::Attributes output = copy.child->output;
  for (size_t i = 0; i < output.size(); ++i) {
    if (const auto found = renewed.find(output[i].id); found != renewed.end()) output.writable(i) = found->second;
  }
  output.append(plan->output.begin() + static_cast<std::ptrdiff_t>(before.size()), plan->output.end());
  return plan::make_resolved(std::move(copy), std::move(output), plan->plan_id);
}

// True if values of both types lie in memory alike; names and zones do not matter.
bool is_same_layout(const arrow::DataType& a, const arrow::DataType& b) {
  if (a.id() != b.id() || a.num_fields() != b.num_fields()) return false;
  for (int i = 0; i < a.num_fields(); ++i) {
    if (!is_same_layout(*a.field(i)->type(), *b.field(i)->type())) return false;
  }
  return a.num_fields() > 0 || a.id() == arrow::Type::TIMESTAMP || a.Equals(b);
}

// True for a column that the transforms hand through.
bool is_from_engine(const plan::Relation& plan, plan::AttributeId id) {
  if (const auto* node = plan.as<plan::MlTransform>()) return is_from_engine(*node->child, id);
  return std::any_of(plan.output.begin(), plan.output.end(),
                     [&](const plan::Attribute& attribute) { return attribute.id == id; });
}

// The transform at or right below `plan`; null where anything but a selection of its columns stands
// between.
const plan::RelationPtr* transform_below(const plan::RelationPtr& plan) {
  if (plan->as<plan::MlTransform>()) return &plan;
  const auto* project = plan->as<plan::Project>();
  if (project == nullptr || !project->child->as<plan::MlTransform>()) return nullptr;
  for (const plan::ExpressionPtr& expression : project->expressions) {
    if (!expression->as<plan::AttributeReference>()) return nullptr;
  }
  return &project->child;
}

std::vector<int> positions_of(const plan::Attributes& wanted,
                              const plan::Attributes& output) {
  std::vector<int> positions;
  for (const plan::Attribute& attribute : wanted) {
    const auto found = std::find_if(output.begin(), output.end(),
                                    [&](const plan::Attribute& other) { return other.id == attribute.id; });
    FIRESTEEL_CHECK(found != output.end(), "a selected column is not among the transform's");
    positions.push_back(static_cast<int>(found - output.begin()));
  }
  return positions;
}

// The columns of `plan`, a transform or a selection of its columns.
std::unique_ptr<BatchStream> selected_columns(Engine& engine, const plan::RelationPtr& plan, const plan::RelationPtr& transform,
                                              const std::shared_ptr<ExecutionContext>& context) {
  AttributeIds needed;
  for (const plan::Attribute& attribute : plan->output) needed.push_back(attribute.id);
  const plan::RelationPtr pruned = prune_transforms(transform, std::move(needed));
  if (!pruned->as<plan::MlTransform>()) {
    const plan::RelationPtr selected = select_columns(pruned, plan->output);
    return engine.execute(selected, context);
  }
  std::unique_ptr<BatchStream> stream = std::make_unique<TransformStream>(engine, pruned, context);
  FIRESTEEL_CHECK(static_cast<size_t>(stream->schema()->num_fields()) == pruned->output.size(),
                  "a transform made other columns than it said");
  return std::make_unique<SelectedStream>(std::move(stream), positions_of(plan->output, pruned->output));
}

}  // namespace

std::unique_ptr<BatchStream> transform_stream(Engine& engine, const plan::RelationPtr& plan,
                                              const std::shared_ptr<ExecutionContext>& context) {
  const plan::RelationPtr* transform = transform_below(plan);
  if (transform == nullptr || plan->output.empty()) return nullptr;
  auto stream = selected_columns(engine, plan, *transform, context);
  for (size_t i = 0; i < plan->output.size(); ++i) {
    if (is_from_engine(**transform, plan->output[i].id)) continue;
    const auto expected = columns::to_arrow_type(plan->output[i].type, "UTC");
    // Another form than the engine's own: SQL casts it.
    if (!is_same_layout(*expected, *stream->schema()->field(static_cast<int>(i))->type())) return nullptr;
  }
  return stream;
}

std::shared_ptr<ArrowInput> transform_input(Engine& engine, const plan::RelationPtr& plan,
                                            const std::shared_ptr<ExecutionContext>& context) {
  if (transform_below(plan) == nullptr) return nullptr;
  return ArrowInput::from_streams([&engine, plan, context] { return selected_columns(engine, plan, *transform_below(plan), context); }, engine_schema);
}

}  // namespace firesteel::engine
