// Views by the text of their query, in the session and in the catalog: the query is analysed at each use, as it was meant
// where the view was made.
#pragma once

#include <memory>

#include "catalog/warehouse.h"
#include "connect/request_context.h"
#include "engine/engine.h"
#include "plan/relation.h"
#include "sql/parser.h"

namespace firesteel::connect {

// CREATE VIEW. Throws what is wrong with the query, TABLE_OR_VIEW_ALREADY_EXISTS, RECURSIVE_VIEW,
// INVALID_TEMP_OBJ_REFERENCE.
void create_catalog_view(const RequestContext& context, const sql::CreateView& statement,
                         std::shared_ptr<engine::ExecutionContext> execution);
// CREATE TEMPORARY VIEW. Throws the like.
void create_temporary_view(const RequestContext& context, const sql::CreateView& statement,
                           std::shared_ptr<engine::ExecutionContext> execution);
// ALTER VIEW … AS, … WITH SCHEMA.
void alter_catalog_view(const RequestContext& context, const sql::AlterView& statement,
                        std::shared_ptr<engine::ExecutionContext> execution);

// The view's query, resolved, with the columns that its schema mode says. Throws INCOMPATIBLE_VIEW_SCHEMA_CHANGE and
// CANNOT_UP_CAST_DATATYPE where the tables below changed too much, VIEW_EXCEED_MAX_NESTED_DEPTH.
plan::RelationPtr read_view(const RequestContext& context, const catalog::Table& view);

// The view of a DataFrame.
ViewTable::View view_of_plan(std::string name, plan::RelationPtr plan);
// Its plan for a query that begins now: tables have the files that they have by now, current_timestamp() is that moment.
plan::RelationPtr plan_of_now(const RequestContext& context, const ViewTable::View& view, int64_t query_start_us);

}  // namespace firesteel::connect
