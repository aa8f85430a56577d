#include "base/error.h"
#include "functions/kernel/encoding.h"

namespace firesteel::functions::kernel {

namespace {

constexpr size_t kNone = std::string_view::npos;

// The parts of RFC 2396 as java.net.URI tells them; a part without data is absent.
struct Url {
  std::optional<std::string_view> scheme, authority, user, host, path, query, fragment;
};

bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Characters that java.net.URI accepts: unreserved, reserved, escapes and other characters beyond
// ASCII that are neither blanks nor controls.
bool has_legal_characters(std::string_view text, std::string_view extra) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c & 0x80) != 0 || is_letter(c) || is_digit(c)) continue;
    if (c == '%') {
      const auto is_hex = [&](size_t k) {
        return k < text.size() &&
               (is_digit(text[k]) || ((text[k] | 0x20) >= 'a' && (text[k] | 0x20) <= 'f'));
      };
      if (!is_hex(i + 1) || !is_hex(i + 2)) return false;
      continue;
    }
    if (std::string_view("-_.!~*'();/?:@&=+$,").find(c) == kNone && extra.find(c) == kNone) {
      return false;
    }
  }
  return true;
}

void split_authority(std::string_view authority, Url& url) {
  url.authority = authority;
  const size_t at = authority.rfind('@');
  if (at != kNone) {
    url.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  size_t colon = authority.rfind(':');
  if (!authority.empty() && authority[0] == '[') {
    const size_t bracket = authority.find(']');
    colon = bracket == kNone ? kNone : authority.find(':', bracket);
  }
  std::string_view host = authority.substr(0, colon);
  if (colon != kNone) {
    for (char c : authority.substr(colon + 1)) {
      if (!is_digit(c)) host = {};
    }
  }
  // A registry-based authority has neither host nor user.
  for (char c : host) {
    const bool allowed = is_letter(c) || is_digit(c) || c == '.' || c == '-' ||
                         (host[0] == '[' && (c == ':' || c == '[' || c == ']' || c == '%'));
    if (!allowed) host = {};
    if (host.empty()) break;
  }
  if (host.empty()) {
    url.user.reset();
  } else {
    url.host = host;
  }
}

bool parse(std::string_view text, Url& url) {
  const size_t hash = text.find('#');
  if (hash != kNone) {
    url.fragment = text.substr(hash + 1);
    if (!has_legal_characters(*url.fragment, "[]")) return false;
    text = text.substr(0, hash);
  }
  const size_t scheme_end = text.find_first_of(":/?");
  if (scheme_end != kNone && text[scheme_end] == ':') {
    const std::string_view scheme = text.substr(0, scheme_end);
    if (scheme.empty() || !is_letter(scheme[0])) return false;
    for (char c : scheme) {
      if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return false;
    }
    url.scheme = scheme;
    text.remove_prefix(scheme_end + 1);
    if (text.empty()) return false;
    // An opaque URI such as mailto:a@b has no other parts.
    if (text[0] != '/') return has_legal_characters(text, "[]");
  }
  const size_t question = text.find('?');
  if (question != kNone) {
    url.query = text.substr(question + 1);
    if (!has_legal_characters(*url.query, "[]")) return false;
    text = text.substr(0, question);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::string_view authority = text.substr(0, text.find('/'));
    if (!has_legal_characters(authority, "[]")) return false;
    if (authority.empty() && text.empty()) return false;
    if (!authority.empty()) split_authority(authority, url);
    text.remove_prefix(authority.size());
  }
  url.path = text;
  return has_legal_characters(text, "");
}

}  // namespace

std::optional<std::string> parse_url(std::string_view text, std::string_view part, bool tolerant) {
  Url url;
  if (!parse(text, url)) {
    if (tolerant) return std::nullopt;
    throw SparkError("INVALID_URL", {{"url", std::string(text)}});
  }
  const auto owned = [](const std::optional<std::string_view>& value) {
    return value ? std::optional(std::string(*value)) : std::nullopt;
  };
  if (part == "HOST") return owned(url.host);
  if (part == "PATH") return owned(url.path);
  if (part == "QUERY") return owned(url.query);
  if (part == "REF") return owned(url.fragment);
  if (part == "PROTOCOL") return owned(url.scheme);
  if (part == "AUTHORITY") return owned(url.authority);
  if (part == "USERINFO") return owned(url.user);
  if (part == "FILE" && url.path) {
    std::string file(*url.path);
    if (url.query) file.append("?").append(*url.query);
    return file;
  }
  return std::nullopt;
}

std::optional<std::string> parse_url(std::string_view text, std::string_view part,
                                     std::string_view key, bool tolerant) {
  if (part != "QUERY") return std::nullopt;
  const std::optional<std::string> query = parse_url(text, part, tolerant);
  if (!query) return std::nullopt;
  std::string_view rest = *query;
  while (true) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=') {
      return std::string(pair.substr(key.size() + 1));
    }
    if (pair.size() == rest.size()) return std::nullopt;
    rest.remove_prefix(pair.size() + 1);
  }
}

}  // namespace firesteel::functions::kernel
