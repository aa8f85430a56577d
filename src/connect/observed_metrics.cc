#include "connect/observed_metrics.h"

#include <arrow/api.h>

#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/literal_rows.h"
#include "spark/connect/base.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;

namespace {

void collect(const plan::RelationPtr& relation, std::vector<plan::RelationPtr>& found) {
  if (relation->as<plan::CollectMetrics>()) found.push_back(relation);
  for (const plan::RelationPtr& input : plan::children(*relation)) collect(input, found);
}

}  // namespace

void send_observed_metrics(const RequestContext& context, const plan::RelationPtr& resolved,
                           Operation& operation) {
  std::vector<plan::RelationPtr> observations;
  collect(resolved, observations);
  if (observations.empty()) return;
  proto::ExecutePlanResponse response;
  for (const plan::RelationPtr& relation : observations) {
    const auto& node = *relation->as<plan::CollectMetrics>();
    const plan::RelationPtr rows =
        evaluate_to_local(context, node.metrics.at(0)->as<plan::Subquery>()->plan, operation.shared_context());
    const auto values = literal_rows(*rows->as<plan::LocalData>()->table, plan::output_schema(*rows));
    auto* metrics = response.add_observed_metrics();
    metrics->set_name(node.name);
    if (relation->plan_id) metrics->set_plan_id(*relation->plan_id);
    for (size_t i = 0; i < rows->output.size(); ++i) {
      metrics->add_keys(rows->output[i].name);
      encode_literal(values.at(0).at(i), metrics->add_values());
    }
  }
  operation.send(&response);
}

}  // namespace firesteel::connect
