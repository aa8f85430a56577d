#include "ml/pipeline_stages.h"

#include <arrow/api.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "ml/persistence.h"
#include "ml/registry.h"

namespace firesteel::ml {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPipelineModelClass = "org.apache.spark.ml.PipelineModel";

const ParamTable& pipeline_params() {
  static const ParamTable table = {{"stageUids", ValueType::kStrings}};
  return table;
}

class SequenceTransform : public BatchTransform {
 public:
  explicit SequenceTransform(std::vector<std::unique_ptr<BatchTransform>> steps)
      : steps_(std::move(steps)) {}

  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    std::shared_ptr<arrow::RecordBatch> result = batch;
    for (const auto& step : steps_) result = step->apply(result);
    return result;
  }

 private:
  std::vector<std::unique_ptr<BatchTransform>> steps_;
};

// "03_strIdx_…" of eleven stages, as Spark pads the numbers.
std::string stage_folder(size_t index, size_t count, const std::string& uid) {
  const std::string number = std::to_string(index);
  return std::string(std::to_string(count).size() - number.size(), '0') + number + "_" + uid;
}

}  // namespace

void PipelineStages::add(std::string_view jvm_class, ParamMap params) {
  // Rows of the registry live as long as the process: the pointer owns nothing.
  const std::shared_ptr<const Transformer> unowned(std::shared_ptr<void>(),
                                                   find_operator(jvm_class).transformer);
  stages_.push_back({std::string(jvm_class), unowned, std::move(params)});
}

void PipelineStages::add(std::shared_ptr<const Model> model) {
  stages_.push_back({model->jvm_class(), model, model->params()});
}

Fields PipelineStages::transform_schema(Fields fields) const {
  for (const PipelineStage& stage : stages_)
    fields = stage.transformer->transform_schema(fields, stage.params);
  return fields;
}

std::unique_ptr<BatchTransform> PipelineStages::bind(Fields fields) const {
  std::vector<std::unique_ptr<BatchTransform>> steps;
  for (const PipelineStage& stage : stages_) {
    steps.push_back(stage.transformer->bind(fields, stage.params));
    fields = stage.transformer->transform_schema(fields, stage.params);
  }
  return std::make_unique<SequenceTransform>(std::move(steps));
}

int64_t PipelineStages::size_bytes() const {
  int64_t bytes = 0;
  for (const PipelineStage& stage : stages_) {
    const auto* model = dynamic_cast<const Model*>(stage.transformer.get());
    bytes += model != nullptr ? model->size_bytes() : static_cast<int64_t>(sizeof(stage));
  }
  return bytes;
}

void PipelineStages::write(const std::string& folder, const std::string& uid) const {
  ParamMap params(pipeline_params(), uid);
  std::vector<std::string> uids;
  for (const PipelineStage& stage : stages_) uids.push_back(stage.params.uid());
  params.set("stageUids", uids);
  write_metadata(folder, kPipelineModelClass, params);
  for (size_t i = 0; i < stages_.size(); ++i) {
    const PipelineStage& stage = stages_[i];
    const fs::path path =
        fs::path(folder) / "stages" / stage_folder(i, stages_.size(), stage.params.uid());
    fs::create_directories(path);
    if (const auto* model = dynamic_cast<const Model*>(stage.transformer.get())) {
      model->write(path.string(), stage.params);
    } else {
      write_metadata(path.string(), stage.jvm_class, stage.params);
    }
  }
}

PipelineStages PipelineStages::read(const std::string& folder) {
  const ParamMap params =
      read_params(read_metadata(folder, kPipelineModelClass), pipeline_params());
  const std::vector<std::string>& uids = params.texts("stageUids");
  PipelineStages result;
  for (size_t i = 0; i < uids.size(); ++i) {
    const std::string path =
        (fs::path(folder) / "stages" / stage_folder(i, uids.size(), uids[i])).string();
    const Metadata metadata = read_metadata(path, "");
    const Operator& row = find_operator(metadata.jvm_class);
    if (row.kind == OperatorKind::kModel) {
      result.add(row.read_model(path));
    } else {
      require(row.transformer != nullptr, metadata.jvm_class + " is no transformer");
      result.add(metadata.jvm_class, read_params(metadata, *row.params));
    }
  }
  return result;
}

}  // namespace firesteel::ml
