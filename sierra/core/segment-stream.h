#pragma once
// From items to files.
#include <cstdint>
#include <string>

#include "capture-settings.h"
#include "intake.h"
#include "line-maker.h"
#include "segment.h"

namespace t29 {

/**
 * Takes items out of the ring, makes lines of them and brings those to the disk: a segment for each trade date, closed when
 * it is large or old. Each call says whether the disk took all; what it refused is brought again by the next call, in the
 * same order and once.
 */
class SegmentStream {
 public:
  SegmentStream(const CaptureSettings& settings, StreamPosition position, CaptureRing& ring, TimeSource& time);

  /** All that the ring holds now. */
  bool pass();
  bool isIdle() const { return isIdle_; }
  /** Nothing more comes: everything to the disk, and the segment closed. */
  bool finish();
  /** Why nothing can be written any more; empty while it can. */
  const std::string& fatal() const { return fatal_; }

 private:
  bool take(const CaptureItem& item);
  bool bringToDisk();
  bool closeFull();
  bool closeSegment();
  bool isFull() const;
  bool enterTradeDate(std::int64_t stampNs);

  const CaptureSettings settings_;
  const int sessionGroup_;
  CaptureRing& ring_;
  TimeSource& time_;
  LineMaker lines_;
  Segment segment_;
  bool hasBegun_ = false;
  bool isIdle_ = false;
  /** Never goes back, also where the clock did while nobody ran: names of files are in the order of their lines. */
  std::string tradeDate_;
  std::int64_t tradeDateMinute_ = -1;
  std::int64_t lastStampNs_ = 0;
  std::int64_t syncedNs_ = 0;
  std::string fatal_;
};

}  // namespace t29
