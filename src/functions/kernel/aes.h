// aes_encrypt and aes_decrypt by OpenSSL: AES in the modes ECB, CBC and GCM with Spark's layout, the
// initialization vector before the text and the tag of GCM behind it.
#pragma once

#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// aes_encrypt(text, key, mode, padding, iv, aad).
Value aes_encrypt_value(ValueCall& call, ValueArguments arguments);
// aes_decrypt(bytes, key, mode, padding, aad).
Value aes_decrypt_value(ValueCall& call, ValueArguments arguments);

}  // namespace firesteel::functions::kernel
