#include "connect/plan_metrics.h"

#include <arrow/table.h>

#include <string>

#include "connect/physical_plan.h"
#include "plan/type_size.h"
#include "spark/connect/base.pb.h"

namespace firesteel::connect {
namespace proto = spark::connect;

namespace {

using MetricObject = proto::ExecutePlanResponse::Metrics::MetricObject;

void add_metric(const char* key, const char* name, const char* type, int64_t value, MetricObject* object) {
  auto& metric = (*object->mutable_execution_metrics())[key];
  metric.set_name(name);
  metric.set_value(value);
  metric.set_metric_type(type);
}

void add_rows(int64_t rows, MetricObject* object) { add_metric("numOutputRows", "number of output rows", "sum", rows, object); }

// In pre-order, as MetricGenerator has them; the root is its own parent. `parent` of -1: this is the root.
void add_operator(const plan::Relation& relation, int64_t parent, proto::ExecutePlanResponse::Metrics* metrics) {
  const int64_t id = metrics->metrics_size();
  MetricObject* object = metrics->add_metrics();
  object->set_name(operator_name(relation, parent < 0));
  object->set_plan_id(id);
  object->set_parent(parent < 0 ? id : parent);
  if (const auto* scan = relation.as<plan::Scan>()) {
    add_metric("numFiles", "number of files read", "sum", static_cast<int64_t>(scan->files.size()), object);
    add_metric("filesSize", "size of files read", "size", plan::file_size_bytes(*scan), object);
  }
  if (const auto* local = relation.as<plan::LocalData>(); local && local->table) add_rows(local->table->num_rows(), object);
  for (const plan::RelationPtr& input : operator_inputs(relation)) add_operator(*input, id, metrics);
}

}  // namespace

void add_plan_metrics(const plan::RelationPtr& resolved, int64_t rows, proto::ExecutePlanResponse* response) {
  auto* metrics = response->mutable_metrics();
  const auto* show = resolved->as<plan::ShowString>();
  add_operator(show ? *show->child : *resolved, -1, metrics);
  if (!show) add_rows(rows, metrics->mutable_metrics(0));
}

}  // namespace firesteel::connect
