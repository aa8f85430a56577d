// A list whose copies share their elements. One that differs from another in a few places holds anew
// only the parts around those: each level of a plan passes hundreds of columns on to the next, which
// changes or adds one.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace firesteel::plan {

// As a vector to those who read. Elements change through `writable`, `push_back`, `append` and
// `erase_if` alone, which no other list sees; they invalidate references and iterators as a vector's
// would. Equal addresses of two lists' elements mean a shared part.
template <typename T>
class SharedList {
 public:
  using value_type = T;

  class const_iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    const_iterator() = default;
    const_iterator(const SharedList* list, difference_type at) : list_(list), at_(at) {}
    reference operator*() const { return (*list_)[static_cast<size_t>(at_)]; }
    pointer operator->() const { return &**this; }
    reference operator[](difference_type n) const { return *(*this + n); }
    const_iterator& operator++() { return *this += 1; }
    const_iterator& operator--() { return *this -= 1; }
    const_iterator operator++(int) { return std::exchange(*this, *this + 1); }
    const_iterator operator--(int) { return std::exchange(*this, *this - 1); }
    const_iterator& operator+=(difference_type n) {
      at_ += n;
      return *this;
    }
    const_iterator& operator-=(difference_type n) { return *this += -n; }
    friend const_iterator operator+(const_iterator i, difference_type n) { return i += n; }
    friend const_iterator operator+(difference_type n, const_iterator i) { return i += n; }
    friend const_iterator operator-(const_iterator i, difference_type n) { return i -= n; }
    friend difference_type operator-(const_iterator a, const_iterator b) { return a.at_ - b.at_; }
    friend auto operator<=>(const const_iterator&, const const_iterator&) = default;

   private:
    const SharedList* list_ = nullptr;
    difference_type at_ = 0;
  };
  using iterator = const_iterator;

  SharedList() = default;
  // From a vector and back without a word: most lists are built as vectors.
  SharedList(std::vector<T> elements) : size_(elements.size()) {  // NOLINT(google-explicit-constructor)
    if (size_ > 0 && size_ <= kPartSize) parts_.push_back(std::make_shared<Part>(std::move(elements)));
    for (size_t at = 0; size_ > kPartSize && at < size_; at += kPartSize) {
      const auto first = std::make_move_iterator(elements.begin() + static_cast<std::ptrdiff_t>(at));
      const auto count = static_cast<std::ptrdiff_t>(std::min(kPartSize, size_ - at));
      parts_.push_back(std::make_shared<Part>(first, first + count));
    }
  }
  SharedList(std::initializer_list<T> elements) : SharedList(std::vector<T>(elements)) {}
  template <std::input_iterator Iterator>
  SharedList(Iterator first, Iterator last) : SharedList(std::vector<T>(first, last)) {}
  operator std::vector<T>() const { return {begin(), end()}; }  // NOLINT(google-explicit-constructor)

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](size_t at) const { return (*parts_[at / kPartSize])[at % kPartSize]; }
  const T& at(size_t at) const { return parts_.at(at / kPartSize)->at(at % kPartSize); }
  const T& front() const { return (*this)[0]; }
  const T& back() const { return (*this)[size_ - 1]; }
  // Whether both hold the same elements, which equal lists that were made apart do not.
  bool is_shared_with(const SharedList& other) const { return parts_ == other.parts_; }
  const_iterator begin() const { return {this, 0}; }
  const_iterator end() const { return {this, static_cast<std::ptrdiff_t>(size_)}; }

  T& writable(size_t at) { return own(parts_[at / kPartSize], 0)[at % kPartSize]; }
  void push_back(T element) {
    if (size_ % kPartSize == 0) parts_.push_back(std::make_shared<Part>());
    own(parts_.back(), 1).push_back(std::move(element));
    ++size_;
  }
  template <typename Iterator>
  void append(Iterator first, Iterator last) {
    for (; first != last; ++first) push_back(*first);
  }
  template <typename Predicate>
  friend void erase_if(SharedList& list, const Predicate& is_gone) {
    if (std::none_of(list.begin(), list.end(), is_gone)) return;
    std::vector<T> kept;
    for (const T& element : list) {
      if (!is_gone(element)) kept.push_back(element);
    }
    list = SharedList(std::move(kept));
  }

 private:
  static constexpr size_t kPartSize = 32;
  using Part = std::vector<T>;  // all but the last are full

  // The part, copied if other lists hold it too; a copy has room for `more` elements.
  static Part& own(std::shared_ptr<Part>& part, size_t more) {
    if (part.use_count() > 1) {
      auto copy = std::make_shared<Part>();
      copy->reserve(part->size() + more);
      copy->assign(part->begin(), part->end());
      part = std::move(copy);
    }
    return *part;
  }

  std::vector<std::shared_ptr<Part>> parts_;
  size_t size_ = 0;
};

}  // namespace firesteel::plan
