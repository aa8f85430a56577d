#include "connect/ml_value.h"

#include "base/error.h"
#include "connect/decode.h"
#include "spark/connect/ml_common.pb.h"

// Clients before 4.1 send the fields that the protocol now calls deprecated.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace firesteel::connect {

namespace proto = spark::connect;
using ProtoLiteral = proto::Expression::Literal;
using plan::Literal;
using plan::TypeKind;

namespace {

constexpr const char* kVectorClass = "org.apache.spark.ml.linalg.VectorUDT";
constexpr const char* kMatrixClass = "org.apache.spark.ml.linalg.MatrixUDT";

[[noreturn]] void throw_bad_value(const std::string& message) {
  throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE", {{"message", message}});
}

template <typename T, typename List>
std::vector<T> to_vector(const List& list) {
  return {list.begin(), list.end()};
}

const ProtoLiteral& element(const ProtoLiteral::Struct& structure, int index) {
  if (index >= structure.elements_size()) throw_bad_value("a vector or matrix literal lacks elements");
  return structure.elements(index);
}

std::vector<int32_t> integers(const ProtoLiteral& literal) {
  return to_vector<int32_t>(literal.specialized_array().ints().values());
}

std::vector<double> doubles(const ProtoLiteral& literal) {
  return to_vector<double>(literal.specialized_array().doubles().values());
}

ml::Vector decode_vector(const ProtoLiteral::Struct& structure) {
  std::vector<double> values = doubles(element(structure, 3));
  if (element(structure, 0).byte() == 1) return ml::Vector::dense(std::move(values));
  std::vector<int32_t> indices = integers(element(structure, 2));
  if (indices.size() != values.size()) throw_bad_value("a sparse vector has as many indices as values");
  return ml::Vector::make_sparse(element(structure, 1).integer(), std::move(indices), std::move(values));
}

ml::Matrix decode_matrix(const ProtoLiteral::Struct& structure) {
  ml::Matrix matrix;
  matrix.sparse = element(structure, 0).byte() == 0;
  matrix.rows = element(structure, 1).integer();
  matrix.columns = element(structure, 2).integer();
  matrix.pointers = integers(element(structure, 3));
  matrix.indices = integers(element(structure, 4));
  matrix.values = doubles(element(structure, 5));
  matrix.transposed = element(structure, 6).boolean();
  if (!matrix.sparse && matrix.values.size() != static_cast<size_t>(matrix.rows) * static_cast<size_t>(matrix.columns)) {
    throw_bad_value("a dense matrix has rows × columns values");
  }
  return matrix;
}

ml::Value scalar(const Literal& literal) {
  switch (literal.type.kind()) {
    case TypeKind::kBoolean:
      return std::get<bool>(literal.value);
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
      return static_cast<int32_t>(std::get<int64_t>(literal.value));
    case TypeKind::kLong:
      return std::get<int64_t>(literal.value);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return std::get<double>(literal.value);
    case TypeKind::kString:
      return std::get<std::string>(literal.value);
    default:
      throw_unsupported("EXPRESSION", "a parameter of type " + literal.type.simple_string());
  }
}

template <typename T>
std::vector<T> collect(const Literal::Elements& elements) {
  std::vector<T> result;
  for (const Literal& item : elements) {
    const ml::Value value = scalar(item);
    if (!std::holds_alternative<T>(value)) throw_bad_value("the elements of an array parameter have one type");
    result.push_back(std::get<T>(value));
  }
  return result;
}

const Literal::Elements& elements_of(const Literal& literal) {
  return *std::get<std::shared_ptr<const Literal::Elements>>(literal.value);
}

template <typename T>
std::vector<std::vector<T>> collect_rows(const Literal::Elements& rows) {
  std::vector<std::vector<T>> result;
  for (const Literal& row : rows) result.push_back(collect<T>(elements_of(row)));
  return result;
}

ml::Value array(const Literal& literal) {
  const Literal::Elements& elements = elements_of(literal);
  const plan::Type& element = literal.type.element();
  switch (element.kind()) {
    case TypeKind::kBoolean:
      return collect<bool>(elements);
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
      return collect<int32_t>(elements);
    case TypeKind::kLong:
      return collect<int64_t>(elements);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return collect<double>(elements);
    case TypeKind::kString:
    case TypeKind::kNull:  // an empty array: the parameter's own type decides
      return collect<std::string>(elements);
    case TypeKind::kArray:
      if (element.element().is(TypeKind::kDouble)) return collect_rows<double>(elements);
      if (element.element().is(TypeKind::kString)) return collect_rows<std::string>(elements);
      [[fallthrough]];
    default:
      throw_unsupported("EXPRESSION", "a parameter of type " + literal.type.simple_string());
  }
}

template <typename T>
void fill(const std::vector<T>& values, google::protobuf::RepeatedField<T>* field) {
  field->Add(values.begin(), values.end());
}

void encode_doubles(const std::vector<double>& values, ProtoLiteral* out) {
  fill(values, out->mutable_specialized_array()->mutable_doubles()->mutable_values());
}

void encode_integers(const std::vector<int32_t>& values, ProtoLiteral* out) {
  fill(values, out->mutable_specialized_array()->mutable_ints()->mutable_values());
}

ProtoLiteral::Struct* begin_struct(const char* jvm_class, ProtoLiteral* out) {
  auto* structure = out->mutable_struct_();
  structure->mutable_struct_type()->mutable_udt()->set_type("udt");
  structure->mutable_struct_type()->mutable_udt()->set_jvm_class(jvm_class);
  return structure;
}

void add_null(ProtoLiteral::Struct* structure) { structure->add_elements()->mutable_null()->mutable_null(); }

void encode_vector(const ml::Vector& vector, ProtoLiteral* out) {
  auto* structure = begin_struct(kVectorClass, out);
  structure->add_elements()->set_byte(vector.sparse ? 0 : 1);
  if (vector.sparse) {
    structure->add_elements()->set_integer(vector.size);
    encode_integers(vector.indices, structure->add_elements());
  } else {
    add_null(structure);
    add_null(structure);
  }
  encode_doubles(vector.values, structure->add_elements());
}

void encode_matrix(const ml::Matrix& matrix, ProtoLiteral* out) {
  auto* structure = begin_struct(kMatrixClass, out);
  structure->add_elements()->set_byte(matrix.sparse ? 0 : 1);
  structure->add_elements()->set_integer(matrix.rows);
  structure->add_elements()->set_integer(matrix.columns);
  if (matrix.sparse) {
    encode_integers(matrix.pointers, structure->add_elements());
    encode_integers(matrix.indices, structure->add_elements());
  } else {
    add_null(structure);
    add_null(structure);
  }
  encode_doubles(matrix.values, structure->add_elements());
  structure->add_elements()->set_boolean(matrix.transposed);
}

class Encoder {
 public:
  explicit Encoder(ProtoLiteral* literal) : out(literal) {}
  void operator()(std::monostate) const { out->mutable_null()->mutable_null(); }
  void operator()(bool value) const { out->set_boolean(value); }
  void operator()(int32_t value) const { out->set_integer(value); }
  void operator()(int64_t value) const { out->set_long_(value); }
  void operator()(double value) const { out->set_double_(value); }
  void operator()(const std::string& value) const { out->set_string(value); }
  void operator()(const std::vector<bool>& values) const {
    encode_type(plan::Type::boolean(), out->mutable_array()->mutable_element_type());
    for (const bool value : values) out->mutable_array()->add_elements()->set_boolean(value);
  }
  void operator()(const std::vector<int32_t>& values) const { array(values, plan::Type::integer()); }
  void operator()(const std::vector<int64_t>& values) const { array(values, plan::Type::long_integer()); }
  void operator()(const std::vector<double>& values) const { array(values, plan::Type::double_number()); }
  void operator()(const std::vector<std::string>& values) const { array(values, plan::Type::string()); }
  void operator()(const std::vector<std::vector<double>>& rows) const {
    array(rows, plan::Type::array(plan::Type::double_number(), false));
  }
  void operator()(const std::vector<std::vector<std::string>>& rows) const {
    array(rows, plan::Type::array(plan::Type::string(), false));
  }
  void operator()(const ml::Vector& vector) const { encode_vector(vector, out); }
  void operator()(const ml::Matrix& matrix) const { encode_matrix(matrix, out); }

