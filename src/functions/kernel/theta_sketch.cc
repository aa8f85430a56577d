// theta_*: sketches in their compressed compact form (thetasketchesAggregates.scala,
// thetasketchesExpressions.scala).
#include <cmath>
#include <optional>

#include <theta_a_not_b.hpp>
#include <theta_intersection.hpp>
#include <theta_sketch.hpp>
#include <theta_union.hpp>

#include "base/error.h"
#include "functions/kernel/sketches.h"
#include "functions/kernel/theta_sketch.h"

namespace firesteel::functions::kernel {

using datasketches::compact_theta_sketch;
using datasketches::theta_intersection;
using datasketches::theta_union;
using datasketches::update_theta_sketch;

compact_theta_sketch theta_sketch_from(const Value& value, std::string_view function,
                                       std::string_view condition) {
  require_family(value.text(), SketchFamily::kCompact, condition, function);
  return read_sketch(condition, function, [&] {
    return compact_theta_sketch::deserialize(value.text().data(), value.text().size());
  });
}

namespace {

constexpr std::string_view kBadSketch = "THETA_INVALID_INPUT_SKETCH_BUFFER";

compact_theta_sketch sketch_from(const Value& value, std::string_view function) {
  return theta_sketch_from(value, function, kBadSketch);
}

// Java's empty sketch has no hash of a seed.
Value bytes_of(const compact_theta_sketch& sketch) {
  if (sketch.is_empty()) return Value(std::string("\x01\x03\x03\x00\x00\x1e\x00\x00", 8));
  const auto bytes = sketch.serialize_compressed();
  return Value(std::string(bytes.begin(), bytes.end()));
}

theta_union new_union(int lg_entries) { return sized<theta_union::builder>(lg_entries).build(); }

// theta_sketch_agg(value): the parameter is lgNomEntries.
class ThetaSketch : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    update_theta_sketch& sketch = made(call);
    with_sketch_key(call.argument_types[0], arguments[0], [&](const auto& key) {
      if constexpr (std::is_same_v<std::decay_t<decltype(key)>, std::string>) {
        if (!key.empty()) sketch.update(key.data(), key.size());
      } else {
        sketch.update(key);
      }
    });
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const ThetaSketch&>(later);
    if (!other.sketch_ && !other.merged_) return;
    if (!merged_) merged_ = new_union(sketch_parameter(call, 0));
    if (other.sketch_) merged_->update(*other.sketch_);
    if (other.merged_) merged_->update(other.merged_->get_result());
  }
  Value result(const ValueCall& call) override {
    if (!merged_) {
      made(call).trim();
      return bytes_of(sketch_->compact());
    }
    if (sketch_) merged_->update(*sketch_);
    sketch_.reset();
    return bytes_of(merged_->get_result());
  }

 private:
  update_theta_sketch& made(const ValueCall& call) {
    if (!sketch_) sketch_ = sized<update_theta_sketch::builder>(sketch_parameter(call, 0)).build();
    return *sketch_;
  }
  std::optional<update_theta_sketch> sketch_;
  std::optional<theta_union> merged_;
};

// theta_union_agg(sketch): the parameter is lgNomEntries.
class ThetaUnion : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    made(call).update(sketch_from(arguments[0], "theta_union_agg"));
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const ThetaUnion&>(later).union_;
    if (other) made(call).update(other->get_result());
  }
  Value result(const ValueCall& call) override { return bytes_of(made(call).get_result()); }

 private:
  theta_union& made(const ValueCall& call) {
    if (!union_) union_ = new_union(sketch_parameter(call, 0));
    return *union_;
  }
  std::optional<theta_union> union_;
};

// theta_intersection_agg(sketch); without sketches the empty one.
class ThetaIntersection : public ValueAggregate {
 public:
  void add(const ValueCall&, ValueArguments arguments) override {
    intersection_.update(sketch_from(arguments[0], "theta_intersection_agg"));
  }
  void merge(const ValueCall&, const ValueAggregate& later) override {
    const auto& other = static_cast<const ThetaIntersection&>(later).intersection_;
    if (other.has_result()) intersection_.update(other.get_result());
  }
  Value result(const ValueCall&) override {
    if (!intersection_.has_result())
      return bytes_of(update_theta_sketch::builder().build().compact());
    return bytes_of(intersection_.get_result());
  }

 private:
  theta_intersection intersection_;
};

Value estimate(ValueCall&, ValueArguments a) {
  const double number = sketch_from(a[0], "theta_sketch_estimate").get_estimate();
  return Value(static_cast<int64_t>(std::floor(number + 0.5)));
}

Value united(ValueCall&, ValueArguments a) {
  const auto left = sketch_from(a[0], "theta_union");
  const auto right = sketch_from(a[1], "theta_union");
  const int64_t lg_entries = a[2].integer();
  require_lg_entries(lg_entries, "theta_union");
  theta_union both = new_union(static_cast<int>(lg_entries));
  both.update(left);
  both.update(right);
  return bytes_of(both.get_result());
}

Value intersected(ValueCall&, ValueArguments a) {
  theta_intersection both;
  both.update(sketch_from(a[0], "theta_intersection"));
  both.update(sketch_from(a[1], "theta_intersection"));
  return bytes_of(both.get_result());
}

Value difference(ValueCall&, ValueArguments a) {
  const auto left = sketch_from(a[0], "theta_difference");
  const auto right = sketch_from(a[1], "theta_difference");
  return bytes_of(datasketches::theta_a_not_b().compute(left, right));
}

template <typename Aggregate>
std::unique_ptr<ValueAggregate> make() {
  return std::make_unique<Aggregate>();
}

constexpr ValueAggregateKernel kAggregates[] = {
    {"theta_sketch_agg", make<ThetaSketch>},
    {"theta_union_agg", make<ThetaUnion>},
    {"theta_intersection_agg", make<ThetaIntersection>},
};

constexpr ValueKernel kKernels[] = {
    {"theta_sketch_estimate", estimate},
    {"theta_union", united},
    {"theta_intersection", intersected},
    {"theta_difference", difference},
};

}  // namespace

void require_lg_entries(int64_t lg_entries, std::string_view function) {
  if (lg_entries >= kMinLgEntries && lg_entries <= kMaxLgEntries) return;
  throw SparkError("SKETCH_INVALID_LG_NOM_ENTRIES",
                   {{"function", "`" + std::string(function) + "`"},
                    {"min", std::to_string(kMinLgEntries)},
                    {"max", std::to_string(kMaxLgEntries)},
                    {"value", std::to_string(lg_entries)}});
}

std::span<const ValueAggregateKernel> theta_aggregates() { return kAggregates; }
std::span<const ValueKernel> theta_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
