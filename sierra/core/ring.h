#pragma once
// A bounded queue between two threads that never wait for each other.
#include <atomic>
#include <cstddef>
#include <memory>

namespace t29 {

/** One producer, one consumer. Items are filled and read in place; all memory is touched before the first. */
template <typename T>
class SpscRing {
 public:
  /** @param slots a power of two */
  explicit SpscRing(std::size_t slots) : mask_(slots - 1), items_(new T[slots]()) {}

  /** Of the producer: the next item to fill; null while the ring is full. */
  T* claim() {
    const std::size_t at = written_.load(std::memory_order_relaxed);
    if (at - readSeen_ > mask_) {
      readSeen_ = read_.load(std::memory_order_acquire);
      if (at - readSeen_ > mask_) return nullptr;
    }
    return &items_[at & mask_];
  }

  /** Of the producer: hands over what `claim` gave. */
  void publish() { written_.store(written_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

  /** Of the consumer: the oldest item; null while there is none. */
  const T* front() {
    const std::size_t at = read_.load(std::memory_order_relaxed);
    if (at == writtenSeen_) {
      writtenSeen_ = written_.load(std::memory_order_acquire);
      if (at == writtenSeen_) return nullptr;
    }
    return &items_[at & mask_];
  }

  /** Of the consumer: gives the slot of `front` back. */
  void pop() { read_.store(read_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

  /** Of the producer: slots that are free at least. */
  std::size_t room() const {
    return mask_ + 1 - (written_.load(std::memory_order_relaxed) - read_.load(std::memory_order_acquire));
  }

  std::size_t slots() const { return mask_ + 1; }

 private:
  const std::size_t mask_;
  const std::unique_ptr<T[]> items_;
  // Each side's counters lie in cache lines of their own: else every item would cost both threads a transfer.
  alignas(64) std::atomic<std::size_t> written_{0};
  std::size_t readSeen_ = 0;
  alignas(64) std::atomic<std::size_t> read_{0};
  std::size_t writtenSeen_ = 0;
};

}  // namespace t29
