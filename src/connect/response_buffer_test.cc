#include "connect/response_buffer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

namespace firesteel::connect {
namespace {

using namespace std::chrono_literals;
using State = ResponseBuffer::State;

grpc::ByteBuffer bytes(size_t size) {
  grpc::Slice slice(std::string(size, 'x'));
  return grpc::ByteBuffer(&slice, 1);
}

std::string read_id(ResponseBuffer& buffer, ResponseBuffer::Cursor& cursor) {
  ResponseBuffer::Response response;
  return buffer.next(&cursor, 0ms, &response) == State::kResponse ? response.id : "";
}

std::string condition_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const SparkError& error) {
    return error.condition();
  }
  return "";
}

TEST(ResponseBuffer, AReaderThatComesBackContinuesBehindTheResponseItNames) {
  ResponseBuffer buffer(true, {});
  for (const char* id : {"a", "b", "c"}) buffer.push(id, bytes(1));
  auto first = buffer.attach(std::nullopt);
  EXPECT_EQ(read_id(buffer, first), "a");
  EXPECT_EQ(read_id(buffer, first), "b");
  auto second = buffer.attach("a");
  EXPECT_EQ(read_id(buffer, second), "b");
  EXPECT_EQ(read_id(buffer, second), "c");
}

TEST(ResponseBuffer, ANewerReaderDisconnectsAnOlderOne) {
  ResponseBuffer buffer(true, {});
  auto first = buffer.attach(std::nullopt);
  buffer.attach(std::nullopt);
  ResponseBuffer::Response response;
  EXPECT_EQ(buffer.next(&first, 0ms, &response), State::kDisconnected);
}

TEST(ResponseBuffer, AReleasedResponseIsNoLongerAvailableButItsPlaceIs) {
  ResponseBuffer buffer(true, {});
  for (const char* id : {"a", "b", "c"}) buffer.push(id, bytes(1));
  auto cursor = buffer.attach(std::nullopt);
  for (int i = 0; i < 3; ++i) read_id(buffer, cursor);
  buffer.release_until("b");
  auto again = buffer.attach("b");
  EXPECT_EQ(read_id(buffer, again), "c");
  EXPECT_EQ(condition_of([&] { buffer.attach("a"); }), "INVALID_CURSOR.POSITION_NOT_FOUND");
  EXPECT_EQ(condition_of([&] { buffer.attach(std::nullopt); }), "INVALID_CURSOR.POSITION_NOT_AVAILABLE");
}

TEST(ResponseBuffer, TheWorkerWaitsWhileTheClientIsSlow) {
  ResponseBuffer buffer(true, {.unsent_bytes_max = 10, .sent_bytes_max = 10});
  buffer.push("a", bytes(20));
  std::atomic<bool> is_pushed{false};
  std::thread worker([&] {
    buffer.push("b", bytes(20));
    is_pushed = true;
  });
  std::this_thread::sleep_for(20ms);
  EXPECT_FALSE(is_pushed);
  auto cursor = buffer.attach(std::nullopt);
  EXPECT_EQ(read_id(buffer, cursor), "a");
  worker.join();
  EXPECT_TRUE(is_pushed);
}

TEST(ResponseBuffer, AFailureWakesAWaitingWorkerAndComesBehindWhatIsThere) {
  ResponseBuffer buffer(true, {.unsent_bytes_max = 10, .sent_bytes_max = 10});
  buffer.push("a", bytes(20));
  bool has_room = true;
  std::thread worker([&] { has_room = buffer.push("b", bytes(20)); });
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(buffer.fail(SparkError("OPERATION_CANCELED", {})));
  worker.join();
  EXPECT_FALSE(has_room);
  auto cursor = buffer.attach(std::nullopt);
  EXPECT_EQ(read_id(buffer, cursor), "a");
  ResponseBuffer::Response response;
  EXPECT_EQ(buffer.next(&cursor, 0ms, &response), State::kFailed);
  EXPECT_EQ(buffer.error().condition(), "OPERATION_CANCELED");
}

TEST(ResponseBuffer, AFinishedStreamEndsBehindItsLastResponse) {
  ResponseBuffer buffer(false, {});
  buffer.push("a", bytes(1));
  buffer.finish(std::nullopt);
  EXPECT_FALSE(buffer.push("b", bytes(1)));
  auto cursor = buffer.attach(std::nullopt);
  EXPECT_EQ(read_id(buffer, cursor), "a");
  ResponseBuffer::Response response;
  EXPECT_EQ(buffer.next(&cursor, 0ms, &response), State::kComplete);
}

}  // namespace
}  // namespace firesteel::connect
