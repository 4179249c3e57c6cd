#pragma once
// Where the numbering of a stream goes on, whatever became of its files.
#include <cstdint>
#include <map>
#include <string>

namespace t29 {

struct StreamPosition {
  std::int64_t lastSeq = 0;
  /** Highest segment number of each trade date. */
  std::map<std::string, std::int64_t> lastNumber;
};

/**
 * Remembers a segment before it gets its final name: from then on it may be shipped and removed, and its numbers must not
 * be given again. Trade dates long past are forgotten.
 */
bool keepPosition(const std::string& folder, const std::string& instrument, const StreamPosition& position);

/** @returns a plain sentence where the file is damaged; empty where it was read or does not exist */
std::string readPosition(const std::string& folder, const std::string& instrument, StreamPosition& position);

}  // namespace t29
