// Tuple sketches of Apache DataSketches: a number goes with each key.
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/kernel/sketch_size.h"
#include "functions/row.h"
#include "functions/sketch_rows.h"

namespace firesteel::functions {

namespace {

const Type kBytes = Type::binary();

// Implicit casts of a key: what is none of the key types becomes the first of them that it casts
// to.
void check_key(const plan::FunctionCall& call) {
  if (call.arguments[0]->type.is(TypeKind::kDecimal)) return;
  require_type(call, 0, sketch_key_types());
}

void check_size(const plan::FunctionCall& call, size_t index) {
  require_constant(call, index, "lgNomEntries", "int");
  with_hint([&] {
    kernel::require_lg_entries(constant_integer(call.arguments[index]).value_or(0),
                               call.function->name);
  });
}

void check_mode(const plan::FunctionCall& call, size_t index) {
  require_constant(call, index, "mode", "string");
  with_hint([&] {
    kernel::require_summary_mode(constant_text(call.arguments[index]).value_or(""),
                                 call.function->name);
  });
}

template <size_t first>
std::vector<std::string> size_and_mode(const plan::FunctionCall& call) {
  return {std::to_string(constant_integer(call.arguments[first]).value_or(0)),
          constant_text(call.arguments[first + 1]).value_or("")};
}
std::vector<std::string> mode_only(const plan::FunctionCall& call) {
  return {constant_text(call.arguments[1]).value_or("")};
}

struct Kind {
  std::string_view suffix;
  Type number;
  Type total;  // of all summaries of a sketch
  Accepts accepts;
};

std::string_view lasting(std::string name) {
  // Names of rows live as long as the table.
  static std::vector<std::unique_ptr<std::string>> names;
  names.push_back(std::make_unique<std::string>(std::move(name)));
  return *names.back();
}

void add_aggregates(Rows& rows, const Kind& kind) {
  const auto name = [&](const char* stem) { return lasting(stem + std::string(kind.suffix)); };
  rows.push_back(sketch_aggregate(
      name("tuple_sketch_agg"), "4.2.0",
      named(optional(signature({kAny, kind.accepts, kInteger, kString}, kBytes, Nulls::kNever), 2,
                     {"12", "'sum'"}),
            {"key", "summary", "lgNomEntries", "mode"}),
      {2, size_and_mode<2>}, [](const plan::FunctionCall& call) {
        check_key(call);
        check_size(call, 2);
        check_mode(call, 3);
      }));
  rows.push_back(sketch_aggregate(
      name("tuple_union_agg"), "4.2.0",
      named(
          optional(signature({kBinary, kInteger, kString}, kBytes, Nulls::kNever), 2, {"12", "'sum'"}),
          {"child", "lgNomEntries", "mode"}),
      {1, size_and_mode<1>}, [](const plan::FunctionCall& call) {
        check_size(call, 1);
        check_mode(call, 2);
      }));
  rows.push_back(sketch_aggregate(
      name("tuple_intersection_agg"), "4.2.0",
      optional(signature({kBinary, kString}, kBytes, Nulls::kNever), 1, {"'sum'"}),
      {1, mode_only}, [](const plan::FunctionCall& call) {
        check_mode(call, 1);
      }));
}

void add_readers(Rows& rows, const Kind& kind) {
  const auto name = [&](const char* stem) { return lasting(stem + std::string(kind.suffix)); };
  const auto one_sketch = [](const plan::FunctionCall& call) { require_type(call, 0, {kBytes}); };
  rows.push_back(sketch_scalar(name("tuple_sketch_estimate"), "4.2.0",
                               signature({kAny}, Type::double_number()), one_sketch));
  rows.push_back(sketch_scalar(name("tuple_sketch_theta"), "4.2.0",
                               signature({kAny}, Type::double_number()), one_sketch));
  rows.push_back(sketch_scalar(
      name("tuple_sketch_summary"), "4.2.0",
      optional(signature({kAny, kAny}, kind.total), 1, {"'sum'"}),
      [](const plan::FunctionCall& call) {
        require_type(call, 0, {kBytes});
        require_type(call, 1, {Type::string()});
        check_mode(call, 1);
      }));
}

// The set operations on two tuple sketches, or on one and a theta sketch.
void add_operations(Rows& rows, const Kind& kind, const std::string& theta) {
  const auto name = [&](const char* stem) {
    return lasting(stem + theta + std::string(kind.suffix));
  };
  const auto two_sketches = [](const plan::FunctionCall& call) {
    for (size_t i = 0; i < 2; ++i) require_type(call, i, {kBytes});
  };
  rows.push_back(
      sketch_scalar(name("tuple_union"), "4.2.0",
                    named(optional(signature({kAny, kAny, kAny, kAny}, kBytes), 2, {"12", "'sum'"}),
                          {"first", "second", "lgNomEntries", "mode"}),
                    [two_sketches](const plan::FunctionCall& call) {
                      two_sketches(call);
                      require_type(call, 2, {Type::integer()});
                      require_type(call, 3, {Type::string()});
                      check_size(call, 2);
                      check_mode(call, 3);
                    }));
  rows.push_back(sketch_scalar(
      name("tuple_intersection"), "4.2.0",
      optional(signature({kAny, kAny, kAny}, kBytes), 1, {"'sum'"}),
      [two_sketches](const plan::FunctionCall& call) {
        two_sketches(call);
        require_type(call, 2, {Type::string()});
        check_mode(call, 2);
      }));
  rows.push_back(sketch_scalar(name("tuple_difference"), "4.2.0",
                               signature({kAny, kAny}, kBytes), two_sketches));
}

}  // namespace

Rows tuple_sketch_functions() {
  Rows rows;
  const Kind kinds[] = {{"_double", Type::double_number(), Type::double_number(), kDouble},
                        {"_integer", Type::integer(), Type::long_integer(), kInteger}};
  for (const Kind& kind : kinds) {
    add_aggregates(rows, kind);
    add_readers(rows, kind);
    add_operations(rows, kind, "");
    add_operations(rows, kind, "_theta");
  }
  return rows;
}

}  // namespace firesteel::functions
