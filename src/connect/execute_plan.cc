#include "connect/execute_plan.h"

#include <arrow/api.h>

#include <algorithm>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "base/logging.h"
#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/error_origin.h"
#include "connect/gpu_placement.h"
#include "connect/literal_rows.h"
#include "connect/local_table.h"
#include "connect/message.h"
#include "connect/ml_command.h"
#include "connect/observed_metrics.h"
#include "connect/row_sender.h"
#include "connect/show_string.h"
#include "spark/connect/base.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;

namespace {

constexpr int64_t kBatchRowsMax = int64_t{1} << 20;
constexpr int64_t kChunkBytesDefault = int64_t{16} << 20;
constexpr size_t kDecompressedBytesMax = size_t{2000} << 20;

int64_t rows_per_batch(const Config& config) {
  // Spark's default of 10,000 bounds its row-to-column conversion; ours only bounds the message. A
  // value that the session sets is honoured.
  const auto values = config.values();
  const auto found = values.find("spark.sql.execution.arrow.maxRecordsPerBatch");
  if (found == values.end()) return kBatchRowsMax;
  const int64_t rows = config.get_integer("spark.sql.execution.arrow.maxRecordsPerBatch");
  return rows <= 0 ? kBatchRowsMax : rows;
}

bool is_pretty_cast(const plan::ExpressionPtr& expression) {
  const auto* alias = expression->as<plan::Alias>();
  const auto* cast = alias != nullptr ? alias->child->as<plan::Cast>() : nullptr;
  return cast != nullptr && cast->mode == plan::CastMode::kPretty;
}

// The analyzer casts every cell to text for show(). The few rows that are shown are printed here, so the
// engine runs the plan below the casts.
plan::RelationPtr without_pretty_casts(const plan::RelationPtr& plan) {
  const auto* project = plan->as<plan::Project>();
  if (project == nullptr) return plan;
  const bool is_all = std::all_of(project->expressions.begin(), project->expressions.end(), is_pretty_cast);
  return is_all ? project->child : plan;
}

// Arrow's intervals hold fewer microseconds than Spark's: their text is made before they come in that form.
plan::RelationPtr with_interval_texts(const plan::RelationPtr& plan) {
  const auto is_interval = [](const plan::Attribute& attribute) { return attribute.type.is(plan::TypeKind::kCalendarInterval); };
  if (std::none_of(plan->output.begin(), plan->output.end(), is_interval)) return plan;
  plan::Project project;
  project.child = plan;
  plan::Attributes output;
  for (const plan::Attribute& attribute : plan->output) {
    plan::ExpressionPtr value = plan::reference(attribute);
    plan::Attribute shown = attribute;
    if (is_interval(attribute)) {
      shown.type = plan::Type::string();
      shown.id = plan::next_attribute_id();
      value = plan::make_typed(plan::Cast{value, shown.type, plan::CastMode::kAnsi, false, {}}, shown.type, attribute.nullable);
      value = plan::make_typed(plan::Alias{value, {shown.name}, {}, shown.id}, shown.type, attribute.nullable);
    }
    project.expressions.push_back(std::move(value));
    output.push_back(std::move(shown));
  }
  return plan::make_resolved(std::move(project), std::move(output));
}

plan::RelationPtr drawn(const RequestContext& context, plan::ShowString show, Operation& operation) {
  show.child = with_interval_texts(without_pretty_casts(show.child));
  const plan::Schema schema = plan::output_schema(*show.child);
  const std::string& time_zone = operation.context().time_zone;
  ShowTable table(show, schema, time_zone);
  const auto arrow_schema = columns::to_arrow_schema(schema, time_zone);
  const plan::RelationPtr child = executable_plan(context, show.child, operation.shared_context());
  const auto stream = context.backend.engine->execute(child, operation.shared_context());
  while (const auto batch = stream->next()) {
    operation.context().cancellation->throw_if_cancelled();
    table.add(*columns::with_schema(*batch, arrow_schema));
  }
  return make_local_table({{show.is_html ? "html_string" : "show_string", plan::Type::string(), false}},
                          {{table.draw()}});
}

int64_t chunk_bytes_wanted(const proto::ExecutePlanRequest& request) {
  for (const auto& option : request.request_options()) {
    if (!option.has_result_chunking_options()) continue;
    const auto& chunking = option.result_chunking_options();
    if (!chunking.allow_arrow_batch_chunking()) return 0;
    return chunking.has_preferred_arrow_chunk_size() && chunking.preferred_arrow_chunk_size() > 0
               ? chunking.preferred_arrow_chunk_size()
               : kChunkBytesDefault;
  }
  return 0;
}

// Streams the rows of a resolved plan to the client: schema first, then batches, at last the metrics. At most `chunk_bytes_max`
// bytes per message when the client asked for chunks (0: it did not).
void send_rows(const RequestContext& context, const plan::RelationPtr& resolved, Operation& operation,
               int64_t chunk_bytes_max) {
  const auto* show = resolved->as<plan::ShowString>();
  const plan::RelationPtr sent = show != nullptr ? drawn(context, *show, operation) : resolved;
  const plan::Schema schema = plan::output_schema(*sent);
  const auto arrow_schema = columns::to_arrow_schema(schema, operation.context().time_zone);
  RowSender sender(&operation, schema, rows_per_batch(context.session.config()), chunk_bytes_max);
  if (const auto* local = sent->as<plan::LocalData>()) {  // answers that the server itself made
    auto batch = local->table->CombineChunksToBatch();
    FIRESTEEL_CHECK(batch.ok(), batch.status().ToString());
    sender.send(columns::with_schema(**batch, arrow_schema));
  } else if (const auto row = constant_row(*sent, arrow_schema)) {
    sender.send(row);
  } else {
    const plan::RelationPtr plan = executable_plan(context, sent, operation.shared_context());
    const auto stream = context.backend.engine->execute(plan, operation.shared_context());
    while (const auto batch = stream->next()) sender.send(columns::with_schema(*batch, arrow_schema));
  }
  if (!sender.has_sent()) sender.send_empty(arrow_schema);
  sender.finish(resolved);
}

}  // namespace

