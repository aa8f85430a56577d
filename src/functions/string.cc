#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Function row(std::string_view name, Signature s, EngineForm form,
             std::vector<std::string_view> aliases = {}) {
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "1.5.0",
          .group = "string_funcs",
          .summary = "Works on strings.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form)};
}

Function failing(Function f) {
  f.may_fail = true;
  return f;
}

Function printed(Function f, Print print) {
  f.print = std::move(print);
  return f;
}

bool is_binary(const plan::FunctionCall& call, size_t i) {
  return call.arguments[i]->type.is(TypeKind::kBinary);
}

// concat of strings, binaries or arrays.
Type concat_type(Arguments arguments) {
  if (arguments.empty()) return Type::string();
  const Type& type = arguments[0]->type;
  if (!type.is(TypeKind::kArray)) return type;
  bool contains_null = false;
  for (const ExpressionPtr& a : arguments) {
    contains_null |= !a->type.is(TypeKind::kArray) || a->type.contains_null();
  }
  return Type::array(type.element(), contains_null);
}

std::string concat_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                       const Type&) {
  if (a.empty()) return "''";
  if (call.arguments[0]->type.is(TypeKind::kArray)) {
    std::string is_null;
    std::string list = a[0];
    for (size_t i = 0; i < a.size(); ++i) {
      is_null += (i ? " OR " : "") + a[i] + " IS NULL";
      if (i) list = "list_concat(" + list + ", " + a[i] + ")";
    }
    return "(CASE WHEN " + is_null + " THEN NULL ELSE " + list + " END)";
  }
  std::string text = "(";
  for (size_t i = 0; i < a.size(); ++i) text += (i ? " || " : "") + a[i];
  return text + ")";
}

// The engine's own LIKE, which it turns into searches and ranges, knows no escapes. Most patterns are constants without.
std::string like_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
  const plan::Literal* pattern = literal(call.arguments[1]);
  const auto* text = pattern ? std::get_if<std::string>(&pattern->value) : nullptr;
  const plan::Literal* escape = a.size() > 2 ? literal(call.arguments[2]) : nullptr;
  const auto* character = escape ? std::get_if<std::string>(&escape->value) : nullptr;
  const bool is_known = text && (a.size() < 3 || (character && !character->empty()));
  const std::string_view escaping = character ? std::string_view(*character) : "\\";
  if (is_known && text->find(escaping) == std::string::npos) return "(" + a[0] + " LIKE " + a[1] + ")";
  return "fs_like(" + a[0] + ", " + a[1] + ", " + (a.size() > 2 ? a[2] : "'\\'") + ")";
}

// From the left nothing has to be counted that the engine counts otherwise.
std::string substring_sql(const plan::FunctionCall& call, std::span<const std::string> a) {
  const auto integer = [&](size_t i) {
    const plan::Literal* constant = literal(call.arguments[i]);
    return constant ? std::get_if<int64_t>(&constant->value) : nullptr;
  };
  const int64_t* position = integer(1);
  const int64_t* length = integer(2);
  const bool is_plain = position && length && *position > 0 && *length > 0;
  return (is_plain ? "substring(" : "fs_substring(") + a[0] + ", " + a[1] + ", " + a[2] + ")";
}

// Printed forms of LIKE: "a LIKE b", with an ESCAPE only when it is not the backslash.
std::string like_text(std::span<const std::string> a) {
  std::string text = a[0] + " LIKE " + a[1];
  if (a.size() == 3) text += " ESCAPE '" + a[2] + "'";
  return text;
}

