#include "connect/ml_command.h"

#include "base/error.h"
#include "connect/decode.h"
#include "spark/connect/ml.pb.h"
#include "spark/connect/relations.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;

void execute_ml_command(const RequestContext&, const proto::MlCommand& command, Operation&) {
  throw_unsupported("STATEMENT", "ml_command " + oneof_member(command, "command"));
}

PlanDecoder::RelationNode PlanDecoder::ml(const proto::MlRelation& proto) {
  throw_unsupported("RELATION", "ml_relation " + oneof_member(proto, "ml_type"));
}

}  // namespace firesteel::connect
