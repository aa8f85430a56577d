// The functions of Spark that no engine runs. Their rows say why; a call of one is
// UNSUPPORTED_FEATURE.FUNCTION with that reason.
#include "base/error.h"
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

void add(Rows& rows, std::string_view group, std::string_view reason,
         std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    Function row;
    row.name = name;
    row.group = group;
    row.summary = "Not supported.";
    row.signatures = {variadic(signature({kAny}, Type::null(), Nulls::kAlways), true)};
    row.duckdb = No{reason};
    row.check = [name, reason](const plan::FunctionCall&) {
      throw_unsupported("FUNCTION", std::string(name) + ": " + std::string(reason));
    };
    rows.push_back(std::move(row));
  }
}

}  // namespace

Rows unsupported_functions() {
  Rows rows;
  add(rows, "misc_funcs", "records of XML are not built yet", {"from_xml", "to_xml", "schema_of_xml"});
  add(rows, "misc_funcs", "single records of Avro are not built yet", {"from_avro", "to_avro", "schema_of_avro"});
  add(rows, "misc_funcs", "records of Protobuf are not built yet", {"from_protobuf", "to_protobuf"});
  add(rows, "agg_funcs", "metric views are not built yet", {"measure"});
  add(rows, "misc_funcs", "there is no Java virtual machine",
      {"java_method", "reflect", "try_reflect"});
  add(rows, "st_funcs", "the types for geography and geometry are not built yet",
      {"st_asbinary", "st_geogfromwkb", "st_geomfromwkb", "st_setsrid", "st_srid"});
  return rows;
}

}  // namespace firesteel::functions
