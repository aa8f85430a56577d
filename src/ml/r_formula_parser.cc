#include "ml/r_formula_parser.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "base/error.h"
#include "ml/params.h"

namespace firesteel::ml {

namespace {

using Names = std::vector<std::string>;

struct Term;
using Terms = std::vector<Term>;

struct Term {
  enum class Kind { kColumn, kDot, kCrossing, kIntercept, kDeletion, kSum, kNothing };
  Kind kind = Kind::kNothing;
  std::string name;           // of a column
  bool has_intercept = true;  // of an intercept
  Terms parts;  // columns and dots of a crossing, terms of a sum, the term of a deletion
};

using Kind = Term::Kind;

Term deletion(Term term) { return {Kind::kDeletion, "", true, {std::move(term)}}; }
Term sum_of(Terms terms) { return {Kind::kSum, "", true, std::move(terms)}; }
Terms as_terms(const Term& term) { return term.kind == Kind::kSum ? term.parts : Terms{term}; }

Term add(const Term& left, const Term& right) {
  Terms all = as_terms(left);
  for (Term& term : as_terms(right)) all.push_back(std::move(term));
  return sum_of(std::move(all));
}

// A double negation takes nothing back: a - (b - c) is a without b and without c.
Term subtract(const Term& left, const Term& right) {
  Term result = left;
  for (const Term& term : as_terms(right)) {
    result = add(result, term.kind == Kind::kDeletion ? term : deletion(term));
  }
  return result;
}

// A power multiplies terms: no formula that anyone means has as many.
void check_count(size_t terms) {
  if (terms > 100000) throw_unsupported("ML_PARAM", "a formula of more than 100000 terms");
}

bool is_crossable(const Term& term) {
  return term.kind == Kind::kColumn || term.kind == Kind::kDot || term.kind == Kind::kCrossing;
}

Term interact(const Term& left, const Term& right) {
  if (left.kind == Kind::kSum || (is_crossable(left) && right.kind == Kind::kSum)) {
    const Terms lefts = as_terms(left);
    const Terms rights = as_terms(right);
    check_count(lefts.size() * rights.size());
    Terms all;
    for (const Term& a : lefts) {
      for (const Term& b : rights) all.push_back(interact(a, b));
    }
    return sum_of(std::move(all));
  }
  if (left.kind == Kind::kDeletion) {
    return deletion(
        interact(left.parts[0], right.kind == Kind::kDeletion ? right.parts[0] : right));
  }
  if (!is_crossable(left)) return {};
  if (!is_crossable(right)) return interact(right, left);
  Term crossing{Kind::kCrossing, "", true, {}};
  for (const Term* side : {&left, &right}) {
    if (side->kind != Kind::kCrossing) {
      crossing.parts.push_back(*side);
    } else {
      crossing.parts.insert(crossing.parts.end(), side->parts.begin(), side->parts.end());
    }
  }
  return crossing;
}

Term cross(const Term& left, const Term& right) {
  return add(add(left, right), interact(left, right));
}

struct ParsedFormula {
  std::string label;
  Terms terms;
};

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  ParsedFormula parse() {
    ParsedFormula formula;
    formula.label = column().value_or("");
    if (!take('~')) fail();
    formula.terms = as_terms(sum());
    skip_blanks();
    if (at_ != text_.size()) fail();
    return formula;
  }

 private:
  static constexpr int kDepthMax = 200;

  [[noreturn]] void fail() const { throw_illegal_argument("Could not parse formula: " + text_); }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(char wanted) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  std::optional<std::string> column() {
    skip_blanks();
    const bool is_name =
        is_letter(peek()) || (peek() == '.' && (is_letter(peek(1)) || peek(1) == '_'));
    if (!is_name) return std::nullopt;
    const size_t begin = at_++;
    while (is_letter(peek()) || is_digit(peek()) || peek() == '.' || peek() == '_') ++at_;
    return text_.substr(begin, at_ - begin);
  }

  Term checked(Term term) const {
    check_count(term.parts.size());
    return term;
  }

  Term sum() {
    if (++depth_ > kDepthMax)
      throw_unsupported("ML_PARAM", "a formula with more than 200 nested parentheses");
    Term result = factor();
    while (true) {
      if (take('+')) {
        result = checked(add(result, factor()));
      } else if (take('-')) {
        result = checked(subtract(result, factor()));
      } else {
        break;
      }
    }
    --depth_;
    return result;
  }

  Term factor() {
    Term result = interaction();
    while (take('*')) result = checked(cross(result, interaction()));
    return result;
  }

  Term interaction() {
    Term result = power();
    while (take(':')) result = checked(interact(result, power()));
    return result;
  }