// LIKE ALL and LIKE ANY over constant patterns, which Spark does not print.
Function quantified_like(std::string_view name, const char* connective, bool is_negated) {
  return {.name = name,
          .since = "3.0.0",
          .group = "predicate_funcs",
          .summary = "Whether the string matches all, any or none of the patterns.",
          .signatures = {variadic(signature({kString, kString}, Type::boolean(), Nulls::kAlways))},
          .duckdb = Lowered{[connective, is_negated](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
            std::string text;
            for (size_t i = 1; i < a.size(); ++i) {
              text += (i > 1 ? " " + std::string(connective) + " " : "") + (is_negated ? "NOT " : "") + "fs_like(" + a[0] +
                      ", " + a[i] + ", '\\')";
            }
            return "(" + text + ")";
          }},
          .may_fail = true,
          .print = [name](const plan::FunctionCall&, std::span<const std::string> a) {
            return std::string(name) + "(" + a[0] + ")";
          }};
}

Signature strings(size_t count, Type result) {
  return signature(std::vector<Accepts>(count, kString), std::move(result));
}

Type text_type(Arguments arguments) {
  return arguments[0]->type.is(TypeKind::kBinary) ? Type::binary() : Type::string();
}

// The kernel for texts, or the one over values where the first argument is binary.
Lowered on_bytes(std::string text, std::string_view kernel) {
  return Lowered{[text, kernel](const plan::FunctionCall& call, std::span<const std::string> a,
                                const Type& result) {
    if (!is_binary(call, 0)) return text;
    std::vector<Type> types;
    for (const ExpressionPtr& argument : call.arguments) types.push_back(argument->type);
    return value_kernel_sql(kernel, call.ansi, types, result, {a.begin(), a.end()});
  }};
}

// Two binaries, or one and no padding, are padded by bytes; all else by characters. The analyzer makes
// both of one type.
Function pad(std::string_view name) {
  return row(name, optional(signature({kStringOrBinary, kInteger, kStringOrBinary}, text_type), 1, {"' '"}),
             on_bytes("fs_" + std::string(name) + "($*)", name == "lpad" ? "lpad_bytes" : "rpad_bytes"));
}

// Where the format is null, nothing else is computed.
std::string format_string_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
  std::vector<Type> types;
  for (const ExpressionPtr& argument : call.arguments) types.push_back(argument->type);
  const std::string sql = value_kernel_sql("format_string", call.ansi, types, result, {a.begin(), a.end()});
  return call.arguments[0]->nullable ? "(CASE WHEN " + a[0] + " IS NOT NULL THEN " + sql + " END)" : sql;
}

// Binaries are taken as texts, whatever the mode of casts.
Function of_texts(Function f) {
  f.signatures.push_back(f.signatures[0]);
  for (auto& accepts : f.signatures.back().arguments) accepts = kStringOrBinary;
  f.rewrite = [](const plan::FunctionCall& call) -> ExpressionPtr {
    bool has_binary = false;
    plan::UnresolvedFunction texts;
    texts.name = {std::string(call.function->name)};
    for (const ExpressionPtr& argument : call.arguments) {
      const bool is_bytes = argument->type.is(TypeKind::kBinary);
      has_binary |= is_bytes;
      if (!is_bytes) {
        texts.arguments.push_back(argument);
        continue;
      }
      plan::Cast cast;
      cast.child = argument;
      cast.target = Type::string();
      texts.arguments.push_back(plan::make_typed(std::move(cast), Type::string(), argument->nullable));
    }
    return has_binary ? plan::make_expression(std::move(texts)) : nullptr;
  };
  return f;
}

// startswith and its kin also take two binaries, which are compared as they are.
Function affix(std::string_view name, std::string_view sql) {
  const std::string text(sql);
  const std::string kernel = "binary_" + std::string(name);
  Function f = of_texts(row(name, strings(2, Type::boolean()),
                            Lowered{[text, kernel](const plan::FunctionCall& call, std::span<const std::string> a,
                                                   const Type& result) {
                              if (!is_binary(call, 0)) return text;
                              return value_kernel_sql(kernel, call.ansi, {Type::binary(), Type::binary()}, result,
                                                      {a.begin(), a.end()});
                            }}));
  f.signatures.insert(f.signatures.begin(), strict(signature({kBinary, kBinary}, Type::boolean(), Nulls::kAlways)));
  f.rewrite = [as_texts = f.rewrite](const plan::FunctionCall& call) {
    return is_binary(call, 0) && is_binary(call, 1) ? nullptr : as_texts(call);
  };
  return f;
}

