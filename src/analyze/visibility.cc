// Columns that are there though a relation does not show them: those that a projection left out,
// those that USING merged, those of the query around a subquery; and columns under fresh ids.
#include <algorithm>
#include <set>

#include "analyze/resolver.h"
#include "base/error.h"

namespace firesteel::analyze {

using namespace plan;
using Attributes = std::vector<Attribute>;

namespace {

bool has_id(const std::vector<Attribute>& columns, AttributeId id) {
  return std::any_of(columns.begin(), columns.end(), [&](const Attribute& a) { return a.id == id; });
}

// Rows pass through with their columns, so that what lies below may be shown above.
bool passes_columns(const Relation& r) {
  return r.as<Project>() || r.as<Filter>() || r.as<Sort>() || r.as<Limit>() || r.as<Offset>() ||
         r.as<Tail>() || r.as<Repartition>() || r.as<Sample>() || r.as<WindowColumns>() ||
         r.as<Generate>() || r.as<CollectMetrics>();
}

bool shows_left_alone(const Join& join) {
  return join.kind == JoinKind::kLeftSemi || join.kind == JoinKind::kLeftAnti;
}

void collect_plan_ids(const Relation& relation, std::set<int64_t>& ids) {
  if (relation.plan_id) ids.insert(*relation.plan_id);
  for (const RelationPtr& child : children(relation)) collect_plan_ids(*child, ids);
}

// Of columns with one name those of the nearest level alone.
void collect_below(const Relation& relation, Attributes& found) {
  if (!passes_columns(relation)) return;
  const RelationPtr child = children(relation)[0];
  const Attributes nearer = found;
  for (const Attribute& a : child->output) {
    const bool is_shadowed = std::any_of(nearer.begin(), nearer.end(), [&](const Attribute& n) {
      return n.name == a.name;
    });
    if (!is_shadowed && !has_id(found, a.id)) found.push_back(a);
  }
  collect_below(*child, found);
}

RelationPtr with_column(const RelationPtr& relation, const std::vector<RelationPtr>& below,
                        Attribute column) {
  auto copy = std::make_shared<Relation>(*with_children(*relation, below));
  if (auto* project = std::get_if<Project>(&copy->node)) {
    project->expressions.push_back(reference(column));
  }
  copy->output.push_back(std::move(column));
  return copy;
}

// The relation with the column `id` of a relation below it, or null.
RelationPtr expose(const RelationPtr& relation, AttributeId id) {
  if (has_id(relation->output, id)) return relation;
  const auto* join = relation->as<Join>();
  if (!join && !passes_columns(*relation)) return nullptr;
  std::vector<RelationPtr> below = children(*relation);
  for (size_t i = 0; i < below.size(); ++i) {
    if (join && i == 1 && shows_left_alone(*join)) break;
    RelationPtr child = expose(below[i], id);
    if (!child) continue;
    Attribute column = *std::find_if(child->output.begin(), child->output.end(),
                                     [&](const Attribute& a) { return a.id == id; });
    if (join) {
      const JoinKind outer = i == 0 ? JoinKind::kRightOuter : JoinKind::kLeftOuter;
      column.nullable |= join->kind == outer || join->kind == JoinKind::kFullOuter;
    }
    below[i] = std::move(child);
    return with_column(relation, below, std::move(column));
  }
  return nullptr;
}

}  // namespace

// What names may mean although no star shows it, nearest first.
void Resolver::collect_hidden(const Relation& relation, Attributes& found) const {
  if (const auto* project = relation.as<Project>()) {
    const auto merged = merged_columns_.find(project->child);
    if (merged != merged_columns_.end()) {
      found.insert(found.end(), merged->second.begin(), merged->second.end());
    }
    return;
  }
  if (const auto* join = relation.as<Join>()) {
    collect_hidden(*join->left, found);
    if (!shows_left_alone(*join)) collect_hidden(*join->right, found);
    return;
  }
  if (passes_columns(relation)) collect_hidden(*children(relation)[0], found);
}

Attributes Resolver::hidden_columns(const Relation& relation) const {
  Attributes found;
  if (!merged_columns_.empty()) collect_hidden(relation, found);
  std::erase_if(found, [&](const Attribute& a) { return has_id(relation.output, a.id); });
  return found;
}

Attributes Resolver::columns_below(const Relation& relation) {
  Attributes found;
  collect_below(relation, found);
  std::erase_if(found, [&](const Attribute& a) { return has_id(relation.output, a.id); });
  return found;
}

RelationPtr Resolver::with_exposed(RelationPtr child, const std::vector<ExpressionPtr>& list) {
  std::set<AttributeId> wanted;
  for (const ExpressionPtr& e : list) {
    walk(e, [&](const ExpressionPtr& node) {
      const auto* column = node->as<AttributeReference>();
      if (column && !column->is_outer) wanted.insert(column->id);
      if (const auto* subquery = node->as<Subquery>()) {
        wanted.insert(subquery->outer_references.begin(), subquery->outer_references.end());
      }
      return true;
    });
  }
  for (const Attribute& shown : child->output) wanted.erase(shown.id);
  for (AttributeId id : wanted) {
    if (RelationPtr wider = expose(child, id)) child = std::move(wider);
  }
  return child;
}

RelationPtr Resolver::keep_columns(const RelationPtr& relation, const Attributes& columns) {
  if (relation->output.size() == columns.size()) return relation;
  std::vector<ExpressionPtr> kept;
  for (const Attribute& attribute : columns) kept.push_back(reference(attribute));
  return make_resolved(Project{relation, std::move(kept)}, columns);
}

Scope Resolver::scope_of(const RelationPtr& relation) const {
  return Scope{&relation->output, outer_scope_, relation.get()};
}

RelationPtr Resolver::with_fresh_ids(const RelationPtr& relation,
                                     std::map<AttributeId, AttributeId>& renamed) {
  std::vector<ExpressionPtr> columns;
  Attributes output;
  for (const Attribute& attribute : relation->output) {
    Attribute copy = attribute;
    copy.id = next_attribute_id();
    renamed[attribute.id] = copy.id;
    Alias fresh{reference(attribute), {attribute.name}, {}, copy.id};
    if (!attribute.metadata.empty()) fresh.metadata = attribute.metadata;
    columns.push_back(make_typed(std::move(fresh), attribute.type, attribute.nullable));
    output.push_back(std::move(copy));
  }
  return make_resolved(Project{relation, std::move(columns)}, std::move(output));
}

void Resolver::register_plan_ids(const Relation& relation,
                                 const std::map<AttributeId, AttributeId>& renamed) {
  std::set<int64_t> ids;
  collect_plan_ids(relation, ids);
  for (int64_t id : ids) {
    std::vector<Attributes> added;
    for (const Attributes& output : plan_outputs_[id]) {
      Attributes copy = output;
      bool is_changed = false;
      for (Attribute& attribute : copy) {
        const auto found = renamed.find(attribute.id);
        if (found == renamed.end()) continue;
        attribute.id = found->second;
        is_changed = true;
      }
      if (is_changed) added.push_back(std::move(copy));
    }
    for (Attributes& output : added) plan_outputs_[id].push_back(std::move(output));
  }
}

}  // namespace firesteel::analyze
