// Literals of the protocol ↔ values of ML parameters and attributes. Vectors and matrices travel as
// structs of their user-defined types.
#pragma once

#include "ml/params.h"

namespace spark::connect {
class Expression_Literal;
class MlParams;
}  // namespace spark::connect

namespace firesteel::connect {

ml::Value decode_ml_value(const spark::connect::Expression_Literal& proto);
void encode_ml_value(const ml::Value& value, spark::connect::Expression_Literal* proto);

// Sets every parameter of the message; throws for one that the operator does not declare.
void decode_ml_params(const spark::connect::MlParams& proto, ml::ParamMap* params);
void encode_ml_params(const ml::ParamMap& params, spark::connect::MlParams* proto);

}  // namespace firesteel::connect
