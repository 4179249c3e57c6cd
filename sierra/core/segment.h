#pragma once
// The segment that grows.
#include <cstdint>
#include <string>

#include "disk.h"
#include "event-lines.h"
#include "position-file.h"

namespace t29 {

/**
 * One file at a time, from its header to its final name. What fails has changed nothing that counts and is done once more
 * from the start: lines are written at the offset behind the last ones that the disk took.
 */
class Segment {
 public:
  Segment(const std::string& folder, const HeaderFacts& header, const PriceScale& scale, StreamPosition position);

  bool isOpen() const { return !tradeDate_.empty(); }
  const std::string& tradeDate() const { return tradeDate_; }
  std::int64_t sizeBytes() const { return sizeBytes_; }
  std::int64_t openedNs() const { return openedNs_; }
  const StreamPosition& position() const { return position_; }

  /** The next segment of a trade date, with its header. */
  bool open(const std::string& tradeDate, std::int64_t steadyNs);
  /** Whole lines. @param lastSeq number of the last of them */
  bool append(const std::string& lines, std::int64_t lastSeq);
  /** All lines are on the disk. */
  bool sync();
  /** Flushed, remembered, and under its final name. */
  bool close();
  /** Somebody had taken the file away when it was closed: its lines are lost. */
  bool wasRemoved() const { return wasRemoved_; }

 private:
  const std::string folder_;
  HeaderFacts header_;
  const PriceScale scale_;
  StreamPosition position_;
  disk::File file_;
  std::string path_;
  std::string tradeDate_;
  std::int64_t sizeBytes_ = 0;
  std::int64_t openedNs_ = 0;
  bool isSynced_ = true;
  bool wasRemoved_ = false;
};

}  // namespace t29
