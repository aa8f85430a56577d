// Schemas and types that a call states as text, or finds in one: from_json, from_csv, variant_get, schema_of_….
#pragma once

#include <string>

#include "analyze/analyzer.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// schema_of_json('…') and schema_of_csv('…') as the text that they give.
plan::ExpressionPtr folded_schema(const plan::ExpressionPtr& schema, const AnalysisContext& context);

// Whether the call states or infers types in which TIMESTAMP is what spark.sql.timestampType says.
bool names_timestamp_type(const plan::FunctionCall& call);
// Where TIMESTAMP is TIMESTAMP_NTZ: what infers types is told so by an option.
void tell_timestamp_type(plan::FunctionCall& call);
// Where TIMESTAMP is TIMESTAMP_NTZ: the schema that the call states as text says so itself.
void spell_timestamp_type(plan::FunctionCall& call);

}  // namespace firesteel::analyze
