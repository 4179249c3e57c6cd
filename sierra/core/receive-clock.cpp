#include "receive-clock.h"

#include "units.h"

namespace t29 {
namespace {

/** Beyond this somebody set the clock. */
constexpr std::int64_t kStepNs = kSecondNs;
/** Up to this much the steady clock is left alone. */
constexpr std::int64_t kDriftNsMax = 20 * kMsNs;
constexpr std::int64_t kCompareEveryNs = 250 * kMsNs;

}  // namespace

ReceiveClock::ReceiveClock(TimeSource& time) : time_(time) {
  comparedNs_ = time.steadyNs();
  offsetNs_ = time.systemNs() - comparedNs_;
}

std::int64_t ReceiveClock::stampNs() {
  const std::int64_t steadyNs = time_.steadyNs();
  stepMs_ = 0;
  if (steadyNs - comparedNs_ > kCompareEveryNs) compare(steadyNs);
  const std::int64_t ns = steadyNs + offsetNs_;
  if (ns > lastNs_) lastNs_ = ns;
  return lastNs_;
}

void ReceiveClock::compare(std::int64_t steadyNs) {
  comparedNs_ = steadyNs;
  const std::int64_t systemOffsetNs = time_.systemNs() - steadyNs;
  // A clock that was set back and is known to be is compared with where it is, so that one step is told once.
  const std::int64_t driftNs = systemOffsetNs + aheadNs_ - offsetNs_;
  if (driftNs >= -kDriftNsMax && driftNs <= kDriftNsMax) return;
  if (driftNs < -kStepNs) {
    aheadNs_ = offsetNs_ - systemOffsetNs;
    stepMs_ = driftNs / kMsNs;
    return;
  }
  if (aheadNs_ > 0) {
    // It comes nearer again: what is left of the lead stays a lead.
    aheadNs_ -= driftNs;
    if (aheadNs_ > 0) return;
    aheadNs_ = 0;
  }
  if (systemOffsetNs - offsetNs_ > kStepNs) stepMs_ = (systemOffsetNs - offsetNs_) / kMsNs;
  offsetNs_ = systemOffsetNs;
}

}  // namespace t29
