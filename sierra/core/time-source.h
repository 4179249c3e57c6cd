#pragma once
// The two clocks of a computer.
#include <cstdint>

namespace t29 {

/** Tests put one of their own in its place. */
class TimeSource {
 public:
  virtual ~TimeSource() = default;
  /** Never decreases; its zero means nothing. */
  virtual std::int64_t steadyNs() = 0;
  /** Since the epoch, UTC; somebody may set it. */
  virtual std::int64_t systemNs() = 0;
};

/** The computer's own. */
TimeSource& computerTime();

}  // namespace t29
