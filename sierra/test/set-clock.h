#pragma once
// A computer's clocks in a test's hand.
#include <atomic>

#include "time-source.h"

class SetClock final : public t29::TimeSource {
 public:
  explicit SetClock(std::int64_t systemMs) : steady_(5'000'000'000), system_(systemMs * 1'000'000) {}

  std::int64_t steadyNs() override { return steady_; }
  std::int64_t systemNs() override { return system_; }

  void pass(std::int64_t ms) {
    steady_ += ms * 1'000'000;
    system_ += ms * 1'000'000;
  }
  /** Somebody sets the computer's clock. */
  void step(std::int64_t ms) { system_ += ms * 1'000'000; }

 private:
  // The writer looks at them too.
  std::atomic<std::int64_t> steady_, system_;
};
