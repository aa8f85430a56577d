#include "connect/message.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <zstd.h>

#include <limits>

#include "base/error.h"

namespace firesteel::connect {

namespace {

[[noreturn]] void throw_cannot_parse(std::string reason) {
  throw SparkError("CONNECT_INVALID_PLAN.CANNOT_PARSE", {{"errorMsg", std::move(reason)}});
}

void parse_stream(google::protobuf::io::ZeroCopyInputStream* stream, int recursion_limit,
                  google::protobuf::Message* message) {
  google::protobuf::io::CodedInputStream input(stream);
  input.SetRecursionLimit(recursion_limit);
  input.SetTotalBytesLimit(std::numeric_limits<int>::max());
  if (!message->ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
    throw_cannot_parse("malformed message of type " + message->GetTypeName() +
                       ", or nested deeper than " + std::to_string(recursion_limit) + " levels");
  }
}

}  // namespace

void parse_message(const grpc::ByteBuffer& bytes, int recursion_limit,
                   google::protobuf::Message* message) {
  grpc::ByteBuffer copy(bytes);  // the reader wants a mutable one; slices are shared
  grpc::ProtoBufferReader reader(&copy);
  if (!reader.status().ok()) throw_cannot_parse(reader.status().error_message());
  parse_stream(&reader, recursion_limit, message);
}

void parse_message(const std::string& bytes, int recursion_limit, google::protobuf::Message* message) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    throw_cannot_parse("the message is larger than 2 GiB");
  }
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  parse_stream(&stream, recursion_limit, message);
}

grpc::ByteBuffer serialize_message(const google::protobuf::Message& message) {
  const size_t size = message.ByteSizeLong();
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

std::string decompress_zstd(const std::string& compressed, size_t bytes_max) {
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                  ZSTD_freeDStream);
  ZSTD_inBuffer input{compressed.data(), compressed.size(), 0};
  std::string result;
  std::string block(ZSTD_DStreamOutSize(), '\0');
  size_t remaining = 1;
  while (input.pos < input.size) {
    ZSTD_outBuffer output{block.data(), block.size(), 0};
    remaining = ZSTD_decompressStream(stream.get(), &output, &input);
    if (ZSTD_isError(remaining)) throw_cannot_parse(ZSTD_getErrorName(remaining));
    result.append(block.data(), output.pos);
    if (result.size() > bytes_max) {
      throw SparkError("CONNECT_INVALID_PLAN.PLAN_SIZE_LARGER_THAN_MAX",
                       {{"planSize", "more than " + std::to_string(bytes_max)},
                        {"maxPlanSize", std::to_string(bytes_max)}});
    }
    // A full block may leave decoded bytes inside the decoder when the input has ended.
    while (input.pos == input.size && remaining > 0 && output.pos == output.size) {
      output.pos = 0;
      remaining = ZSTD_decompressStream(stream.get(), &output, &input);
      if (ZSTD_isError(remaining)) throw_cannot_parse(ZSTD_getErrorName(remaining));
      result.append(block.data(), output.pos);
    }
  }
  if (remaining != 0) throw_cannot_parse("truncated zstd frame");
  return result;
}

}  // namespace firesteel::connect
