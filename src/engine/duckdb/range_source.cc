// DuckDB's own range runs on one thread. This one hands out blocks of ids to all of them.
#include "engine/duckdb/range_source.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::TableFunction;

constexpr int64_t kRowsPerBlock = 122'880;  // DuckDB's row group, so that a block is worth a thread

struct RangeBind {
  int64_t start = 0;
  int64_t step = 1;
  int64_t count = 0;
};

struct RangeGlobal {
  std::atomic<int64_t> next_block{0};
};

struct RangeLocal {
  int64_t block = -1;
  int64_t position = 0;
  int64_t end = 0;
};

// Rows of a range as Spark counts them; the difference may exceed 64 bits.
int64_t count_rows(int64_t start, int64_t end, int64_t step) {
  __int128 distance = static_cast<__int128>(end) - start;
  if (step == 0 || (distance > 0) != (step > 0) || distance == 0) return 0;
  __int128 rows = distance / step + (distance % step != 0 ? 1 : 0);
  return static_cast<int64_t>(std::min<__int128>(rows, INT64_MAX));
}

void bind_range(TableFunction::BindInput& input) {
  RangeBind bind;
  bind.start = input.GetConstantArgument(0).Get<int64_t>();
  int64_t end = input.GetConstantArgument(1).Get<int64_t>();
  bind.step = input.GetConstantArgument(2).Get<int64_t>();
  bind.count = count_rows(bind.start, end, bind.step);
  input.AddResultColumn("id", input.GetContext().GetFactory().ParseType("BIGINT"));
  input.SetCardinality(static_cast<idx_t>(bind.count), true);
  input.SetBindData<RangeBind>(bind);
}

void init_range(TableFunction::InitGlobalInput& input) {
  const auto& bind = input.GetBindData<RangeBind>();
  input.SetGlobalState<RangeGlobal>();
  input.SetMaxThreads(static_cast<idx_t>(std::clamp<int64_t>(bind.count / kRowsPerBlock, 1, 1024)));
}

void init_range_thread(TableFunction::InitLocalInput& input) {
  input.SetLocalState<RangeLocal>();
}

void scan_range(TableFunction::ExecInput& input) {
  const auto& bind = input.GetBindData<RangeBind>();
  auto& local = input.GetLocalState<RangeLocal>();
  auto chunk = input.GetOutputChunk();
  auto vector = chunk.GetVector(0);
  if (local.position == local.end) {
    local.block = input.GetGlobalState<RangeGlobal>().next_block.fetch_add(1);
    if (local.block > bind.count / kRowsPerBlock) {
      vector.SetSize(0);
      return;
    }
    local.position = local.block * kRowsPerBlock;
    local.end = std::min(bind.count, local.position + kRowsPerBlock);
  }
  auto rows = std::min<int64_t>(static_cast<int64_t>(chunk.GetCapacity()),
                                local.end - local.position);
  if (rows > 0) {
    // Wraps like Java's arithmetic; the last row is below `end`, so that no wrapped value is seen.
    auto first = static_cast<int64_t>(static_cast<uint64_t>(bind.start) +
                                      static_cast<uint64_t>(local.position) *
                                          static_cast<uint64_t>(bind.step));
    vector.MakeSequence(first, bind.step, static_cast<idx_t>(rows));
  } else {
    vector.SetSize(0);
  }
  local.position += rows;
}

void report_block(TableFunction::PartitionDataInput& input) {
  input.SetBatchIndex(static_cast<idx_t>(std::max<int64_t>(
      input.GetLocalState<RangeLocal>().block, 0)));
}

void report_progress(TableFunction::ProgressInput& input) {
  const auto& bind = input.GetBindData<RangeBind>();
  double done = static_cast<double>(input.GetGlobalState<RangeGlobal>().next_block.load()) *
                kRowsPerBlock;
  input.SetProgress(bind.count == 0 ? 1.0 : std::min(1.0, done / static_cast<double>(bind.count)));
}

}  // namespace

void register_range_source(duckdb::cxx::Connection& connection) {
  auto& factory = connection.GetFactory();
  auto function = TableFunction::Create(factory);
  function.SetName("fs_range");
  auto bigint = factory.ParseType("BIGINT");
  function.GetSignature()
      .AddParameter("start", bigint)
      .AddParameter("end", bigint)
      .AddParameter("step", bigint);
  function.SetBindCallback(bind_range)
      .SetInitGlobalCallback(init_range)
      .SetInitLocalCallback(init_range_thread)
      .SetExecCallback(scan_range)
      .SetPartitionDataCallback(report_block)
      .SetProgressCallback(report_progress);
  connection.Register(function);
}

}  // namespace firesteel::engine
