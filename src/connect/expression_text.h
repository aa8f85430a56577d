// Expressions as Spark's plans print them: columns with their ids ("id#12L"), aliases with theirs.
#pragma once

#include <string>
#include <vector>

#include "plan/relation.h"

namespace firesteel::connect {

std::string expression_text(const plan::Expression& expression);
// "[a, b]"
std::string expression_list(const std::vector<plan::ExpressionPtr>& expressions);

// "id#12L": the L marks long columns.
std::string attribute_text(const plan::Attribute& attribute);
std::string attribute_list(const plan::Attributes& attributes);

// The expression that a named one computes: what stands below its alias.
const plan::Expression& unaliased(const plan::Expression& expression);

// The distinct calls of aggregate functions at or below the expressions, in order of appearance.
std::vector<plan::ExpressionPtr> aggregate_calls(
    const std::vector<plan::ExpressionPtr>& expressions);

// The name of Spark's class for an expression: "Alias", "Add", "AttributeReference".
std::string expression_class(const plan::Expression& expression);

// A double, a flag and a kind of join ("LeftOuter") as the lines of plans have them.
std::string number_text(double value);
std::string boolean_text(bool value);
const char* join_name(plan::JoinKind kind);

}  // namespace firesteel::connect
