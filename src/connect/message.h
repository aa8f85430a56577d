// Bytes of a gRPC message → protobuf message, for plans that nest far beyond protobuf's default limit
// of 100 levels.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>

namespace firesteel::connect {

// A message on an arena of its own: freeing it does not recurse, so a deep plan may die on any thread.
template <typename T>
class Message {
 public:
  Message() : arena_(std::make_unique<google::protobuf::Arena>()) {
    message_ = google::protobuf::Arena::CreateMessage<T>(arena_.get());
  }
  T& operator*() { return *message_; }
  const T& operator*() const { return *message_; }
  T* operator->() { return message_; }
  const T* operator->() const { return message_; }
  T* get() { return message_; }

 private:
  std::unique_ptr<google::protobuf::Arena> arena_;
  T* message_;
};

// Fills `message`; nesting beyond `recursion_limit`, malformed bytes and invalid UTF-8 throw
// CONNECT_INVALID_PLAN.CANNOT_PARSE. Call it on a large stack.
void parse_message(const grpc::ByteBuffer& bytes, int recursion_limit, google::protobuf::Message* message);
void parse_message(const std::string& bytes, int recursion_limit, google::protobuf::Message* message);

grpc::ByteBuffer serialize_message(const google::protobuf::Message& message);

// Content of a zstd frame of at most `bytes_max` bytes; throws CONNECT_INVALID_PLAN.CANNOT_PARSE.
std::string decompress_zstd(const std::string& compressed, size_t bytes_max);

}  // namespace firesteel::connect
