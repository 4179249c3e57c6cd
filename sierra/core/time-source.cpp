#include "time-source.h"

#include <chrono>

#ifdef _WIN32
#include <windows.h>
#endif

namespace t29 {
namespace {

class ComputerTime final : public TimeSource {
 public:
  std::int64_t steadyNs() override {
    using std::chrono::steady_clock;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count();
  }

  std::int64_t systemNs() override {
#ifdef _WIN32
    // The library's clock may have the grain of the timer, 15 ms.
    constexpr std::int64_t kTicksTo1970 = 116444736000000000;
    FILETIME time;
    GetSystemTimePreciseAsFileTime(&time);
    const std::int64_t ticks = (static_cast<std::int64_t>(time.dwHighDateTime) << 32) | time.dwLowDateTime;
    return (ticks - kTicksTo1970) * 100;
#else
    using std::chrono::system_clock;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(system_clock::now().time_since_epoch()).count();
#endif
  }
};

}  // namespace

TimeSource& computerTime() {
  static ComputerTime time;
  return time;
}

}  // namespace t29
