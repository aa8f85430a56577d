// readStream and withWatermark: what is known of a stream before it runs, its schema and its options.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/time_window.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// EventTimeWatermark.delayKey
constexpr const char* kDelay = "spark.watermarkDelayMs";
// EventTimeWatermark.getDelayMs takes a month for this long.
constexpr int64_t kDaysPerMonth = 31;

std::optional<std::string> option(const Options& options, std::string_view name) {
  for (const auto& [key, value] : options) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

// Throws Java's error for what is no integer.
int64_t integer_option(const Options& options, std::string_view name, int64_t fallback) {
  const std::optional<std::string> text = option(options, name);
  if (!text) return fallback;
  int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (text->empty() || parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) {
    throw SparkError("_LEGACY_ERROR_JAVA_NUMBER_FORMAT", {{"message", "For input string: \"" + *text + "\""}});
  }
  return value;
}

void check_positive(const Options& options, const char* name, int64_t fallback) {
  const int64_t value = integer_option(options, name, fallback);
  if (value > 0) return;
  throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT",
                   {{"message", "Invalid value '" + std::to_string(value) + "'. The option '" + name + "' must be positive"}});
}

void refuse_schema(const UnresolvedRead& node, const char* provider) {
  if (node.schema) throw SparkError("_LEGACY_ERROR_TEMP_2242", {{"provider", provider}});
}

// RateStreamProvider, RatePerMicroBatchProvider
Schema rate_schema(const UnresolvedRead& node, bool is_per_batch) {
  refuse_schema(node, is_per_batch ? "RatePerMicroBatchProvider" : "RateStreamProvider");
  if (is_per_batch) {
    check_positive(node.options, "rowsPerBatch", 0);
  } else {
    check_positive(node.options, "rowsPerSecond", 1);
  }
  check_positive(node.options, "numPartitions", 1);
  return {{"timestamp", Type::timestamp(), true, ""}, {"value", Type::long_integer(), true, ""}};
}

// TextSocketSourceProvider.checkParameters
Schema socket_schema(const UnresolvedRead& node) {
  if (!option(node.options, "host")) throw SparkError("_LEGACY_ERROR_TEMP_1295", {});
  if (!option(node.options, "port")) throw SparkError("_LEGACY_ERROR_TEMP_1296", {});
  const std::string stamped = lower_case(option(node.options, "includeTimestamp").value_or("false"));
  if (stamped != "true" && stamped != "false") throw SparkError("_LEGACY_ERROR_TEMP_1297", {});
  refuse_schema(node, "TextSocketSourceProvider");
  Schema schema = {{"value", Type::string(), true, ""}};
  if (stamped == "true") schema.push_back({"timestamp", Type::timestamp(), true, ""});
  return schema;
}

RelationPtr source_of(std::string description, const UnresolvedRead& node, const Schema& schema) {
  Attributes output;
  for (const StructField& field : schema) {
    output.push_back({next_attribute_id(), field.name, field.type, field.nullable, field.metadata, {}});
  }
  return make_resolved(StreamingSource{std::move(description), node.options}, std::move(output));
}

bool is_event_time(const Type& type) {
  if (type.is(TypeKind::kTimestamp)) return true;
  if (!type.is(TypeKind::kStruct)) return false;
  return std::any_of(type.fields().begin(), type.fields().end(), [](const StructField& field) {
    return field.name == "end" && field.type.is(TypeKind::kTimestamp);
  });
}

std::string with_delay(const std::string& metadata, std::optional<int64_t> delay_ms) {
  auto json = metadata.empty() ? nlohmann::ordered_json::object() : nlohmann::ordered_json::parse(metadata);
  json.erase(kDelay);
  if (delay_ms) json[kDelay] = *delay_ms;
  return json.empty() ? "" : json.dump();
}

}  // namespace

RelationPtr Resolver::streaming_source(const UnresolvedRead& node) {
  const std::string format = lower_case(node.format.empty() ? context_.default_source : node.format);
  if (format == "rate") return source_of("rate", node, rate_schema(node, false));
  if (format == "rate-micro-batch") return source_of("rate-micro-batch", node, rate_schema(node, true));
  if (format == "socket") return source_of("textSocket", node, socket_schema(node));
  if (format == "kafka") throw SparkError("_LEGACY_ERROR_TEMP_1140", {{"provider", node.format}});
  if (format == "console") throw SparkError("_LEGACY_ERROR_TEMP_2049", {{"className", node.format}, {"operator", "reading"}});
  return streaming_files(format, node);
}

// DataSource.sourceSchema
RelationPtr Resolver::streaming_files(const std::string& format, const UnresolvedRead& node) {
  UnresolvedRead files = node;
  files.format = format;
  files.is_streaming = false;
  if (const auto path = option(node.options, "path"); path && files.paths.empty()) files.paths = {*path};
  static const std::set<std::string_view> kFormats = {"csv", "json", "text", "parquet", "orc", "avro", "binaryfile"};
  if (files.paths.empty() && kFormats.contains(format)) {
    throw SparkError("_LEGACY_ERROR_TEMP_2047", {});
  }
  const bool infers = context_.configuration &&
                      context_.configuration("spark.sql.streaming.schemaInference").value_or("false") == "true";
  if (!node.schema && format != "text" && !infers && kFormats.contains(format)) {
    throw SparkError("_LEGACY_ERROR_TEMP_2048", {});
  }
  const RelationPtr found = context_.resolve_source(files);
  return source_of("FileSource[" + files.paths[0] + "]", node, output_schema(*found));
}

RelationPtr Resolver::streaming_table(const UnresolvedTable& node) {
  const RelationPtr found = table({node.parts, node.options, false});
  if (is_streaming(*found)) return found;
  // A table may put its columns in another order or under its own names.
  const Relation* source = found.get();
  while (source->as<Project>() || source->as<SubqueryAlias>()) source = children(*source)[0].get();
  const auto* scan = source->as<Scan>();
  if (!scan) throw SparkError("_LEGACY_ERROR_TEMP_1008", {{"quoted", joined(node.parts, ".")}});
  const std::string path = scan->root_paths.empty() ? "" : scan->root_paths[0];
  return make_resolved(StreamingSource{"FileSource[" + path + "]", node.options}, found->output);
}

RelationPtr Resolver::watermark(const EventTimeWatermark& node) {
  const int64_t delay_ms = functions::kernel::parse_duration(node.delay, kDaysPerMonth) / 1000;
  if (delay_ms < 0) {
    throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT",
                     {{"message", "requirement failed: delay threshold (" + node.delay + ") should not be negative."}});
  }
  RelationPtr child = resolve(node.child);
  if (!is_streaming(*child)) return child;  // a batch has no late rows (EliminateEventTimeWatermark)
  EventTimeWatermark copy = node;
  copy.child = child;
  copy.event_time = expression(node.event_time, scope_of(child));
  const auto* column = copy.event_time->as<AttributeReference>();
  if (!column || !is_event_time(copy.event_time->type)) {
    throw SparkError("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE",
                     {{"eventName", quoted_name({print_name(*copy.event_time)})},
                      {"eventType", "\"" + copy.event_time->type.sql() + "\""}});
  }
  Attributes output = child->output;
  for (size_t i = 0; i < output.size(); ++i) {
    Attribute& a = output.writable(i);
    a.metadata = with_delay(a.metadata, a.id == column->id ? std::optional(delay_ms) : std::nullopt);
  }
  return make_resolved(std::move(copy), std::move(output));
}

}  // namespace firesteel::analyze
