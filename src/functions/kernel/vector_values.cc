// Vectors of floats: distances, norms and sums (vectorExpressions.scala, VectorFunctionImplUtils).
// A vector with a null in it has no result and does not count.
#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/value_aggregate.h"

namespace firesteel::functions::kernel {

namespace {

using Floats = std::vector<float>;

std::optional<Floats> floats_of(const Value& value) {
  Floats floats;
  for (const Value& element : value.list()) {
    if (element.is_null()) return std::nullopt;
    floats.push_back(static_cast<float>(element.real()));
  }
  return floats;
}

Value vector_of(const Floats& floats) {
  Values values;
  for (const float one : floats) values.emplace_back(static_cast<double>(one));
  return Value(std::move(values));
}

Value number(float value) { return Value(static_cast<double>(value)); }

void require_same_size(size_t left, size_t right, std::string_view function) {
  if (left == right) return;
  throw SparkError("VECTOR_DIMENSION_MISMATCH",
                   {{"functionName", "`" + std::string(function) + "`"},
                    {"leftDim", std::to_string(left)},
                    {"rightDim", std::to_string(right)}});
}

template <typename F>
Value of_two(ValueArguments a, std::string_view function, const F& compute) {
  require_same_size(a[0].list().size(), a[1].list().size(), function);
  const auto left = floats_of(a[0]);
  const auto right = floats_of(a[1]);
  return left && right ? compute(*left, *right) : Value();
}

// The sum of term(i), eight at a time as Spark adds them up.
template <typename F>
float summed(size_t count, const F& term) {
  float total = 0;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    total += term(i) + term(i + 1) + term(i + 2) + term(i + 3) + term(i + 4) + term(i + 5) +
             term(i + 6) + term(i + 7);
  }
  for (; i < count; ++i) total += term(i);
  return total;
}

float dot(const Floats& x, const Floats& y) {
  return summed(x.size(), [&](size_t i) { return x[i] * y[i]; });
}

Value inner_product(ValueCall&, ValueArguments a) {
  return of_two(a, "vector_inner_product",
                [](const Floats& x, const Floats& y) { return number(dot(x, y)); });
}

Value cosine_similarity(ValueCall&, ValueArguments a) {
  return of_two(a, "vector_cosine_similarity", [](const Floats& x, const Floats& y) {
    const float lengths = static_cast<float>(
        std::sqrt(static_cast<double>(dot(x, x)) * static_cast<double>(dot(y, y))));
    return lengths == 0 ? Value() : number(dot(x, y) / lengths);
  });
}

Value l2_distance(ValueCall&, ValueArguments a) {
  return of_two(a, "vector_l2_distance", [](const Floats& x, const Floats& y) {
    const float squares = summed(x.size(), [&](size_t i) { return (x[i] - y[i]) * (x[i] - y[i]); });
    return number(static_cast<float>(std::sqrt(static_cast<double>(squares))));
  });
}

float norm_of(const Floats& x, float degree, std::string_view function) {
  if (degree == 1) return summed(x.size(), [&](size_t i) { return std::fabs(x[i]); });
  if (degree == 2) return static_cast<float>(std::sqrt(static_cast<double>(dot(x, x))));
  if (!(std::isinf(degree) && degree > 0)) {
    std::string text;
    append_float(degree, text);
    throw SparkError("INVALID_VECTOR_NORM_DEGREE",
                     {{"functionName", "`" + std::string(function) + "`"}, {"degree", text}});
  }
  float greatest = 0;
  for (const float one : x) greatest = std::max(greatest, std::fabs(one));
  return greatest;
}

Value norm(ValueCall&, ValueArguments a) {
  const auto x = floats_of(a[0]);
  return x ? number(norm_of(*x, static_cast<float>(a[1].real()), "vector_norm")) : Value();
}

Value normalize(ValueCall&, ValueArguments a) {
  auto x = floats_of(a[0]);
  if (!x) return Value();
  const float length = norm_of(*x, static_cast<float>(a[1].real()), "vector_normalize");
  if (length == 0 && !x->empty()) return Value();
  for (float& one : *x) one /= length;
  return vector_of(*x);
}

// vector_sum and vector_avg, which keeps the mean of the vectors so far.
template <bool is_mean>
class Combined : public ValueAggregate {
 public:
  void add(const ValueCall&, ValueArguments arguments) override {
    const Value& vector = arguments[0];
    if (count_ > 0) require_same_size(values_.size(), vector.list().size(), kName);
    const auto floats = floats_of(vector);
    if (!floats) return;
    ++count_;
    if (count_ == 1) {
      values_ = *floats;
      return;
    }
    for (size_t i = 0; i < values_.size(); ++i) {
      const float one = (*floats)[i];
      values_[i] += is_mean ? (one - values_[i]) / static_cast<float>(count_) : one;
    }
  }
  void merge(const ValueCall&, const ValueAggregate& later) override {
    const auto& other = static_cast<const Combined&>(later);
    if (other.count_ == 0) return;
    if (count_ == 0) {
      *this = other;
      return;
    }
    require_same_size(values_.size(), other.values_.size(), kName);
    const int64_t total = count_ + other.count_;
    for (size_t i = 0; i < values_.size(); ++i) {
      if (is_mean) {
        const float share = static_cast<float>(other.count_) / static_cast<float>(total);
        values_[i] += (other.values_[i] - values_[i]) * share;
      } else {
        values_[i] += other.values_[i];
      }
    }
    count_ = total;
  }
  Value result(const ValueCall&) override { return count_ == 0 ? Value() : vector_of(values_); }

 private:
  static constexpr std::string_view kName = is_mean ? "vector_avg" : "vector_sum";
  Floats values_;
  int64_t count_ = 0;
};

template <typename Aggregate>
std::unique_ptr<ValueAggregate> make() {
  return std::make_unique<Aggregate>();
}

constexpr ValueAggregateKernel kAggregates[] = {
    {"vector_sum", make<Combined<false>>},
    {"vector_avg", make<Combined<true>>},
};

constexpr ValueKernel kKernels[] = {
    {"vector_inner_product", inner_product}, {"vector_cosine_similarity", cosine_similarity},
    {"vector_l2_distance", l2_distance},     {"vector_norm", norm},
    {"vector_normalize", normalize},
};

}  // namespace

std::span<const ValueAggregateKernel> vector_aggregates() { return kAggregates; }
std::span<const ValueKernel> vector_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
