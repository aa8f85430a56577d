// approx_top_k and its parts (ApproxTopKAggregates.scala). Nulls are counted beside the sketch; a
// state is a struct of the sketch with that count, its size, a null of the items' type and that
// type as text.
#include <optional>

#include "base/error.h"
#include "functions/kernel/frequent_items.h"
#include "functions/kernel/sketches.h"
#include "functions/kernel/type_text.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;

constexpr int64_t kMaxTracked = 1'000'000;

// Items and how often null came.
struct Counted {
  FrequentItems items;
  int64_t nulls = 0;

  void add(const Value& item) {
    if (item.is_null()) {
      ++nulls;
    } else {
      items.update(item);
    }
  }
  // Spark hands the one part of a group on as bytes and merges it into an empty sketch, which
  // orders items that are as frequent.
  Counted handed_on(const Type& item, int64_t tracked) const {
    Counted whole{FrequentItems(item, tracked)};
    whole.merge(from_bytes(item, bytes()));
    return whole;
  }
  void merge(const Counted& other) {
    items.merge(other.items);
    nulls += other.nulls;
  }
  std::string bytes() const {
    std::string out = items.bytes();
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(nulls >> shift & 0xFF);
    return out;
  }
  static Counted from_bytes(const Type& item, const std::string& bytes) {
    if (bytes.size() < 8) throw std::runtime_error("a state without a count of nulls");
    Counted counted{
        FrequentItems::from_bytes(item, std::string_view(bytes).substr(0, bytes.size() - 8))};
    for (size_t i = bytes.size() - 8; i < bytes.size(); ++i) {
      counted.nulls = counted.nulls << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return counted;
  }
  // The k most frequent ones; null stands behind items that are as frequent.
  Value top(int64_t k) const {
    Values result;
    bool has_null = nulls > 0;
    const auto put = [&](Value item, int64_t count) {
      if (static_cast<int64_t>(result.size()) < k)
        result.emplace_back(Values{std::move(item), Value(count)});
    };
    for (const auto& [item, count] : items.rows()) {
      if (has_null && nulls > count) {
        put(Value(), nulls);
        has_null = false;
      }
      put(item, count);
    }
    if (has_null) put(Value(), nulls);
    return Value(std::move(result));
  }
};

std::string type_text(const Type& item) {
  return item.is_string() ? "item string not null" : "item " + item.sql() + " NOT NULL";
}

Value state(const Counted& counted, int64_t tracked, const Type& item) {
  return Value(Values{Value(counted.bytes()), Value(tracked), Value(), Value(type_text(item))});
}

// approx_top_k(item): the parameters are k and how many items are told apart.
class TopK : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    made(call).add(arguments[0]);
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const TopK&>(later).counted_;
    if (other) made(call).merge(*other);
  }
  Value result(const ValueCall& call) override {
    return made(call)
        .handed_on(call.argument_types[0], sketch_parameter(call, 1))
        .top(sketch_parameter(call, 0));
  }

 private:
  Counted& made(const ValueCall& call) {
    if (!counted_)
      counted_ = Counted{FrequentItems(call.argument_types[0], sketch_parameter(call, 1))};
    return *counted_;
  }
  std::optional<Counted> counted_;
};

// approx_top_k_accumulate(item): the parameter is how many items are told apart.
class Accumulate : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    made(call).add(arguments[0]);
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const Accumulate&>(later).counted_;
    if (other) made(call).merge(*other);
  }
  Value result(const ValueCall& call) override {
    const int64_t tracked = sketch_parameter(call, 0);
    return state(made(call).handed_on(call.argument_types[0], tracked), tracked,
                 call.argument_types[0]);
  }

 private:
  Counted& made(const ValueCall& call) {
    if (!counted_)
      counted_ = Counted{FrequentItems(call.argument_types[0], sketch_parameter(call, 0))};
    return *counted_;
  }
  std::optional<Counted> counted_;
};

// approx_top_k_combine(state): the parameter is how many items are told apart, -1 for what all
// states say.
class Combine : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    const Values& fields = arguments[0].list();
    const Type item = parse_type_text(fields[3].text()).fields().at(0).type;
    take(call, Counted::from_bytes(item, fields[0].text()), fields[1].integer(), item);
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const Combine&>(later);
    if (other.counted_) take(call, *other.counted_, other.tracked_, other.item_);
  }
  Value result(const ValueCall& call) override {
    if (!counted_) {
      item_ = call.argument_types[0].fields().at(2).type;
      tracked_ = sketch_parameter(call, 0);
      counted_ = Counted{FrequentItems(item_, kMaxTracked)};
    }
    return state(*counted_, tracked_, item_);
  }

 private:
  void take(const ValueCall& call, const Counted& other, int64_t tracked, const Type& item) {
    const int64_t wanted = sketch_parameter(call, 0);
    if (!counted_) {
      item_ = item;
      tracked_ = wanted > 0 ? wanted : tracked;
      counted_ = Counted{FrequentItems(item, wanted > 0 ? wanted : kMaxTracked)};
    }
    if (wanted <= 0 && tracked != tracked_) {
      throw SparkError("APPROX_TOP_K_SKETCH_SIZE_NOT_MATCH",
                       {{"size1", std::to_string(tracked_)}, {"size2", std::to_string(tracked)}});
    }
    if (!item.same_type(item_)) {
      throw SparkError("APPROX_TOP_K_SKETCH_TYPE_NOT_MATCH",
                       {{"type1", "\"" + item_.sql() + "\""}, {"type2", "\"" + item.sql() + "\""}});
    }
    counted_->merge(other);
  }
  Type item_;
  int64_t tracked_ = 0;
  std::optional<Counted> counted_;
};

// approx_top_k_estimate(state, k).
Value estimate(ValueCall& call, ValueArguments a) {
  const Values& fields = a[0].list();
  const int64_t k = a[1].integer();
  if (fields[1].integer() < k) {
    throw SparkError(
        "APPROX_TOP_K_MAX_ITEMS_TRACKED_LESS_THAN_K",
        {{"maxItemsTracked", std::to_string(fields[1].integer())}, {"k", std::to_string(k)}});
  }
  return Counted::from_bytes(call.argument_types[0].fields().at(2).type, fields[0].text()).top(k);
}

template <typename Aggregate>
std::unique_ptr<ValueAggregate> make() {
  return std::make_unique<Aggregate>();
}

constexpr ValueAggregateKernel kAggregates[] = {
    {"approx_top_k", make<TopK>, true},
    {"approx_top_k_accumulate", make<Accumulate>, true},
    {"approx_top_k_combine", make<Combine>},
};

constexpr ValueKernel kKernels[] = {{"approx_top_k_estimate", estimate}};

}  // namespace

std::span<const ValueAggregateKernel> top_k_aggregates() { return kAggregates; }
std::span<const ValueKernel> top_k_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