const proto::Plan& uncompressed(const proto::Plan& plan, int recursion_limit, proto::Plan* storage) {
  if (!plan.has_compressed_operation()) return plan;
  const auto& compressed = plan.compressed_operation();
  if (compressed.compression_codec() != proto::COMPRESSION_CODEC_ZSTD) {
    throw SparkError("CONNECT_INVALID_PLAN.CANNOT_PARSE",
                     {{"errorMsg", "unknown compression codec " + std::to_string(compressed.compression_codec())}});
  }
  const std::string bytes = decompress_zstd(compressed.data(), kDecompressedBytesMax);
  switch (compressed.op_type()) {
    case proto::Plan::CompressedOperation::OP_TYPE_RELATION:
      parse_message(bytes, recursion_limit, storage->mutable_root());
      break;
    case proto::Plan::CompressedOperation::OP_TYPE_COMMAND:
      parse_message(bytes, recursion_limit, storage->mutable_command());
      break;
    default:
      throw SparkError("CONNECT_INVALID_PLAN.CANNOT_PARSE",
                       {{"errorMsg", "unknown operation type " + std::to_string(compressed.op_type())}});
  }
  return *storage;
}

void execute_plan(const RequestContext& context, const proto::ExecutePlanRequest& request, Operation& operation) {
  prepare_execution(context, &operation.context());
  operation.summary().engine = context.backend.engine ? std::string(context.backend.engine->name()) : "";
  Message<proto::Plan> storage;
  const auto limit = static_cast<int>(
      context.session.config().get_integer("spark.connect.grpc.marshallerRecursionLimit"));
  const proto::Plan& plan = uncompressed(request.plan(), limit, storage.get());
  if (plan.has_root()) {
    operation.summary().statement = "relation " + oneof_member(plan.root(), "rel_type");
    const plan::RelationPtr unresolved = PlanDecoder(context).relation(plan.root());
    const plan::RelationPtr resolved = analyze_relation(context, unresolved, operation.shared_context());
    log_gpu_placement(context, resolved, operation.settings().operation_id);
    try {
      send_rows(context, resolved, operation, chunk_bytes_wanted(request));
      send_observed_metrics(context, resolved, operation);
    } catch (const SparkError& error) {
      throw with_origin(error, *resolved);
    }
  } else {
    operation.summary().statement = "command " + oneof_member(plan.command(), "command_type");
    execute_command(context, plan.command(), operation);
  }
}

void log_operation(const Session& session, Operation& operation) {
  const OperationSummary& summary = operation.summary();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::microseconds>(
                                std::chrono::steady_clock::now() - operation.started())
                                .count() /
                            1000.0;
  std::string tags;
  for (const std::string& tag : operation.settings().tags) tags += (tags.empty() ? "" : ",") + tag;
  const std::optional<SparkError> failure = operation.failure();
  log_info("operation", {{"session", session.id()},
                         {"operation", operation.settings().operation_id},
                         {"user", session.key().user_id},
                         {"tags", tags},
                         {"statement", summary.statement},
                         {"engine", summary.engine},
                         {"rows", summary.rows},
                         {"bytes", summary.bytes},
                         {"ms", milliseconds},
                         {"error", failure ? failure->condition() : ""}});
}

}  // namespace firesteel::connect
