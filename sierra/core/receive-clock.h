#pragma once
// Stamps of receive times.
#include <cstdint>

#include "time-source.h"

namespace t29 {

/**
 * The steady clock, tied to the system's. Stamps never decrease, whatever is done to the computer's clock. A system clock
 * that goes ahead by more than a second is followed; one that is set back is not, because its stamps would all be equal
 * until the old time is reached: they go on by the steady clock. Both are told.
 */
class ReceiveClock {
 public:
  explicit ReceiveClock(TimeSource& time);

  /** Nanoseconds since the epoch, never less than the stamp before. */
  std::int64_t stampNs();

  /** Milliseconds of the step that the newest stamp found, forward positive; 0 for none. */
  std::int64_t stepMs() const { return stepMs_; }

 private:
  void compare(std::int64_t steadyNs);

  TimeSource& time_;
  std::int64_t offsetNs_;
  std::int64_t comparedNs_;
  std::int64_t lastNs_ = 0;
  std::int64_t stepMs_ = 0;
  /** How far stamps are ahead of a system clock that was set back. */
  std::int64_t aheadNs_ = 0;
};

}  // namespace t29
