#include "storage/upload.h"

#include <algorithm>
#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/file.h>
#include <atomic>
#include <exception>
#include <functional>
#include <future>

#include "base/error.h"

namespace firesteel::storage {
namespace {

constexpr size_t kRequestsMax = 8;
constexpr int64_t kBlockBytes = 8 << 20;
// Larger files are sent before the commit. Smaller ones take one request each, as fast as a commit.
constexpr int64_t kSentEarlyBytes = 16 << 20;

void check(const ::arrow::Status& status, const std::string& path) {
  if (!status.ok()) throw_store_error(status, path);
}

// Runs f(0) … f(count - 1), several at a time; the first exception ends the rest and is thrown.
void for_each_in_parallel(size_t count, const std::function<void(size_t)>& f) {
  std::atomic<size_t> next{0};
  std::atomic<bool> is_stopped{false};
  const auto work = [&] {
    for (size_t i = next.fetch_add(1); i < count && !is_stopped; i = next.fetch_add(1)) {
      try {
        f(i);
      } catch (...) {
        is_stopped = true;
        throw;
      }
    }
  };
  std::vector<std::future<void>> workers;
  for (size_t i = 0; i < std::min(kRequestsMax, count); ++i) workers.push_back(std::async(std::launch::async, work));
  std::exception_ptr failure;
  for (auto& worker : workers) {
    try {
      worker.get();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

struct Upload::Part {
  UploadFile file;
  int64_t size = 0;
  int64_t sent = 0;
  std::shared_ptr<::arrow::io::ReadableFile> input;
  std::shared_ptr<::arrow::io::OutputStream> output;  // open between send and commit

  void open(const StoreSettings& settings) {
    auto opened = ::arrow::io::ReadableFile::Open(file.local_path);
    if (!opened.ok()) throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", opened.status().message()}});
    input = *opened;
    auto target = object_store(file.object_path, settings)->OpenOutputStream(store_key(file.object_path), nullptr);
    check(target.status(), file.object_path);
    output = *target;
  }

  void send_until(int64_t end, const Progress& progress) {
    while (sent < end) {
      if (progress) progress();
      auto block = input->Read(std::min(kBlockBytes, end - sent));
      if (!block.ok() || (*block)->size() == 0) {
        throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", "a staged file is shorter than it was"}});
      }
      sent += (*block)->size();
      check(output->Write(*block), file.object_path);
    }
  }
};

Upload::Upload(StoreSettings settings) : settings_(std::move(settings)) {}

Upload::~Upload() {
  for (const auto& part : parts_) {
    if (part->output && !part->output->closed()) (void)part->output->Abort();
  }
}

void Upload::send(const std::vector<UploadFile>& files, const Progress& progress) {
  for (const UploadFile& file : files) {
    auto part = std::make_unique<Part>();
    part->file = file;
    auto opened = ::arrow::io::ReadableFile::Open(file.local_path);
    if (!opened.ok()) throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", opened.status().message()}});
    part->size = (*opened)->GetSize().ValueOr(0);
    parts_.push_back(std::move(part));
  }
  // The last block stays here until the commit, which completes the object.
  for_each_in_parallel(parts_.size(), [&](size_t i) {
    Part& part = *parts_[i];
    if (part.size <= kSentEarlyBytes) return;
    part.open(settings_);
    part.send_until(part.size - kBlockBytes, progress);
  });
}

void Upload::commit() {
  for_each_in_parallel(parts_.size(), [&](size_t i) {
    Part& part = *parts_[i];
    if (!part.output) part.open(settings_);
    part.send_until(part.size, nullptr);
    check(part.output->Close(), part.file.object_path);
  });
}

void put_empty_object(const std::string& path, const StoreSettings& settings) {
  auto output = object_store(path, settings)->OpenOutputStream(store_key(path), nullptr);
  check(output.status(), path);
  check((*output)->Close(), path);
}

void remove_objects(const std::vector<StoredObject>& objects, const StoreSettings& settings) {
  for_each_in_parallel(objects.size(), [&](size_t i) {
    const auto status = object_store(objects[i].path, settings)->DeleteFile(store_key(objects[i].path));
    if (status.ok()) return;
    if (object_exists(objects[i].path, settings)) check(status, objects[i].path);
  });
}

}  // namespace firesteel::storage
