#pragma once
// What a capture is asked for.
#include <cstddef>
#include <cstdint>
#include <string>

#include "market.h"

namespace t29 {

struct CaptureSettings {
  /** UTF-8; made where it is missing. */
  std::string folder;
  std::string instrument;
  float tickSize = 0;
  /** Currency units of one tick. */
  double valuePerTick = 0;
  int levels = kLevelsMax;
  /** How long lines may wait for the disk. */
  int flushMs = 1000;
  /** A segment of this size or age is closed. */
  std::int64_t segmentBytesMax = 64LL << 20;
  std::int64_t segmentMsMax = 15 * 60'000;
  /** A power of two: some seconds of a busy market while a disk thinks. */
  std::size_t ringSlots = 16'384;
};

/** @returns a plain sentence about what cannot be; empty where all can */
std::string problemOf(const CaptureSettings& settings);

}  // namespace t29
