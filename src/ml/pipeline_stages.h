// Transformers one after the other, as a model that is made of several holds them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/model.h"

namespace firesteel::ml {

struct PipelineStage {
  std::string jvm_class;
  std::shared_ptr<const Transformer> transformer;
  ParamMap params;
};

class PipelineStages {
 public:
  // A transformer of the registry.
  void add(std::string_view jvm_class, ParamMap params);
  void add(std::shared_ptr<const Model> model);

  // Fields and transform of all stages in order. Stages may drop columns that earlier ones made.
  Fields transform_schema(Fields fields) const;
  std::unique_ptr<BatchTransform> bind(Fields fields) const;
  int64_t size_bytes() const;

  // Spark's layout of a PipelineModel in `folder`, which does not exist yet.
  void write(const std::string& folder, const std::string& uid) const;
  static PipelineStages read(const std::string& folder);

 private:
  std::vector<PipelineStage> stages_;
};

}  // namespace firesteel::ml
