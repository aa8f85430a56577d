#include "engine/duckdb/query_stream.h"

#include <algorithm>
#include <arrow/array.h>
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <optional>
#include <utility>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/select_block.h"
#include "engine/duckdb/type_sql.h"
#include "plan/nested_types.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::ArrowFormat;
using duckdb::cxx::ArrowResult;
using duckdb::cxx::Connection;

template <typename T>
T take(arrow::Result<T> result) {
  FIRESTEEL_CHECK(result.ok(), "Arrow: " + result.status().ToString());
  return std::move(result).ValueUnsafe();
}

// Arrow's C interface takes no more levels.
constexpr int kLevelsMax = 60;

int levels(const plan::Type& type) {
  int most = 0;
  if (type.is(plan::TypeKind::kArray)) most = levels(type.element());
  if (type.is(plan::TypeKind::kMap)) most = 1 + std::max(levels(type.key()), levels(type.value()));
  for (const auto& field : type.is(plan::TypeKind::kStruct) ? type.fields() : plan::Schema()) {
    most = std::max(most, levels(field.type));
  }
  return most + 1;
}

void check_depth(const plan::Attribute& column) {
  if (levels(column.type) > kLevelsMax) {
    throw_unsupported("RELATION", "a result whose types nest deeper than " + std::to_string(kLevelsMax) + " levels");
  }
}

// Whether a value may be as long as many columns.
bool holds_list(const plan::Type& type) {
  const plan::Type& stored = type.is(plan::TypeKind::kUdt) ? type.sql_type() : type;
  return plan::holds(stored, plan::TypeKind::kArray) || plan::holds(stored, plan::TypeKind::kMap);
}

// Rows of a batch at most. Those of wide results are kept to about a megabyte, so that whoever takes them
// apart finds them in the cache, and a batch of long vectors is not a large part of all of them; narrow ones are as
// long as DuckDB makes them.
uint64_t batch_rows(const plan::Attributes& columns) {
  constexpr size_t kNarrow = 8;
  constexpr uint64_t kWideRows = 8192;
  const bool is_wide = columns.size() > kNarrow || std::any_of(columns.begin(), columns.end(), [](const plan::Attribute& column) {
    return holds_list(column.type);
  });
  return is_wide ? kWideRows : 0;
}

// While it lives, whoever asks how far the operation is hears what the connection's query says.
class WatchedQuery {
 public:
  WatchedQuery(Progress* progress, const std::shared_ptr<Connection>& connection) : progress_(progress) {
    handle_ = progress->watch([connection](Progress* known) {
      const auto query = connection->GetQueryProgress();
      if (query.percentage >= 0) known->set_query_done(query.percentage / 100.0);
    });
  }
  WatchedQuery(const WatchedQuery&) = delete;
  WatchedQuery& operator=(const WatchedQuery&) = delete;
  ~WatchedQuery() { progress_->remove(handle_); }

 private:
  Progress* progress_;
  int handle_ = 0;
};

class QueryStream : public BatchStream {
 public:
  QueryStream(Database& database, LoweredQuery query, plan::Attributes output,
              std::shared_ptr<ExecutionContext> context)
      : query_(std::move(query)),
        output_(std::move(output)),
        context_(std::move(context)),
        connection_(database.lease_for(context_->cancellation)),
        watched_(std::in_place, &context_->progress, connection_) {
    context_->cancellation->throw_if_cancelled();
    for (const auto& column : output_) check_depth(column);
    // Before the statement runs: what does not stream, such as a sort, happens within Execute().
    handle_ = context_->cancellation->on_cancel([connection = connection_] { connection->Interrupt(); });
    try {
      auto statements = connection_->ParseSQL(query_.sql);
      auto statement = statements.Next();
      result_ = std::make_unique<ArrowResult>(connection_->Execute(statement, ArrowFormat(batch_rows(output_))));
      ArrowSchema exported{};
      result_->GetSchema(exported);
      schema_ = take(arrow::ImportSchema(&exported));
      // Binding once more costs as much as a small query: it is done where Arrow's types leave doubt.
      if (!has_expected_arrow_types()) {
        check_types(database.lease()->Bind(statement).output);
      }
      // DuckDB forgets an interrupt that came before the statement began.
      context_->cancellation->throw_if_cancelled();
    } catch (...) {
      context_->cancellation->remove(handle_);
      result_.reset();
      rethrow_from_duckdb();
    }
  }

