#pragma once
// Names of the files in a capture folder.
#include <cstdint>
#include <optional>
#include <string>

namespace t29 {

/** What grows carries this behind its final name; nobody else may touch it. */
constexpr const char* kOpenSuffix = ".open";

struct SegmentName {
  std::string tradeDate;
  /** 1 for the first segment of a trade date. */
  std::int64_t number;
  bool isOpen;
  /** Somebody packed it since. */
  bool isPacked;
};

std::string segmentFile(const std::string& instrument, const std::string& tradeDate, std::int64_t number);

/** Nothing where a file is no segment of this instrument. */
std::optional<SegmentName> parseSegmentFile(const std::string& file, const std::string& instrument);

/** Whether text is a date of the form YYYY-MM-DD. */
bool isDate(const std::string& text);

}  // namespace t29
