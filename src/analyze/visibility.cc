// Columns that are there though a relation does not show them: those that a projection left out,
// those that USING merged, those of the query around a subquery; and columns under fresh ids.
#include <algorithm>
#include <set>

#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/nested_types.h"

namespace firesteel::analyze {

using namespace plan;

// FileFormat.createFileMetadataCol.
Attribute metadata_attribute(const Scan& scan) {
  Schema fields = {{"file_path", Type::string(), false, ""},
                   {"file_name", Type::string(), false, ""},
                   {"file_size", Type::long_integer(), false, ""},
                   {"file_block_start", Type::long_integer(), false, ""},
                   {"file_block_length", Type::long_integer(), false, ""},
                   {"file_modification_time", Type::timestamp(), false, ""}};
  if (scan.format == "parquet") fields.push_back({"row_index", Type::long_integer(), false, ""});
  Attribute column;
  column.id = next_attribute_id();
  column.name = "_metadata";
  column.type = Type::structure(std::move(fields));
  column.nullable = false;
  column.metadata = R"({"__file_source_metadata_col":true,"__metadata_col":"_metadata"})";
  return column;
}

bool has_id(const Attributes& columns, AttributeId id) {
  return std::any_of(columns.begin(), columns.end(), [&](const Attribute& a) { return a.id == id; });
}

namespace {

// Rows pass through with their columns, so that what lies below may be shown above.
bool passes_columns(const Relation& r) {
  return r.as<Project>() || r.as<Filter>() || r.as<Sort>() || r.as<Limit>() || r.as<Offset>() ||
         r.as<Tail>() || r.as<Repartition>() || r.as<Sample>() || r.as<WindowColumns>() ||
         r.as<Generate>() || r.as<CollectMetrics>() || r.as<EventTimeWatermark>();
}

bool shows_left_alone(const Join& join) {
  return join.kind == JoinKind::kLeftSemi || join.kind == JoinKind::kLeftAnti;
}

void collect_plan_ids(const Relation& relation, std::set<int64_t>& ids) {
  if (relation.plan_id) ids.insert(*relation.plan_id);
  for (const RelationPtr& child : children(relation)) collect_plan_ids(*child, ids);
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

// The scan whose _metadata names above may mean; joins, unions and aggregates hide it, as in Spark.
const Relation* scan_below(const Relation& relation) {
  if (relation.as<Scan>()) return relation.output.empty() ? nullptr : &relation;
  return passes_columns(relation) ? scan_below(*children(relation)[0]) : nullptr;
}

// The relation with the column `id` of a relation below it, or null.
RelationPtr expose(const RelationPtr& relation, AttributeId id, const std::map<AttributeId, Attribute>& metadata) {
  if (has_id(relation->output, id)) return relation;
  if (relation->as<Scan>()) {
    const auto found = relation->output.empty() ? metadata.end() : metadata.find(relation->output[0].id);
    if (found == metadata.end() || found->second.id != id) return nullptr;
    auto copy = std::make_shared<Relation>(*relation);
    std::get<Scan>(copy->node).metadata_columns.push_back(found->second.name);
    copy->output.push_back(found->second);
    return copy;
  }
  const auto* join = relation->as<Join>();
  if (!join && !passes_columns(*relation)) return nullptr;
  std::vector<RelationPtr> below = children(*relation);
  for (size_t i = 0; i < below.size(); ++i) {
    if (join && i == 1 && shows_left_alone(*join)) break;
    RelationPtr child = expose(below[i], id, metadata);
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
      found.append(merged->second.begin(), merged->second.end());
      collect_hidden(*project->child, found);
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
  Attributes hidden;  // each once, though it may be hidden at several levels
  for (const Attribute& a : found) {
    if (!has_id(relation.output, a.id) && !has_id(hidden, a.id)) hidden.push_back(a);
  }
  return hidden;
}

// Of columns with one name those of the nearest level alone.
void Resolver::collect_below(const Relation& relation, Attributes& found) const {
  if (!passes_columns(relation) || pipe_inputs_.contains(&relation)) return;
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

Attributes Resolver::metadata_columns(const Relation& relation) {
  const Relation* scan = scan_below(relation);
  if (!scan) return {};
  auto known = file_metadata_.find(scan->output[0].id);
  if (known == file_metadata_.end()) {
    known = file_metadata_.emplace(scan->output[0].id, metadata_attribute(*scan->as<Scan>())).first;
  }
  Attributes found{known->second};
  // The name of the whole relation, where it has one, is its column's too.
  const auto& shown = relation.output;
  const bool has_name = !shown.empty() && std::all_of(shown.begin(), shown.end(), [&](const Attribute& a) {
    return a.qualifier == shown[0].qualifier;
  });
  if (has_name) found.writable(0).qualifier = shown[0].qualifier;
  return found;
}

Attributes Resolver::columns_below(const Relation& relation) const {
  Attributes found;
  collect_below(relation, found);
  erase_if(found, [&](const Attribute& a) { return has_id(relation.output, a.id); });
  return found;
}

RelationPtr Resolver::with_exposed(RelationPtr child, const std::vector<ExpressionPtr>& list) const {
  std::set<AttributeId> wanted;
  for (size_t i = 0; i < list.size(); ++i) {
    const ExpressionPtr& e = list[i];
    const auto* passed_on = e->as<AttributeReference>();
    if (passed_on && i < child->output.size() && child->output[i].id == passed_on->id) continue;
    walk(e, [&](const ExpressionPtr& node) {
      const auto* column = node->as<AttributeReference>();
      if (column && !column->is_outer) wanted.insert(column->id);
      if (const auto* subquery = node->as<Subquery>()) {
        wanted.insert(subquery->outer_references.begin(), subquery->outer_references.end());
      }
      return true;
    });
  }
  for (const Attribute& shown : child->output) {
    if (wanted.empty()) break;
    wanted.erase(shown.id);
  }
  for (AttributeId id : wanted) {
    if (RelationPtr wider = expose(child, id, file_metadata_)) child = std::move(wider);
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
    std::vector<SharedAttributes> added;
    for (const SharedAttributes& output : plan_outputs_[id]) {
      Attributes copy = *output;
      bool is_changed = false;
      for (size_t i = 0; i < copy.size(); ++i) {
        const auto found = renamed.find(copy[i].id);
        if (found == renamed.end()) continue;
        copy.writable(i).id = found->second;
        is_changed = true;
      }
      if (is_changed) added.push_back(std::make_shared<const Attributes>(std::move(copy)));
    }
    for (SharedAttributes& output : added) plan_outputs_[id].push_back(std::move(output));
  }
}

Attributes Resolver::keys_of(const Aggregate& node) {
  Attributes keys;
  for (const ExpressionPtr& key : node.grouping) {
    const auto* column = key->as<AttributeReference>();
    for (const Attribute& a : node.child->output) {
      if (column && a.id == column->id) keys.push_back(a);
    }
    // Keys with maps are columns of the groups alone.
    for (const ExpressionPtr& shown : node.aggregates) {
      const auto* alias_node = shown->as<Alias>();
      if (alias_node && alias_node->child == key && holds(key->type, TypeKind::kMap)) keys.push_back(attribute_of(*shown));
    }
  }
  return keys;
}

}  // namespace firesteel::analyze
