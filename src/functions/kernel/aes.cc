#include "functions/kernel/aes.h"

#include <cctype>
#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/error.h"

namespace firesteel::functions::kernel {

namespace {

constexpr size_t kTagBytes = 16;

enum class Mode { kEcb, kCbc, kGcm };

struct Cipher {
  Mode mode;
  std::string mode_name;
  const EVP_CIPHER* algorithm;
  size_t iv_bytes;  // 0: none
};

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

std::string in_capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

[[noreturn]] void throw_failed(const char* function, const char* detail) {
  throw SparkError("INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR",
                   {{"parameter", "`expr`, `key`"}, {"functionName", function}, {"detailMessage", detail}});
}

const EVP_CIPHER* algorithm_of(Mode mode, size_t key_bytes) {
  const bool is_128 = key_bytes == 16;
  const bool is_192 = key_bytes == 24;
  switch (mode) {
    case Mode::kEcb: return is_128 ? EVP_aes_128_ecb() : is_192 ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
    case Mode::kCbc: return is_128 ? EVP_aes_128_cbc() : is_192 ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
    case Mode::kGcm: break;
  }
  return is_128 ? EVP_aes_128_gcm() : is_192 ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
}

// What a message names where it is of both functions.
constexpr const char* kBothFunctions = "`aes_encrypt`/`aes_decrypt`";

Cipher cipher_of(const std::string& key, const std::string& mode_text,
                 const std::string& padding_text) {
  const std::string mode = in_capitals(mode_text);
  const std::string padding = in_capitals(padding_text);
  const bool is_gcm = mode == "GCM" && (padding == "NONE" || padding == "DEFAULT");
  const bool is_block = (mode == "ECB" || mode == "CBC") && (padding == "PKCS" || padding == "DEFAULT");
  if (!is_gcm && !is_block) {
    throw SparkError("UNSUPPORTED_FEATURE.AES_MODE",
                     {{"mode", mode_text}, {"padding", padding_text}, {"functionName", kBothFunctions}});
  }
  if (key.size() != 16 && key.size() != 24 && key.size() != 32) {
    throw SparkError("INVALID_PARAMETER_VALUE.AES_KEY_LENGTH", {{"parameter", "`key`"},
                                                                {"functionName", kBothFunctions},
                                                                {"actualLength", std::to_string(key.size())}});
  }
  const Mode value = is_gcm ? Mode::kGcm : mode == "ECB" ? Mode::kEcb : Mode::kCbc;
  const size_t iv_bytes = value == Mode::kGcm ? 12 : value == Mode::kCbc ? 16 : 0;
  return {value, mode, algorithm_of(value, key.size()), iv_bytes};
}

void check_additional(const char* function, const Cipher& cipher, const std::string& iv, const std::string& aad) {
  if (!iv.empty() && cipher.iv_bytes == 0) {
    throw SparkError("UNSUPPORTED_FEATURE.AES_MODE_IV", {{"mode", cipher.mode_name}, {"functionName", function}});
  }
  if (!iv.empty() && iv.size() != cipher.iv_bytes) {
    throw SparkError("INVALID_PARAMETER_VALUE.AES_IV_LENGTH", {{"mode", cipher.mode_name},
                                                               {"parameter", "`iv`"},
                                                               {"functionName", kBothFunctions},
                                                               {"actualLength", std::to_string(iv.size())}});
  }
  if (!aad.empty() && cipher.mode != Mode::kGcm) {
    throw SparkError("UNSUPPORTED_FEATURE.AES_MODE_AAD", {{"mode", cipher.mode_name}, {"functionName", function}});
  }
}

// Starts a run of the cipher; `aad` counts for GCM only.
Context start(const Cipher& cipher, const std::string& key, const std::string& iv, const std::string& aad,
              bool encrypts, const char* function) {
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const auto* iv_bytes = cipher.iv_bytes > 0 ? bytes(iv) : nullptr;
  if (!context || EVP_CipherInit_ex(context.get(), cipher.algorithm, nullptr, bytes(key), iv_bytes, encrypts) != 1) {
    throw_failed(function, "the cipher cannot be started");
  }
  int size = 0;
  if (!aad.empty() &&
      EVP_CipherUpdate(context.get(), nullptr, &size, bytes(aad), static_cast<int>(aad.size())) != 1) {
    throw_failed(function, "the additional data is not accepted");
  }
  return context;
}

// Runs the cipher over the text; false where its end is not as it must be.
bool run(EVP_CIPHER_CTX* context, const std::string& text, std::string& out) {
  out.resize(text.size() + 32);
  int first = 0;
  int last = 0;
  if (EVP_CipherUpdate(context, bytes(out), &first, bytes(text), static_cast<int>(text.size())) != 1) return false;
  if (EVP_CipherFinal_ex(context, bytes(out) + first, &last) != 1) return false;
  out.resize(static_cast<size_t>(first + last));
  return true;
}

}  // namespace

Value aes_encrypt_value(ValueCall&, ValueArguments a) {
  constexpr const char* kFunction = "`aes_encrypt`";
  const Cipher cipher = cipher_of(a[1].text(), a[2].text(), a[3].text());
  std::string iv = a[4].text();
  check_additional(kFunction, cipher, iv, a[5].text());
  if (iv.empty() && cipher.iv_bytes > 0) {
    iv.resize(cipher.iv_bytes);
    if (RAND_bytes(bytes(iv), static_cast<int>(iv.size())) != 1) throw_failed(kFunction, "there is no randomness");
  }
  const Context context = start(cipher, a[1].text(), iv, a[5].text(), true, kFunction);
  std::string text;
  if (!run(context.get(), a[0].text(), text)) throw_failed(kFunction, "the cipher failed");
  if (cipher.mode != Mode::kGcm) return Value(iv + text);
  std::string tag(kTagBytes, '\0');
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes), tag.data());
  return Value(iv + text + tag);
}

Value aes_decrypt_value(ValueCall&, ValueArguments a) {
  constexpr const char* kFunction = "`aes_decrypt`";
  const Cipher cipher = cipher_of(a[1].text(), a[2].text(), a[3].text());
  check_additional(kFunction, cipher, "", a[4].text());
  const std::string& input = a[0].text();
  const size_t tag_bytes = cipher.mode == Mode::kGcm ? kTagBytes : 0;
  if (input.size() < cipher.iv_bytes + tag_bytes) throw_failed(kFunction, "Input data too short");
  const std::string iv = input.substr(0, cipher.iv_bytes);
  const std::string text = input.substr(cipher.iv_bytes, input.size() - cipher.iv_bytes - tag_bytes);
  const Context context = start(cipher, a[1].text(), iv, a[4].text(), false, kFunction);
  if (tag_bytes > 0) {
    std::string tag = input.substr(input.size() - tag_bytes);
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_bytes), tag.data());
  }
  std::string out;
  if (run(context.get(), text, out)) return Value(std::move(out));
  throw_failed(kFunction, cipher.mode == Mode::kGcm ? "Tag mismatch"
                          : text.size() % 16 != 0
                              ? "Input length must be multiple of 16 when decrypting with padded cipher"
                              : "Given final block not properly padded. Such issues can arise if a bad key is used "
                                "during decryption.");
}

}  // namespace firesteel::functions::kernel