// The second argument is a number of places or a pattern.
Function format_number_row() {
  Function f = row("format_number", strict(signature({kNumeric, kAny}, Type::string(), Nulls::kAlways), 1),
                   Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
                     // The analyzer makes a text of what is no integer.
                     const Type& form = call.arguments[1]->type;
                     return value_kernel_sql(form.is_string() ? "format_number_pattern" : "format_number", call.ansi,
                                             {call.arguments[0]->type, form}, result, {a.begin(), a.end()});
                   }});
  f.may_fail = true;
  return f;
}

Function trim(std::string_view name, const char* kernel) {
  // trim(text) removes spaces only; trim(characters, text) any of the characters, as TRIM(BOTH
  // characters FROM text) comes too.
  return printed(
      of_texts(row(name, optional(strings(2, Type::string()), 1),
                   Lowered{[kernel](const plan::FunctionCall&, std::span<const std::string> a,
                                    const Type&) {
                     if (a.size() == 1) return std::string(kernel) + "(" + a[0] + ", ' ')";
                     return std::string(kernel) + "(" + a[1] + ", " + a[0] + ")";
                   }})),
      [name](const plan::FunctionCall&, std::span<const std::string> a) {
        if (a.size() == 1) return std::string(name) + "(" + a[0] + ")";
        const char* side = name == "ltrim" ? "LEADING " : name == "rtrim" ? "TRAILING " : "BOTH ";
        return std::string("TRIM(") + side + a[0] + " FROM " + a[1] + ")";
      });
}

// decode(bytes, charset), or decode(value, search, result, …[, default]): a CASE that knows nulls.
ExpressionPtr decode_cases(const plan::FunctionCall& call) {
  const auto& a = call.arguments;
  if (a.size() == 2) return nullptr;
  std::vector<ExpressionPtr> branches;
  for (size_t i = 1; i + 1 < a.size(); i += 2) {
    branches.push_back(plan::make_call("<=>", {a[0], a[i]}));
    branches.push_back(a[i + 1]);
  }
  // Without a default it is a null text, with which the results meet in one type.
  branches.push_back(a.size() % 2 == 0 ? a.back() : plan::make_null_literal(Type::string()));
  return plan::make_call("when", std::move(branches));
}

Function decode_row() {
  Function f = row("decode", signature({kBinary, kString}, Type::string(), Nulls::kAlways),
                   Kernel{"decode"});
  f.signatures.push_back(variadic(signature({kAny, kAny, kAny, kAny}, Type::string(), Nulls::kAlways)));
  f.signatures.back().optional_count = 1;
  f.rewrite = decode_cases;
  f.may_fail = true;
  return f;
}

}  // namespace

