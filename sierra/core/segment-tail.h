#pragma once
// The end of a segment that somebody may have cut anywhere.
#include <cstdint>
#include <string>

#include "disk.h"

namespace t29 {

struct SegmentTail {
  std::int64_t sizeBytes = 0;
  /** Up to and with the last line that is whole; 0 where there is none, not even a header. */
  std::int64_t wholeBytes = 0;
  /** Of the last whole line that has them; 0 where none has. */
  std::int64_t lastSeq = 0;
  std::int64_t lastStampNs = 0;
  /** That line; empty where none has them. */
  std::string lastLine;
};

/** @returns false where the disk cannot read it */
bool readSegmentTail(disk::File& file, SegmentTail& tail);

}  // namespace t29
