// Encodings, URLs and digests.
#include <string>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/checksum.h"
#include "functions/kernel/encoding.h"
#include "functions/kernel/json_pretty.h"
#include "functions/kernel/json_text.h"

namespace firesteel::engine {

namespace kernel = functions::kernel;

void register_encoding_kernels(KernelRegistry& registry) {
  using Text = std::string_view;
  registry.add("fs_base64", [](Bytes bytes) -> std::string {
    std::string out;
    kernel::append_base64(bytes.view, true, out);
    return out;
  });
  registry.add("fs_unbase64", [](Text text) -> BytesResult {
    BytesResult out;
    std::string message;
    if (!kernel::append_unbase64(text, out.value, &message)) {
      throw SparkError("CONVERSION_INVALID_INPUT", {{"str", std::string(text)},
                                                    {"fmt", "BASE64"},
                                                    {"targetType", "\"BINARY\""},
                                                    {"suggestion", "`try_to_binary`"}});
    }
    return out;
  });
  registry.add("fs_encode", [](Text text, Text charset) -> BytesResult {
    BytesResult out;
    kernel::append_encoded(text, charset, out.value);
    return out;
  });
  registry.add("fs_decode", [](Bytes bytes, Text charset) -> std::string {
    std::string out;
    kernel::append_decoded(bytes.view, charset, out);
    return out;
  });
  registry.add("fs_json_ascii", [](Text text) -> std::string { return kernel::with_code_points(text); });
  registry.add("fs_json_pretty", [](Text text) -> std::string { return kernel::pretty_json(text); });
  registry.add("fs_json_quote", [](Text text) -> std::string {
    std::string out;
    kernel::JsonWriter::append_quoted(text, out);
    return out;
  });
  registry.add("fs_url_encode", [](Text text) -> std::string {
    std::string out;
    kernel::append_url_encoded(text, out);
    return out;
  });
  registry.add("fs_url_decode", [](Text text) -> std::string {
    std::string out;
    if (!kernel::append_url_decoded(text, out)) kernel::throw_cannot_decode_url(text);
    return out;
  });
  registry.add("fs_parse_url", [](Text url, Text part, bool ansi) -> std::optional<std::string> {
    return kernel::parse_url(url, part, !ansi);
  });
  registry.add("fs_parse_url",
               [](Text url, Text part, Text key, bool ansi) -> std::optional<std::string> {
                 return kernel::parse_url(url, part, key, !ansi);
               });
  registry.add("fs_crc32", [](Bytes bytes) -> int64_t { return kernel::crc32(bytes.view); });
  registry.add("fs_sha2", [](Bytes bytes, int32_t bits) -> std::optional<std::string> {
    return kernel::sha2(bytes.view, bits);
  });
}

}  // namespace firesteel::engine
