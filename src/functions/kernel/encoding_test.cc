// The expected values are what Spark 4.2.0 answers to SELECT CAST(expression AS STRING) of the
// comment above each case.
#include "functions/kernel/encoding.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <type_traits>

#include "base/error.h"
#include "functions/kernel/checksum.h"

namespace firesteel::functions::kernel {
namespace {

template <typename Value>
std::string shown(const Value& value) {
  if constexpr (std::is_same_v<Value, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_arithmetic_v<Value>) {
    return std::to_string(value);
  } else {
    return std::string(value);
  }
}

template <typename Value>
std::string shown(const std::optional<Value>& value) {
  return value ? shown(*value) : "NULL";
}

// What a function appends to its last argument.
template <typename Function, typename... Arguments>
std::string appended(Function function, Arguments... arguments) {
  std::string out;
  function(arguments..., out);
  return out;
}

template <typename Call>
std::string evaluate(Call call) {
  try {
    return shown(call());
  } catch (const SparkError& error) {
    return "ERROR " + error.condition();
  }
}

#define CASE(expression, expected) EXPECT_EQ(evaluate([&] { return expression; }), expected)

std::string hex_of(std::string_view bytes) {
  std::string out;
  append_hex(bytes, out);
  return out;
}

std::string unbase64(std::string_view text) {
  std::string out, message;
  return append_unbase64(text, out, &message) ? out : "ERROR " + message;
}

std::string unhex(std::string_view text) {
  std::string out;
  return append_unhex(text, out) ? hex_of(out) : "NULL";
}

std::string url_decode(std::string_view text) {
  std::string out;
  if (!append_url_decoded(text, out)) throw_cannot_decode_url(text);
  return out;
}

// clang-format off
TEST(Encoding, AgreesWithSpark) {
  // base64('a')
  CASE(appended(append_base64, "a", true), "YQ==");
  // base64('')
  CASE(appended(append_base64, "", true), "");
  // base64(repeat('a',57))
  CASE(appended(append_base64, std::string(57, 'a'), true), "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh");
  // base64(repeat('a',100))
  CASE(appended(append_base64, std::string(100, 'a'), true), "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\x0d\nYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYQ==");
  // cast(unbase64('YQ') as string)
  CASE(unbase64("YQ"), "a");
  // cast(unbase64('YQ==') as string)
  CASE(unbase64("YQ=="), "a");
  // cast(unbase64('YWJ-j\nZGU=') as string)
  CASE(unbase64("YWJ-j\nZGU="), "abcde");
  // cast(unbase64('YQ=') as string)
  CASE(unbase64("YQ="), "ERROR Input byte array has wrong 4-byte ending unit");
  // cast(unbase64('Y') as string)
  CASE(unbase64("Y"), "ERROR Last unit does not have enough valid bits");
  // cast(unbase64('YQ==YQ==') as string)
  CASE(unbase64("YQ==YQ=="), "ERROR Input byte array has incorrect ending byte at 5");
  // cast(unbase64('') as string)
  CASE(unbase64(""), "");
  // hex(encode('é','US-ASCII'))
  CASE(hex_of(appended(append_encoded, "é", "US-ASCII")), "ERROR MALFORMED_CHARACTER_CODING");
  // hex(encode('é','utf-8'))
  CASE(hex_of(appended(append_encoded, "é", "utf-8")), "C3A9");
  // hex(encode('é€','iso-8859-1'))
  CASE(hex_of(appended(append_encoded, "é€", "iso-8859-1")), "ERROR MALFORMED_CHARACTER_CODING");
  // hex(encode('é','iso-8859-1'))
  CASE(hex_of(appended(append_encoded, "é", "iso-8859-1")), "E9");
  // hex(encode('é😀','UTF-16'))
  CASE(hex_of(appended(append_encoded, "é😀", "UTF-16")), "FEFF00E9D83DDE00");
  // hex(encode('é😀','UTF-16LE'))
  CASE(hex_of(appended(append_encoded, "é😀", "UTF-16LE")), "E9003DD800DE");
  // hex(encode('é😀','UTF-16BE'))
  CASE(hex_of(appended(append_encoded, "é😀", "UTF-16BE")), "00E9D83DDE00");
  // hex(encode('é😀','UTF-32'))
  CASE(hex_of(appended(append_encoded, "é😀", "UTF-32")), "000000E90001F600");
  // hex(encode('','UTF-16'))
  CASE(hex_of(appended(append_encoded, "", "UTF-16")), "");
  // hex(encode('a','foo'))
  CASE(hex_of(appended(append_encoded, "a", "foo")), "ERROR INVALID_PARAMETER_VALUE.CHARSET");
  // decode(X'ff','utf-8')
  CASE(appended(append_decoded, "\xff", "utf-8"), "ERROR MALFORMED_CHARACTER_CODING");
  // decode(X'c3a9','utf-8')
  CASE(appended(append_decoded, "\xc3\xa9", "utf-8"), "\xc3\xa9");
  // decode(X'e9','iso-8859-1')
  CASE(appended(append_decoded, "\xe9", "iso-8859-1"), "\xc3\xa9");
  // decode(X'e9','us-ascii')
  CASE(appended(append_decoded, "\xe9", "us-ascii"), "ERROR MALFORMED_CHARACTER_CODING");
  // decode(X'fffe6100','utf-16')
  CASE(appended(append_decoded, std::string_view("\xff\xfe\x61\x00", 4), "utf-16"), "a");
  // decode(X'0061d83dde00','utf-16be')
  CASE(appended(append_decoded, std::string_view("\x00\x61\xd8\x3d\xde\x00", 6), "utf-16be"), "a\xf0\x9f\x98\x80");
  // decode(X'0001f600','utf-32')
  CASE(appended(append_decoded, std::string_view("\x00\x01\xf6\x00", 4), "utf-32"), "\xf0\x9f\x98\x80");
  // url_decode('%')
  CASE(url_decode("%"), "ERROR CANNOT_DECODE_URL");
  // url_decode('%zz')
  CASE(url_decode("%zz"), "ERROR CANNOT_DECODE_URL");
  // url_decode('a%20b+c')
  CASE(url_decode("a%20b+c"), "a b c");
  // url_encode('a b*~é/')
  CASE(appended(append_url_encoded, "a b*~é/"), "a+b*%7E%C3%A9%2F");
  // hex(17)
  CASE(appended([](int64_t n, std::string& out) { append_hex(n, out); }, 17), "11");
  // hex(-1L)
  CASE(appended([](int64_t n, std::string& out) { append_hex(n, out); }, -1), "FFFFFFFFFFFFFFFF");
  // hex(0)
  CASE(appended([](int64_t n, std::string& out) { append_hex(n, out); }, 0), "0");
  // hex(256L)
  CASE(appended([](int64_t n, std::string& out) { append_hex(n, out); }, 256), "100");
  // hex('Spark SQL')
  CASE(hex_of("Spark SQL"), "537061726B2053514C");
  // hex(unhex('537061726B'))
  CASE(unhex("537061726B"), "537061726B");
  // hex(unhex('fff'))
  CASE(unhex("fff"), "0FFF");
  // hex(unhex('GG'))
  CASE(unhex("GG"), "NULL");
  // bin(13)
  CASE(appended(append_bin, 13), "1101");
  // bin(-13)
  CASE(appended(append_bin, -13), "1111111111111111111111111111111111111111111111111111111111110011");
  // bin(0)
  CASE(appended(append_bin, 0), "0");
  // crc32('Spark')
  CASE(crc32("Spark"), "1557323817");
  // crc32('')
  CASE(crc32(""), "0");
  // sha2('a',224)
  CASE(sha2("a", 224), "abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5");
  // more than is hashed at once
  CASE(sha2(std::string(9'000'001, 'a'), 256), "b9e1a83460a44df25da4627ddb8271e3dbdfc7685d468e930187b57b20ad93f7");
  // sha2('a',0)
  CASE(sha2("a", 0), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  // sha2('a',100)
  CASE(sha2("a", 100), "NULL");
  // sha2(repeat('a',200),256)
  CASE(sha2(std::string(200, 'a'), 256), "c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5");
  // sha2('a',384)
  CASE(sha2("a", 384), "54a59b9f22b0b80880d8427e548b7c23abd873486e1f035dce9cd697e85175033caa88e6d57bc35efae0b5afd3145f31");
  // sha2(repeat('a',200),512)
  CASE(sha2(std::string(200, 'a'), 512), "4b11459c33f52a22ee8236782714c150a3b2c60994e9acee17fe68947a3e6789f31e7668394592da7bef827cddca88c4e6f86e4df7ed1ae6cba71f3e98faee9f");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','HOST')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "HOST", false), "host.com");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','PATH')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "PATH", false), "/p/a");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','QUERY')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "QUERY", false), "k=v&x=1");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','REF')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "REF", false), "frag");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','PROTOCOL')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "PROTOCOL", false), "http");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','FILE')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "FILE", false), "/p/a?k=v&x=1");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','AUTHORITY')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "AUTHORITY", false), "user:pw@host.com:80");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','USERINFO')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "USERINFO", false), "user:pw");
  // parse_url('http://user:pw@host.com:80/p/a?k=v&x=1#frag','host')
  CASE(parse_url("http://user:pw@host.com:80/p/a?k=v&x=1#frag", "host", false), "NULL");
  // parse_url('http://h/p?k=v&x=1','QUERY','x')
  CASE(parse_url("http://h/p?k=v&x=1", "QUERY", "x", false), "1");
  // parse_url('http://h/p?k=v&x=1','QUERY','y')
  CASE(parse_url("http://h/p?k=v&x=1", "QUERY", "y", false), "NULL");
  // parse_url('http://h/p?k=v&x=1','HOST','y')
  CASE(parse_url("http://h/p?k=v&x=1", "HOST", "y", false), "NULL");
  // parse_url('http://h','PATH')
  CASE(parse_url("http://h", "PATH", false), "");
  // parse_url('http://h?a','FILE')
  CASE(parse_url("http://h?a", "FILE", false), "?a");
  // parse_url('mailto:a@b.c','HOST')
  CASE(parse_url("mailto:a@b.c", "HOST", false), "NULL");
  // parse_url('mailto:a@b.c','PROTOCOL')
  CASE(parse_url("mailto:a@b.c", "PROTOCOL", false), "mailto");
  // parse_url('foo bar','HOST')
  CASE(parse_url("foo bar", "HOST", false), "ERROR INVALID_URL");
  // parse_url('http://h/a%zz','PATH')
  CASE(parse_url("http://h/a%zz", "PATH", false), "ERROR INVALID_URL");
  // parse_url('http://h/a%20b','PATH')
  CASE(parse_url("http://h/a%20b", "PATH", false), "/a%20b");
  // parse_url('/a/b?c','PATH')
  CASE(parse_url("/a/b?c", "PATH", false), "/a/b");
  // parse_url('http://a_b/c','HOST')
  CASE(parse_url("http://a_b/c", "HOST", false), "NULL");
  // parse_url('http://[::1]:80/c','HOST')
  CASE(parse_url("http://[::1]:80/c", "HOST", false), "[::1]");
  // parse_url('file:///etc/x','PATH')
  CASE(parse_url("file:///etc/x", "PATH", false), "/etc/x");
  // parse_url('','PATH')
  CASE(parse_url("", "PATH", false), "");
  // try_parse_url('foo bar','HOST')
  CASE(parse_url("foo bar", "HOST", true), "NULL");
}

// clang-format on

}  // namespace
}  // namespace firesteel::functions::kernel