  ~QueryStream() override {
    context_->cancellation->remove(handle_);
    result_.reset();
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  std::shared_ptr<arrow::RecordBatch> next() override {
    context_->cancellation->throw_if_cancelled();
    try {
      ArrowArray array{};
      while (result_ && result_->FetchArray(array)) {
        auto batch = take(arrow::ImportRecordBatch(&array, schema_));
        if (batch->num_rows() > 0) return batch;
      }
      watched_.reset();
      context_->progress.set_query_done(1.0);
      result_.reset();  // what the query held is not kept while its rows are worked on
      return nullptr;
    } catch (...) {
      rethrow_from_duckdb();
    }
  }

 private:
  bool has_expected_arrow_types() const {
    if (output_.empty()) return true;
    if (schema_->num_fields() != static_cast<int>(output_.size())) return false;
    for (size_t i = 0; i < output_.size(); ++i) {
      const auto expected = columns::to_arrow_type(output_[i].type, "UTC");
      if (!expected->Equals(*schema_->field(static_cast<int>(i))->type())) return false;
    }
    return true;
  }

  void check_types(const duckdb::cxx::Schema& produced) {
    if (output_.empty()) return;
    FIRESTEEL_CHECK(produced.GetFieldCount() == output_.size(),
                    "the statement has another number of columns than the plan");
    auto& factory = connection_->GetFactory();
    for (size_t i = 0; i < output_.size(); ++i) {
      auto expected = factory.ParseType(type_sql(output_[i].type));
      auto actual = produced.GetFieldType(i);
      FIRESTEEL_CHECK(actual == expected, "column " + output_[i].name + " has the type " +
                                              actual.ToText() + " instead of " + expected.ToText());
    }
  }

  LoweredQuery query_;
  plan::Attributes output_;
  std::shared_ptr<ExecutionContext> context_;
  std::shared_ptr<Connection> connection_;
  std::optional<WatchedQuery> watched_;
  std::unique_ptr<ArrowResult> result_;
  std::shared_ptr<arrow::Schema> schema_;
  int handle_ = 0;
};

}  // namespace

int64_t run_statement(Database& database, const std::string& sql, ExecutionContext& context) {
  context.cancellation->throw_if_cancelled();
  auto connection = database.lease_for(context.cancellation);
  const WatchedQuery watched(&context.progress, connection);
  int handle = context.cancellation->on_cancel([connection] { connection->Interrupt(); });
  try {
    auto rows = static_cast<int64_t>(connection->Execute(sql).Drain());
    context.cancellation->remove(handle);
    context.progress.set_query_done(1.0);
    return rows;
  } catch (...) {
    context.cancellation->remove(handle);
    rethrow_from_duckdb();
  }
}

LoweredQuery with_checked_intervals(LoweredQuery query, const plan::Attributes& output) {
  const auto holds_interval = [](const plan::Attribute& column) { return plan::holds(column.type, plan::TypeKind::kCalendarInterval); };
  if (std::none_of(output.begin(), output.end(), holds_interval)) return query;
  std::string sql;
  for (const plan::Attribute& column : output) {
    const std::string name = column_name(column.id);
    sql += sql.empty() ? "SELECT " : ", ";
    if (!holds_interval(column)) {
      sql += name;
      continue;
    }
    const std::string types = "{\"a\":[" + column.type.json() + "],\"r\":" + column.type.json() + "}";
    sql += "fs_value('intervals_for_arrow', " + quote_string(types) + ", 'UTC', true, " + name + ") AS " + name;
  }
  query.sql = sql + " FROM (" + query.sql + ")";
  return query;
}

std::unique_ptr<BatchStream> run_query(Database& database, LoweredQuery query,
                                       plan::Attributes output,
                                       std::shared_ptr<ExecutionContext> context) {
  return std::make_unique<QueryStream>(database, std::move(query), std::move(output),
                                       std::move(context));
}

}  // namespace firesteel::engine