Rows string_functions() {
  Rows rows = {
      printed(row("upper", strings(1, Type::string()), Kernel{"upper"}, {"ucase"}),
              printed_as("upper", {{"ucase", "ucase"}})),
      printed(row("lower", strings(1, Type::string()), Kernel{"lower"}, {"lcase"}),
              printed_as("lower", {{"lcase", "lcase"}})),
      {.name = "length",
       .aliases = {"char_length", "character_length", "len"},
       .since = "1.5.0",
       .group = "string_funcs",
       .summary = "Characters of a string, bytes of a binary.",
       .signatures = {signature({kStringOrBinary}, Type::integer())},
       .examples = {{"SELECT length('Spark SQL ')", "10"}},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type&) {
         return (is_binary(call, 0) ? "CAST(octet_length(" : "CAST(length(") + a[0] +
                ") AS INTEGER)";
       }},
       .print = printed_as("length", {{"char_length", "char_length"},
                                      {"character_length", "character_length"},
                                      {"len", "len"}})},
      row("octet_length", signature({kStringOrBinary}, Type::integer()),
          Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
            return (is_binary(call, 0) ? "CAST(octet_length(" : "CAST(strlen(") + a[0] +
                   ") AS INTEGER)";
          }}),
      row("bit_length", signature({kStringOrBinary}, Type::integer()),
          Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
            return (is_binary(call, 0) ? "CAST(8 * octet_length(" : "CAST(8 * strlen(") + a[0] +
                   ") AS INTEGER)";
          }}),
      {.name = "concat",
       .aliases = {"||"},
       .since = "1.5.0",
       .group = "string_funcs",
       .summary = "The arguments joined: strings, binaries or arrays.",
       .signatures = {variadic(signature({kSame}, concat_type), true)},
       .examples = {{"SELECT concat('Spark', 'SQL')", "SparkSQL"}},
       .duckdb = Lowered{concat_sql},
       .print = printed_as("concat")},
      {.name = "concat_ws",
       .since = "1.5.0",
       .group = "string_funcs",
       .summary = "The strings and arrays of strings joined by a separator; nulls are skipped.",
       .signatures = {with_nullable(variadic(signature({kString, kAny}, Type::string()), true),
                                    [](Arguments a) { return a[0]->nullable; })},
       .examples = {{"SELECT concat_ws(' ', 'Spark', 'SQL')", "Spark SQL"}},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type&) {
         if (a.size() == 1) return "(CASE WHEN " + a[0] + " IS NULL THEN NULL ELSE '' END)";
         std::string list;
         for (size_t i = 1; i < a.size(); ++i) {
           const bool is_list = call.arguments[i]->type.is(TypeKind::kArray);
           const std::string one =
               is_list ? "coalesce(" + a[i] + ", CAST([] AS VARCHAR[]))"
                       : "[CAST(" + a[i] + " AS VARCHAR)]";
           list = list.empty() ? one : "list_concat(" + list + ", " + one + ")";
         }
         // string_agg takes constants only. Both leave out nulls. (array_to_string() is a macro that computes its list twice.)
         const std::string joined =
             literal(call.arguments[0]) ? "list_aggregate(" + list + ", 'string_agg', " + a[0] + ")"
                                        : value_kernel_sql("join_list", call.ansi, {Type::array(Type::string()), Type::string()},
                                                           Type::string(), {list, a[0]});
         return "(CASE WHEN " + a[0] + " IS NULL THEN NULL ELSE coalesce(" + joined + ", '') END)";
       }}},
      {.name = "substring",
       .aliases = {"substr"},
       .since = "1.5.0",
       .group = "string_funcs",
       .summary = "A part of a string or binary, positions from 1, negative from the end.",
       .signatures = {optional(signature({kStringOrBinary, kInteger, kInteger}, text_type), 1,
                               {"2147483647"})},
       .examples = {{"SELECT substring('Spark SQL', 5)", "k SQL"},
                    {"SELECT substring('Spark SQL', -3)", "SQL"}},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type&) {
         if (!is_binary(call, 0)) return substring_sql(call, a);
         return "fs_substring_binary(" + a[0] + ", " + a[1] + ", " + a[2] + ")";
       }},
       .print = printed_as("substring", {{"substr", "substr"}})},
      row("left", signature({kStringOrBinary, kInteger}, text_type),
          Lowered{[](const plan::FunctionCall& call, std::span<const std::string>, const Type&) {
            return std::string(is_binary(call, 0) ? "fs_substring_binary($1, 1, $2)" : "fs_substring($1, 1, $2)");
          }}),
      row("right", signature({kString, kInteger}, Type::string(), Nulls::kAlways),
          Template{"(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN $2 <= 0 THEN '' ELSE "
                   "fs_substring($1, TRY_CAST(-CAST($2 AS BIGINT) AS INTEGER), 2147483647) END)"}),
      row("substring_index", signature({kString, kString, kInteger}, Type::string()),
          Kernel{"substring_index"}),
      row("split_part", signature({kString, kString, kInteger}, Type::string(), Nulls::kAlways),
          Kernel{"split_part"}),
      trim("trim", "trim"),
      trim("ltrim", "ltrim"),
      trim("rtrim", "rtrim"),
      of_texts(row("btrim", optional(strings(2, Type::string()), 1),
                   Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
                     return "trim(" + a[0] + ", " + (a.size() > 1 ? a[1] : "' '") + ")";
                   }})),
      pad("lpad"),
      pad("rpad"),
      row("repeat", signature({kString, kInteger}, Type::string()),
          Template{"repeat($1, fs_repeat_count($1, $2))"}),
      row("space", signature({kInteger}, Type::string()), Template{"repeat(' ', fs_repeat_count(' ', $1))"}),
      {.name = "reverse",
       .since = "1.5.0",
       .group = "collection_funcs",
       .summary = "A string or array turned around.",
       .signatures = {signature({kArray}, type_of_first), signature({kStringOrBinary}, text_type)},
       .examples = {{"SELECT reverse('Spark SQL')", "LQS krapS"}},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type& result) {
         if (is_binary(call, 0)) return value_kernel_sql("reverse_bytes", call.ansi, {result}, result, {a[0]});
         return (call.arguments[0]->type.is(TypeKind::kArray) ? "list_reverse(" : "fs_reverse(") +
                a[0] + ")";
       }}},
      row("replace", optional(strings(3, Type::string()), 1, {"''"}),
          Template{"(CASE WHEN $2 = '' AND $3 IS NOT NULL THEN $1 ELSE replace($1, $2, $3) END)"}),
      row("translate", strings(3, Type::string()), Kernel{"translate"}),
      row("overlay",
          optional(signature({kStringOrBinary, kStringOrBinary, kInteger, kInteger}, text_type), 1, {"-1"}),
          on_bytes("fs_overlay($*)", "overlay_bytes")),
      row("initcap", strings(1, Type::string()), Kernel{"initcap"}),
      row("ascii", strings(1, Type::integer()), Kernel{"ascii"}),
      printed(row("chr", signature({kLong}, Type::string()), Kernel{"chr"}, {"char"}),
              printed_as("chr", {{"char", "char"}})),
      row("soundex", strict(strings(1, Type::string())), Kernel{"soundex"}),
      row("levenshtein",
          optional(signature({kString, kString, kInteger}, Type::integer()), 1),
          Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
            // A threshold of null is one of zero.
            return "fs_levenshtein(" + a[0] + ", " + a[1] + (a.size() > 2 ? ", coalesce(" + a[2] + ", 0))" : ")");
          }}),
      row("instr", strings(2, Type::integer()), Template{"CAST(instr($1, $2) AS INTEGER)"}),
      {.name = "locate",
       .aliases = {"position"},
       .since = "1.5.0",
       .group = "string_funcs",
       .summary = "The place of the first argument within the second, from 1; 0 if it is not there.",
       .signatures = {with_nullable(optional(signature({kString, kString, kInteger}, Type::integer()), 1, {"1"}),
                                    [](Arguments a) { return a[0]->nullable || a[1]->nullable; })},
       .examples = {{"SELECT locate('bar', 'foobarbar')", "4"}},
       // StringLocate: without a place to start there is nothing to find, whatever the texts are.
       .duckdb = Template{"(CASE WHEN $3 IS NULL THEN 0 ELSE fs_locate($*) END)"},
       .print = printed_as("locate", {{"position", "position"}})},
      row("find_in_set", strings(2, Type::integer()), Kernel{"find_in_set"}),
      affix("startswith", "starts_with($1, $2)"),
      affix("endswith", "suffix($1, $2)"),
      affix("contains", "contains($1, $2)"),
      {.name = "like",
       .since = "1.0.0",
       .group = "predicate_funcs",
       .summary = "True if the string matches a pattern of % and _.",
       .signatures = {optional(strings(3, Type::boolean()), 1)},
       .duckdb = Lowered{like_sql},
       .may_fail = true,
       .print = [](const plan::FunctionCall&, std::span<const std::string> a) {
         return like_text(a);
       }},
      unlisted(quantified_like("likeall", "AND", false)),
      unlisted(quantified_like("likeany", "OR", false)),
      unlisted(quantified_like("notlikeall", "AND", true)),
      unlisted(quantified_like("notlikeany", "OR", true)),
      {.name = "ilike",
       .since = "3.3.0",
       .group = "predicate_funcs",
       .summary = "Like `like`, whatever the case.",
       .signatures = {optional(strings(3, Type::boolean()), 1)},
       .duckdb = Lowered{[](const plan::FunctionCall&, std::span<const std::string> a,
                            const Type&) {
         return "fs_like(fs_lower(" + a[0] + "), fs_lower(" + a[1] + "), " +
                (a.size() > 2 ? a[2] : "'\\'") + ")";
       }},
       .may_fail = true,
       .print = [](const plan::FunctionCall&, std::span<const std::string> a) {
         return "ilike(" + a[0] + ", " + a[1] + ")";
       }},
      format_number_row(),
      failing(printed(row("format_string", with_nullable(variadic(signature({kString, kAny},
                                                                           Type::string()), true),
                                                        [](Arguments a) { return a[0]->nullable; }),
                          Lowered{format_string_sql}, {"printf"}),
                      printed_as("format_string", {{"printf", "printf"}}))),
      row("base64", signature({kBinary}, Type::string()), Kernel{"base64"}),
      failing(row("unbase64", strings(1, Type::binary()), Kernel{"unbase64"})),
      failing(row("encode", signature({kString, kString}, Type::binary(), Nulls::kAlways),
                  Kernel{"encode"})),
      decode_row(),
      failing(row("elt", variadic(signature({kInteger, kSame}, type_of_second, Nulls::kAlways)),
                  value_kernel("elt"))),
      failing(row("url_encode", signature({kString}, Type::string(), Nulls::kAlways),
                  Kernel{"url_encode"})),
      failing(row("url_decode", signature({kString}, Type::string(), Nulls::kAlways),
                  Kernel{"url_decode"})),
      failing(row("parse_url", strict(optional(signature({kString, kString, kString}, Type::string(),
                                                         Nulls::kAlways), 1)),
                  Kernel{"parse_url", false, true})),
      row("luhn_check", signature({kString}, Type::boolean(), Nulls::kAlways),
          Kernel{"luhn_check"}),
      row("mask",
          named(strict(optional(signature({kString, kString, kString, kString, kString}, Type::string(),
                                          Nulls::kAlways),
                                4, {"'X'", "'x'", "'n'", "NULL"})),
                {"str", "upperChar", "lowerChar", "digitChar", "otherChar"}),
          Kernel{"mask"}),
      row("sentences", optional(signature({kString, kString, kString},
                                          [](Arguments) {
                                            return Type::array(Type::array(Type::string(), false), false);
                                          },
                                          Nulls::kAlways),
                                2, {"''", "''"}),
          value_kernel("sentences")),
      row("get_json_object", strict(signature({kString, kString}, Type::string(), Nulls::kAlways)),
          Kernel{"get_json_object"}),
      {.name = "str_to_map",
       .since = "2.0.1",
       .group = "map_funcs",
       .summary = "A map from text of pairs.",
       .signatures = {strict(optional(signature({kString, kString, kString},
                                                [](Arguments) {
                                                  return Type::map(Type::string(), Type::string());
                                                }),
                                      2, {"','", "':'"}))},
       .duckdb = map_kernel("str_to_map"),
       .may_fail = true},
  };
  return rows;
}

}  // namespace firesteel::functions
