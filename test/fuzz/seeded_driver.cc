// Runs a fuzz target without libFuzzer: the corpus as it is, then seeded mutations of it until the
// time is up. An input that crashes or takes longer than ten seconds is left in NAME_fuzzer.input.
// usage: NAME_fuzzer SECONDS SEED CORPUS…
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;
constexpr size_t kBytesMax = 4096;
constexpr unsigned kSecondsPerInputMax = 10;

std::vector<Bytes> read_corpus(int count, char** paths) {
  std::vector<Bytes> corpus;
  for (int i = 0; i < count; ++i) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(paths[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());  // the same order for each run of a seed
    for (const auto& file : files) {
      std::ifstream in(file, std::ios::binary);
      corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  return corpus;
}

class Mutator {
 public:
  Mutator(const std::vector<Bytes>& corpus, uint64_t seed) : corpus_(corpus), random_(seed) {}

  Bytes next() {
    Bytes bytes = corpus_[below(corpus_.size())];
    for (size_t i = below(6) + 1; i > 0; --i) change(&bytes);
    if (bytes.size() > kBytesMax) bytes.resize(kBytesMax);
    return bytes;
  }

 private:
  size_t below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void change(Bytes* bytes) {
    const size_t at = below(bytes->size() + 1);
    switch (below(6)) {
      case 0:  // another bit
        if (at < bytes->size()) (*bytes)[at] ^= static_cast<uint8_t>(1U << below(8));
        break;
      case 1:  // another byte
        if (at < bytes->size()) (*bytes)[at] = static_cast<uint8_t>(random_());
        break;
      case 2:  // some bytes less
        bytes->erase(
            bytes->begin() + static_cast<ptrdiff_t>(at),
            bytes->begin() + static_cast<ptrdiff_t>(std::min(bytes->size(), at + below(16))));
        break;
      case 3:  // some bytes more
        bytes->insert(bytes->begin() + static_cast<ptrdiff_t>(at), below(16),
                      static_cast<uint8_t>(random_()));
        break;
      case 4:  // a piece again
        copy(*bytes, at, bytes);
        break;
      default:  // a piece of another input
        copy(corpus_[below(corpus_.size())], at, bytes);
        break;
    }
  }

  void copy(const Bytes& source, size_t at, Bytes* bytes) {
    const size_t begin = below(source.size());
    const size_t end = std::min(source.size(), begin + below(64));
    const Bytes piece(source.begin() + static_cast<ptrdiff_t>(begin),
                      source.begin() + static_cast<ptrdiff_t>(end));
    bytes->insert(bytes->begin() + static_cast<ptrdiff_t>(at), piece.begin(), piece.end());
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937_64 random_;
};

// What runs at the moment; a crash or a hang leaves it behind in a file.
const Bytes* running = nullptr;
char path_of_failure[512];

void keep_input(int signal_number) {
  const int file = open(path_of_failure, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  if (file >= 0 && running && write(file, running->data(), running->size()) >= 0) close(file);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void run(const Bytes& bytes) {
  running = &bytes;
  alarm(kSecondsPerInputMax);
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s SECONDS SEED CORPUS…\n", argv[0]);
    return 2;
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[1]));
  const std::vector<Bytes> corpus = read_corpus(argc - 3, argv + 3);
  if (corpus.empty()) {
    std::fprintf(stderr, "no input in the corpus\n");
    return 2;
  }
  std::snprintf(path_of_failure, sizeof(path_of_failure), "%s.input", argv[0]);
  for (const int number : {SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP})
    signal(number, keep_input);
  for (const Bytes& bytes : corpus) run(bytes);
  Mutator mutator(corpus, std::strtoull(argv[2], nullptr, 10));
  int64_t count = 0;
  for (; std::chrono::steady_clock::now() < end; ++count) run(mutator.next());
  std::printf("%zu inputs of the corpus and %lld mutations of seed %s\n", corpus.size(),
              static_cast<long long>(count), argv[2]);
  return 0;
}
