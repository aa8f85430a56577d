// aggregate_metrics: statistics of the elements of vectors. Follows org.apache.spark.ml.stat.SummarizerBuffer, in whose
// order the sums are taken.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "functions/kernel/value_aggregate.h"

namespace firesteel::functions::kernel {

namespace {

[[noreturn]] void throw_failed(const std::string& message) {
  throw SparkError("_LEGACY_ERROR_ML", {{"message", message}});
}

void require(bool condition, const std::string& message) {
  if (!condition) throw_failed("requirement failed: " + message);
}

// Of one element of the vectors.
struct Element {
  double mean = 0;
  double m2 = 0;  // the sum of squared deviations from the mean
  double weight_sum = 0;
  double square_sum = 0;
  double absolute_sum = 0;
  double highest = std::numeric_limits<double>::lowest();
  double lowest = std::numeric_limits<double>::max();
  int64_t nonzeros = 0;

  void add(double value, double weight) {
    highest = std::max(highest, value);
    lowest = std::min(lowest, value);
    const double difference = value - mean;
    mean += weight * difference / (weight_sum + weight);
    m2 += weight * (value - mean) * difference;
    weight_sum += weight;
    square_sum += weight * value * value;
    absolute_sum += weight * std::abs(value);
    ++nonzeros;
  }

  void merge(const Element& other) {
    const double total = weight_sum + other.weight_sum;
    if (total != 0.0) {
      const double difference = other.mean - mean;
      mean += difference * other.weight_sum / total;
      m2 += other.m2 + difference * difference * weight_sum * other.weight_sum / total;
    }
    weight_sum = total;
    square_sum += other.square_sum;
    absolute_sum += other.absolute_sum;
    highest = std::max(highest, other.highest);
    lowest = std::min(lowest, other.lowest);
    nonzeros += other.nonzeros;
  }
};

class VectorSummary : public ValueAggregate {
 public:
  // A vector (type, size, indices, values) and its weight.
  void add(const ValueCall& /*call*/, ValueArguments arguments) override {
    if (arguments[0].is_null()) throw_failed("the vector is null");
    const double weight = arguments[1].is_null() ? 0.0 : arguments[1].real();
    require(weight >= 0.0, "sample weight, " + number_text(weight) + " has to be >= 0.0");
    if (weight == 0.0) return;
    const Values& vector = arguments[0].list();
    const Values& values = vector[3].list();
    const bool is_dense = vector[0].integer() == 1;
    const auto size = is_dense ? values.size() : static_cast<size_t>(vector[1].integer());
    if (elements_.empty()) {
      require(size > 0, "Vector should have dimension larger than zero.");
      elements_.resize(size);
    }
    require(size == elements_.size(), "Dimensions mismatch when adding new sample. Expecting " +
                                          std::to_string(elements_.size()) + " but got " + std::to_string(size) + ".");
    for (size_t i = 0; i < values.size(); ++i) {
      const double value = values[i].real();
      const auto at = is_dense ? i : static_cast<size_t>(vector[2].list()[i].integer());
      if (value != 0.0) elements_.at(at).add(value, weight);
    }
    weight_sum_ += weight;
    weight_square_sum_ += weight * weight;
    ++count_;
  }

  void merge(const ValueCall& /*call*/, const ValueAggregate& later) override {
    const auto& other = static_cast<const VectorSummary&>(later);
    if (other.weight_sum_ == 0.0) return;
    if (weight_sum_ == 0.0) {
      *this = other;
      return;
    }
    require(elements_.size() == other.elements_.size(),
            "Dimensions mismatch when merging with another summarizer. Expecting " + std::to_string(elements_.size()) +
                " but got " + std::to_string(other.elements_.size()) + ".");
    for (size_t i = 0; i < elements_.size(); ++i) elements_[i].merge(other.elements_[i]);
    weight_sum_ += other.weight_sum_;
    weight_square_sum_ += other.weight_square_sum_;
    count_ += other.count_;
  }

  Value result(const ValueCall& call) override {
    Values metrics;
    for (const std::string& name : call.parameters) {
      if (name == "count") {
        metrics.emplace_back(count_);
        continue;
      }
      require(weight_sum_ > 0, "Nothing has been added to this summarizer.");
      Values values;
      for (const Element& element : elements_) values.emplace_back(metric(name, element));
      metrics.emplace_back(Values{Value(int64_t{1}), Value(), Value(), Value(std::move(values))});
    }
    return Value(std::move(metrics));
  }

 private:
  // As Java prints it; weights that are refused are negative or not numbers.
  static std::string number_text(double value) {
    if (std::isnan(value)) return "NaN";
    std::string text = std::to_string(value);
    text.erase(std::max(text.find_last_not_of('0'), text.find('.') + 1) + 1);
    return text;
  }

  double variance(const Element& element) const {
    const double denominator = weight_sum_ - weight_square_sum_ / weight_sum_;
    if (!(denominator > 0.0)) return 0.0;
    const double rest = weight_sum_ - element.weight_sum;
    const double value = (element.m2 + element.mean * element.mean * element.weight_sum * rest / weight_sum_) / denominator;
    return value < 0.0 ? 0.0 : value;
  }

  double metric(const std::string& name, const Element& element) const {
    const bool has_zeros = element.nonzeros < count_;
    if (name == "mean") return element.mean * (element.weight_sum / weight_sum_);
    if (name == "sum") return element.mean * element.weight_sum;
    if (name == "variance") return variance(element);
    if (name == "std") return std::sqrt(variance(element));
    if (name == "numNonZeros") return static_cast<double>(element.nonzeros);
    if (name == "max") return has_zeros && element.highest < 0.0 ? 0.0 : element.highest;
    if (name == "min") return has_zeros && element.lowest > 0.0 ? 0.0 : element.lowest;
    if (name == "normL1") return element.absolute_sum;
    FIRESTEEL_CHECK(name == "normL2", "metric " + name);
    return std::sqrt(element.square_sum);
  }

  std::vector<Element> elements_;
  double weight_sum_ = 0;
  double weight_square_sum_ = 0;
  int64_t count_ = 0;
};

constexpr ValueAggregateKernel kKernels[] = {
    {"aggregate_metrics", [] { return std::unique_ptr<ValueAggregate>(std::make_unique<VectorSummary>()); }, true}};

}  // namespace

std::span<const ValueAggregateKernel> vector_summary_aggregates() { return kKernels; }

}  // namespace firesteel::functions::kernel
