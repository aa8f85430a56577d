#include "functions/kernel/xpath.h"

#include <cmath>
#include <limits>
#include <memory>

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "base/error.h"

namespace firesteel::functions::kernel {

namespace {

using plan::TypeKind;

template <typename T, void (*free)(T*)>
struct Freed {
  void operator()(T* object) const { free(object); }
};
using Document = std::unique_ptr<xmlDoc, Freed<xmlDoc, xmlFreeDoc>>;
using Context = std::unique_ptr<xmlXPathContext, Freed<xmlXPathContext, xmlXPathFreeContext>>;
using Result = std::unique_ptr<xmlXPathObject, Freed<xmlXPathObject, xmlXPathFreeObject>>;

void ignore_error(void*, xmlErrorPtr) {}

[[noreturn]] void throw_malformed(const std::string& text) {
  throw SparkError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                   {{"badRecord", text}, {"failFastMode", "FAILFAST"}});
}

struct Evaluation {
  Document document;
  Context context;
  Result result;
};

// Nothing is loaded from elsewhere: neither document types nor entities.
Evaluation evaluate(const std::string& xml, const std::string& path) {
  static const bool is_ready = (xmlInitParser(), true);
  (void)is_ready;
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  Evaluation e;
  if (xml.size() > static_cast<size_t>(std::numeric_limits<int>::max())) throw_malformed("");
  e.document.reset(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, "UTF-8", kOptions));
  if (!e.document) throw_malformed(xml);
  e.context.reset(xmlXPathNewContext(e.document.get()));
  if (!e.context) throw_malformed(path);
  e.context->error = ignore_error;
  e.context->node = reinterpret_cast<xmlNode*>(e.document.get());  // where relative paths begin
  e.result.reset(xmlXPathEvalExpression(reinterpret_cast<const xmlChar*>(path.c_str()), e.context.get()));
  if (!e.result) throw_malformed(path);
  return e;
}

bool is_empty(ValueArguments a) { return a[0].text().empty() || a[1].text().empty(); }

std::string taken_text(xmlChar* text) {
  std::string out = text ? reinterpret_cast<const char*>(text) : "";
  xmlFree(text);
  return out;
}

template <typename T>
int64_t saturated(double number) {
  if (std::isnan(number)) return 0;
  if (number >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  if (number <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  return static_cast<int64_t>(number);
}

}  // namespace

Value xpath_nodes(ValueCall&, ValueArguments a) {
  if (is_empty(a)) return Value();
  const Evaluation e = evaluate(a[0].text(), a[1].text());
  if (e.result->type != XPATH_NODESET) throw_malformed(a[1].text());
  Values values;
  const xmlNodeSet* nodes = e.result->nodesetval;
  for (int i = 0; nodes && i < nodes->nodeNr; ++i) {
    xmlNode* node = nodes->nodeTab[i];
    // Elements have no value of their own.
    const bool has_value = node->type != XML_ELEMENT_NODE && node->type != XML_DOCUMENT_NODE;
    values.push_back(has_value ? Value(taken_text(xmlNodeGetContent(node))) : Value());
  }
  return Value(std::move(values));
}

Value xpath_boolean(ValueCall&, ValueArguments a) {
  if (is_empty(a)) return Value();
  const Evaluation e = evaluate(a[0].text(), a[1].text());
  return Value(xmlXPathCastToBoolean(e.result.get()) != 0);
}

Value xpath_string(ValueCall&, ValueArguments a) {
  if (is_empty(a)) return Value();
  const Evaluation e = evaluate(a[0].text(), a[1].text());
  return Value(taken_text(xmlXPathCastToString(e.result.get())));
}

Value xpath_number(ValueCall& call, ValueArguments a) {
  if (is_empty(a)) return Value();
  const Evaluation e = evaluate(a[0].text(), a[1].text());
  const double number = xmlXPathCastToNumber(e.result.get());
  switch (call.result.kind()) {
    case TypeKind::kShort: return Value(int64_t{static_cast<int16_t>(saturated<int32_t>(number))});
    case TypeKind::kInteger: return Value(saturated<int32_t>(number));
    case TypeKind::kLong: return Value(saturated<int64_t>(number));
    case TypeKind::kFloat: return Value(static_cast<double>(static_cast<float>(number)));
    default: return Value(number);
  }
}

}  // namespace firesteel::functions::kernel
