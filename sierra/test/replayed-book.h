#pragma once
// Another book than the study's own: what a reader of the lines makes of them.
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

class ReplayedBook {
 public:
  static constexpr std::uint64_t kHashStart = 1469598103934665603u;
  std::size_t levels = 10;

  void apply(int operation, int side, int position, long ticks, long size) {
    auto& rungs = sides_[side];
    const auto at = static_cast<std::size_t>(position);
    if (operation == 0) {
      if (at > rungs.size() || at >= levels) throw std::runtime_error("insert outside the book");
      rungs.insert(rungs.begin() + position, {ticks, size});
      if (rungs.size() > levels) rungs.pop_back();
      return;
    }
    if (at >= rungs.size()) throw std::runtime_error("operation outside the book");
    if (operation == 2) rungs.erase(rungs.begin() + position);
    else if (rungs[at].first != ticks) throw std::runtime_error("an update changed a price");
    else rungs[at].second = size;
  }

  void clear() {
    for (auto& rungs : sides_) rungs.clear();
  }

  std::uint64_t hash() const {
    std::uint64_t sum = kHashStart;
    for (const auto& rungs : sides_) {
      mix(sum, static_cast<long>(rungs.size()));
      for (const auto& [ticks, size] : rungs) {
        mix(sum, ticks);
        mix(sum, size);
      }
    }
    return sum;
  }

  static void mix(std::uint64_t& sum, long value) { sum = (sum ^ static_cast<std::uint64_t>(value)) * 1099511628211u; }

 private:
  std::vector<std::pair<long, long>> sides_[2];
};
