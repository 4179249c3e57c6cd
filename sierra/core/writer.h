#pragma once
// The thread that writes.
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "capture-settings.h"
#include "disk.h"
#include "intake.h"
#include "segment-stream.h"

namespace t29 {

/** A sentence for the chart's log. */
struct Message {
  char text[400];
};

enum class CaptureState { starting, running, refused, ended };

/**
 * Does everything that may wait: takes the lock, closes what a crash left open, writes, and tries again what the disk
 * refuses, while the ring fills.
 */
class Writer {
 public:
  Writer(const CaptureSettings& settings, CaptureRing& ring, TimeSource& time);
  ~Writer();

  /** Writes what is in the ring and closes the segment; gives up where the disk refuses it for some seconds. */
  void end();

  CaptureState state() const { return state_.load(std::memory_order_acquire); }
  /** Of the chart's thread: the oldest sentence for its log; null where there is none. */
  const Message* message() { return messages_.front(); }
  void messageShown() { messages_.pop(); }

 private:
  enum class Step { done, waits, idle, over };

  void run();
  void loop();
  Step start();
  bool lock();
  Step work();
  bool mayRetry();
  void trouble(const std::string& what);
  void troubleIsOver();
  void refuse(const std::string& why);
  void say(const std::string& words);

  const CaptureSettings settings_;
  CaptureRing& ring_;
  TimeSource& time_;
  SpscRing<Message> messages_;
  std::atomic<CaptureState> state_{CaptureState::starting};
  std::atomic<bool> isEnding_{false};
  disk::Lock lock_;
  bool isLocked_ = false;
  int lockTries_ = 0;
  std::unique_ptr<SegmentStream> stream_;
  std::int64_t endAskedNs_ = 0;
  std::string trouble_;
  /** Last, because it begins to work at once. */
  std::thread thread_;
};

}  // namespace t29
