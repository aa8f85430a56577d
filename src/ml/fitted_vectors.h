// What models of a few fitted numbers share: names, attributes by name, a one-row table on disk.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "ml/model.h"
#include "ml/registry.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

// A model of one column into another whose state is a few named values; each is an attribute for
// clients and a column of the model's `data`.
class ValuesModel : public Unary<Model> {
 public:
  using Values = std::map<std::string, Value>;
  ValuesModel(std::string_view jvm_class, ParamMap params, Values values)
      : jvm_class_(jvm_class), params_(std::move(params)), values_(std::move(values)) {}

  std::string class_name() const override { return simple_name(jvm_class_); }
  std::string jvm_class() const override { return jvm_class_; }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& self, const MethodCall& call) const override;
  int64_t size_bytes() const override;
  void write(const std::string& folder, const ParamMap& params) const override;

  // What the model's text says besides its uid: ", numDocs=3".
  virtual std::string facts() const { return {}; }

  const Vector& vector(const std::string& name) const { return std::get<Vector>(values_.at(name)); }
  const Value& value(const std::string& name) const { return values_.at(name); }

 private:
  std::string jvm_class_;
  ParamMap params_;
  Values values_;
};

// Reads the values of `types` from `folder`, and the parameters.
struct StoredValues {
  ParamMap params;
  ValuesModel::Values values;
};
StoredValues read_values(const std::string& folder, const std::string& jvm_class, const ParamTable& table,
                         const std::map<std::string, ValueType>& types);

// (x - shift) * scale per element; without a shift sparse vectors stay sparse.
VectorFunction scaling_function(std::vector<double> shift, std::vector<double> scale);

// A field of vectors of `size` elements of which nothing else is known.
Field sized_vector_field(int32_t size);

}  // namespace firesteel::ml
