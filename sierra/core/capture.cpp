#include "capture.h"

#include <chrono>
#include <thread>

namespace t29 {
namespace {

constexpr auto kLookAgain = std::chrono::milliseconds(5);
constexpr int kLooksMax = 200;

}  // namespace

Capture::Capture(const CaptureSettings& settings, TimeSource& time)
    : ring_(settings.ringSlots), intake_(ring_, time), writer_(settings, ring_, time) {}

void Capture::end() {
  // What was dropped last is told too, once there is a slot for it.
  for (int looks = 0; !intake_.tellDrops(true) && state() != CaptureState::refused && looks < kLooksMax; looks++)
    std::this_thread::sleep_for(kLookAgain);
  writer_.end();
}

}  // namespace t29