 private:
  ProtoLiteral* out;

  // The client reads arrays element by element; only vectors and matrices use specialized arrays.
  template <typename T>
  void array(const std::vector<T>& values, const plan::Type& element) const {
    encode_type(element, out->mutable_array()->mutable_element_type());
    for (const T& value : values) Encoder(out->mutable_array()->add_elements())(value);
  }
};

}  // namespace

ml::Value decode_ml_value(const ProtoLiteral& proto) {
  if (proto.has_struct_()) {
    const std::string& jvm_class = proto.struct_().struct_type().udt().jvm_class();
    if (jvm_class == kVectorClass) return decode_vector(proto.struct_());
    if (jvm_class == kMatrixClass) return decode_matrix(proto.struct_());
    throw_unsupported("EXPRESSION", "a parameter of class " + jvm_class);
  }
  const Literal literal = decode_literal(proto);
  if (literal.is_null()) return std::monostate{};
  return literal.type.is(TypeKind::kArray) ? array(literal) : scalar(literal);
}

void encode_ml_value(const ml::Value& value, ProtoLiteral* out) { std::visit(Encoder(out), value); }

void decode_ml_params(const proto::MlParams& proto, ml::ParamMap* params) {
  for (const auto& [name, literal] : proto.params()) params->set(name, decode_ml_value(literal));
}

void encode_ml_params(const ml::ParamMap& params, proto::MlParams* out) {
  for (const auto& [name, value] : params.set_values()) encode_ml_value(value, &(*out->mutable_params())[name]);
}

}  // namespace firesteel::connect
