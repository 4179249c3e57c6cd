#pragma once
// Units of time.
#include <cstdint>

namespace t29 {

constexpr std::int64_t kMsNs = 1'000'000;
constexpr std::int64_t kSecondNs = 1000 * kMsNs;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 1440 * kMinuteMs;

}  // namespace t29