  Term power() {
    Term base = term();
    if (!take('^')) return base;
    skip_blanks();
    if (!is_digit(peek()) || peek() == '0') fail();
    int64_t degree = 0;
    while (is_digit(peek()))
      degree = std::min<int64_t>(degree * 10 + (text_[at_++] - '0'), INT32_MAX);
    Term result = base;
    for (int64_t i = 1; i < degree; ++i) result = checked(cross(result, base));
    return result;
  }

  Term term() {
    if (take('(')) {
      Term inner = sum();
      if (!take(')')) fail();
      return inner;
    }
    skip_blanks();
    if (peek() == '0' || peek() == '1') return {Kind::kIntercept, "", text_[at_++] == '1', {}};
    if (auto name = column()) return {Kind::kColumn, std::move(*name), true, {}};
    if (take('.')) return {Kind::kDot, "", true, {}};
    fail();
  }

  const std::string& text_;
  size_t at_ = 0;
  int depth_ = 0;
};

std::set<std::string> as_set(const Names& names) { return {names.begin(), names.end()}; }

void push_new(std::vector<Names>& all, std::set<std::set<std::string>>& seen, const Names& names) {
  if (seen.insert(as_set(names)).second) all.push_back(names);
}

// Formulas over the columns of one dataset.
class Resolver {
 public:
  Resolver(const ParsedFormula& formula, const Fields& fields) : formula_(formula) {
    for (const Field& field : fields) {
      const FieldType type = field_type(field.type);
      const bool is_simple = is_numeric(type) || type == FieldType::kString ||
                             type == FieldType::kBoolean || type == FieldType::kVector;
      if (is_simple && field.name != formula.label) dot_.push_back(field.name);
    }
  }

  ResolvedFormula resolve() {
    ResolvedFormula result;
    result.label = formula_.label;
    for (const Term& term : formula_.terms) {
      if (term.kind == Kind::kColumn) included_.push_back({term.name});
      if (term.kind == Kind::kCrossing) {
        for (const Names& names : expand(term.parts, 0)) push_new(included_, seen_, names);
      }
      if (term.kind == Kind::kDot) {
        for (const std::string& name : dot_) included_.push_back({name});
      }
      if (term.kind == Kind::kIntercept) result.has_intercept = term.has_intercept;
      if (term.kind != Kind::kDeletion) continue;
      remove(term.parts[0]);
      if (term.parts[0].kind == Kind::kIntercept)
        result.has_intercept = !term.parts[0].has_intercept;
    }
    for (const Names& names : included_) {
      if (std::find(result.terms.begin(), result.terms.end(), names) == result.terms.end())
        result.terms.push_back(names);
    }
    return result;
  }

 private:
  void remove(const Term& term) {
    if (term.kind == Kind::kDeletion) throw_spark_exception("Deletion terms cannot be nested");
    if (term.kind == Kind::kColumn) std::erase(included_, Names{term.name});
    if (term.kind == Kind::kCrossing) {
      std::set<std::set<std::string>> gone;
      for (const Names& names : expand(term.parts, 0)) gone.insert(as_set(names));
      std::erase_if(included_, [&](const Names& names) { return gone.count(as_set(names)) > 0; });
    }
    if (term.kind == Kind::kDot) {
      std::erase_if(included_, [&](const Names& names) {
        return names.size() == 1 && std::find(dot_.begin(), dot_.end(), names[0]) != dot_.end();
      });
    }
  }

  // Every combination of columns that a crossing stands for, each set of columns once, short ones
  // first.
  std::vector<Names> expand(const Terms& parts, size_t from) const {
    if (from == parts.size()) return {Names()};
    const std::vector<Names> rest = expand(parts, from + 1);
    std::vector<Names> all;
    std::set<std::set<std::string>> seen;
    for (const std::string& name :
         parts[from].kind == Kind::kDot ? dot_ : Names{parts[from].name}) {
      for (const Names& tail : rest) {
        Names names = {name};
        for (const std::string& other : tail) {
          if (std::find(names.begin(), names.end(), other) == names.end()) names.push_back(other);
        }
        push_new(all, seen, names);
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Names& a, const Names& b) { return a.size() < b.size(); });
    return all;
  }

  const ParsedFormula& formula_;
  Names dot_;
  std::vector<Names> included_;
  std::set<std::set<std::string>> seen_;
};

}  // namespace

std::string ResolvedFormula::to_string() const {
  std::string listed;
  for (const Names& names : terms) {
    std::string joined;
    for (const std::string& name : names) joined += (joined.empty() ? "" : ",") + name;
    listed += (listed.empty() ? "" : ",") + (names.size() > 1 ? "{" + joined + "}" : joined);
  }
  return "ResolvedRFormula(label=" + label + ", terms=[" + listed +
         "], hasIntercept=" + (has_intercept ? "true" : "false") + ")";
}

ResolvedFormula resolve_formula(const std::string& text, const Fields& fields) {
  const ParsedFormula formula = Parser(text).parse();
  return Resolver(formula, fields).resolve();
}

}  // namespace firesteel::ml
