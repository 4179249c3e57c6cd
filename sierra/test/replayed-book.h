#pragma once
// Another book than the study's own: what a reader of the lines makes of them.
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

class ReplayedBook {
 public:
  void apply(int operation, int side, int position, long ticks, long size) {
    auto& levels = sides_[side];
    const auto at = static_cast<std::size_t>(position);
    if (operation == 0) {
      if (at > levels.size() || at >= kLevels) throw std::runtime_error("insert outside the book");
      levels.insert(levels.begin() + position, {ticks, size});
      if (levels.size() > kLevels) levels.pop_back();
      return;
    }
    if (at >= levels.size()) throw std::runtime_error("operation outside the book");
    if (operation == 2) levels.erase(levels.begin() + position);
    else if (levels[at].first != ticks) throw std::runtime_error("an update changed a price");
    else levels[at].second = size;
  }

  void clear() {
    for (auto& levels : sides_) levels.clear();
  }

  std::uint64_t hash() const {
    std::uint64_t sum = 1469598103934665603u;
    for (const auto& levels : sides_) {
      mix(sum, static_cast<long>(levels.size()));
      for (const auto& [ticks, size] : levels) {
        mix(sum, ticks);
        mix(sum, size);
      }
    }
    return sum;
  }

  static void mix(std::uint64_t& sum, long value) { sum = (sum ^ static_cast<std::uint64_t>(value)) * 1099511628211u; }

 private:
  static constexpr std::size_t kLevels = 10;
  std::vector<std::pair<long, long>> sides_[2];
};
