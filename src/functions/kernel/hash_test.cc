// The values are Spark 4.2.0's answers to the SQL beside them, for instance
// SELECT hash(1L, 'abcdefg', NULL, 2.5D).
#include <gtest/gtest.h>

#include <cmath>

#include "functions/kernel/murmur3.h"
#include "functions/kernel/xxhash64.h"

namespace firesteel::functions::kernel {
namespace {

Int128 decimal(std::string_view digits) {
  Int128 value = 0;
  for (char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

TEST(Murmur3, HashesAsTheSqlFunctionHash) {
  EXPECT_EQ(murmur3_hash_int(1, 42), -559580957);       // hash(1)
  EXPECT_EQ(murmur3_hash_bytes("\xC3\xA9", 42), 2119106806);  // hash('é')
  EXPECT_EQ(murmur3_hash_bytes("", 42), 142593372);     // hash('')
  // hash(1L, 'abcdefg', NULL, 2.5D)
  EXPECT_EQ(murmur3_hash_double(2.5, murmur3_hash_bytes("abcdefg", murmur3_hash_long(1, 42))),
            -1475706135);
  // hash(-0.0D, 0.0F, double('NaN'), float('nan'))
  int32_t hash = murmur3_hash_float(0.0F, murmur3_hash_double(-0.0, 42));
  hash = murmur3_hash_float(-NAN, murmur3_hash_double(-NAN, hash));
  EXPECT_EQ(hash, 718272444);
  // hash(true, X'ff80')
  EXPECT_EQ(murmur3_hash_bytes("\xff\x80", murmur3_hash_boolean(true, 42)), -716473181);
  // hash(-5S, CAST(-5 AS TINYINT))
  EXPECT_EQ(murmur3_hash_int(-5, murmur3_hash_int(-5, 42)), 1101657801);
  // hash(make_interval(1, 2, 3, 4, 5, 6, 7.5))
  EXPECT_EQ(murmur3_hash_calendar_interval(14, 25, 18367500000, 42), -504672070);
}

TEST(Murmur3, HashesDecimalsByTheirTypesPrecision) {
  EXPECT_EQ(murmur3_hash_decimal(12345, 10, 42), 1416086240);  // hash(CAST(123.45 AS DECIMAL(10,2)))
  EXPECT_EQ(murmur3_hash_decimal(-12345, 20, 42), 265069572);  // hash(CAST(-123.45 AS DECIMAL(20,2)))
  // hash(CAST(12345678901234567890123456789 AS DECIMAL(38,2)))
  EXPECT_EQ(murmur3_hash_decimal(decimal("1234567890123456789012345678900"), 38, 42), -778346765);
  // hash of -128, 127, 128 and 0 as DECIMAL(38,0): where a byte more or less is needed
  int32_t hash = 42;
  for (int value : {-128, 127, 128, 0}) hash = murmur3_hash_decimal(value, 38, hash);
  EXPECT_EQ(hash, -1689947575);
}

TEST(Murmur3, ReferenceTailIsWhatFeatureHasherUses) {
  // Columns of FeatureHasher(numFeatures=32768) over one row with these column=value terms.
  const auto column = [](std::string_view term) {
    const int32_t rest = murmur3_x86_32(term, kMurmur3Seed) % 32768;
    return rest < 0 ? rest + 32768 : rest;
  };
  EXPECT_EQ(column("orig_loan_term=360"), 5884);
  EXPECT_EQ(column("product_type=1"), 11409);
  EXPECT_EQ(column("occupancy_status=1"), 17072);
  EXPECT_EQ(column("orig_channel=1"), 18817);
  EXPECT_EQ(column("property_state=1"), 20220);
  EXPECT_EQ(column("mod_flag=1"), 26270);
  EXPECT_EQ(column("loan_purpose=1"), 32594);
}

TEST(XxHash64, HashesAsTheSqlFunctionXxhash64) {
  EXPECT_EQ(xxhash64_int(1, 42), -6698625589789238999);  // xxhash64(1)
  // xxhash64(-1L, 'abcdefg', NULL, 2.5D)
  EXPECT_EQ(xxhash64_double(2.5, xxhash64_bytes("abcdefg", xxhash64_long(-1, 42))),
            8557725628762534549);
  EXPECT_EQ(xxhash64_bytes("The quick brown fox jumps over the lazy dog, twice over.", 42),
            722610011210828092);
  // xxhash64(-0.0D, 0.0F, double('NaN'), float('nan'), true)
  int64_t hash = xxhash64_float(0.0F, xxhash64_double(-0.0, 42));
  hash = xxhash64_float(-NAN, xxhash64_double(-NAN, hash));
  EXPECT_EQ(xxhash64_boolean(true, hash), -6267669095698881260);
  // xxhash64(CAST(123.45 AS DECIMAL(10,2)), CAST(-123.45 AS DECIMAL(20,2)))
  EXPECT_EQ(xxhash64_decimal(-12345, 20, xxhash64_decimal(12345, 10, 42)), -8805081338498391355);
  // xxhash64(make_interval(1, 2, 3, 4, 5, 6, 7.5))
  EXPECT_EQ(xxhash64_calendar_interval(14, 25, 18367500000, 42), 6449704631820846915);
}

}  // namespace
}  // namespace firesteel::functions::kernel
