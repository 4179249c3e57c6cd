#include "segment-stream.h"

#include "trade-date.h"
#include "units.h"

namespace t29 {
namespace {

constexpr std::size_t kTextBytesMax = 256 * 1024;

HeaderFacts headerOf(const CaptureSettings& settings) {
  const PriceScale scale = *PriceScale::of(settings.tickSize);
  return {settings.instrument, settings.valuePerTick / scale.tickSize(), settings.levels, ""};
}

}  // namespace

SegmentStream::SegmentStream(const CaptureSettings& settings, StreamPosition position, CaptureRing& ring,
                             TimeSource& time)
    : settings_(settings),
      sessionGroup_(sessionGroupOf(settings.instrument)),
      ring_(ring),
      time_(time),
      lines_(*PriceScale::of(settings.tickSize), settings.levels, position.lastSeq),
      segment_(settings.folder, headerOf(settings), *PriceScale::of(settings.tickSize), position),
      tradeDate_(position.lastNumber.empty() ? "" : position.lastNumber.rbegin()->first) {}

bool SegmentStream::pass() {
  isIdle_ = false;
  if (!bringToDisk()) return false;
  while (const CaptureItem* item = ring_.front()) {
    if (!take(*item)) return false;
    ring_.pop();
    if (lines_.text().size() >= kTextBytesMax && !bringToDisk()) return false;
  }
  isIdle_ = true;
  if (!bringToDisk() || !closeFull()) return false;
  const std::int64_t nowNs = time_.steadyNs();
  if (nowNs - syncedNs_ < settings_.flushMs * kMsNs) return true;
  syncedNs_ = nowNs;
  return segment_.sync();
}

bool SegmentStream::finish() {
  if (lastStampNs_ > 0) lines_.tellRefused(lastStampNs_);
  return bringToDisk() && closeSegment();
}

/** @returns false, and has done nothing with the item, where the disk refused what comes before it */
bool SegmentStream::take(const CaptureItem& item) {
  if (!enterTradeDate(item.stampNs)) return false;
  const bool isOver = segment_.isOpen() && (segment_.tradeDate() != tradeDate_ || isFull());
  if (isOver && !(bringToDisk() && closeSegment())) return false;
  if (!segment_.isOpen() && !segment_.open(tradeDate_, time_.steadyNs())) return false;
  if (!hasBegun_) lines_.begin(item.stampNs);
  hasBegun_ = true;
  lines_.take(item);
  lastStampNs_ = item.stampNs;
  return true;
}

bool SegmentStream::enterTradeDate(std::int64_t stampNs) {
  const std::int64_t minute = stampNs / (kMinuteMs * kMsNs);
  if (minute == tradeDateMinute_) return true;
  const std::string date = tradeDateOf(sessionGroup_, stampNs / kMsNs);
  if (date.empty()) {
    fatal_ = "the computer's clock is outside the years of the trading calendar: nothing more is written";
    return false;
  }
  tradeDateMinute_ = minute;
  if (date > tradeDate_) tradeDate_ = date;
  return true;
}

bool SegmentStream::bringToDisk() {
  if (lines_.text().empty()) return true;
  if (!segment_.isOpen() && !segment_.open(tradeDate_, time_.steadyNs())) return false;
  if (!segment_.append(lines_.text(), lines_.lastSeq())) return false;
  lines_.clear();
  return true;
}

/** A quiet market must not keep a segment open. */
bool SegmentStream::closeFull() { return !segment_.isOpen() || !isFull() || closeSegment(); }

bool SegmentStream::closeSegment() {
  const bool wasOpen = segment_.isOpen();
  if (!segment_.close()) return false;
  if (wasOpen && segment_.wasRemoved()) lines_.tellLost(lastStampNs_);
  return true;
}

bool SegmentStream::isFull() const {
  const std::int64_t ageNs = time_.steadyNs() - segment_.openedNs();
  const auto waiting = static_cast<std::int64_t>(lines_.text().size());
  return segment_.sizeBytes() + waiting >= settings_.segmentBytesMax || ageNs >= settings_.segmentMsMax * kMsNs;
}

}  // namespace t29
