#pragma once
// The lines of a depth file, in exactly the shapes of shared/market/events/depth-line.ts.
#include <cstdint>
#include <string>

#include "book-diff.h"
#include "price-scale.h"

namespace t29 {

struct HeaderFacts {
  std::string instrument;
  double multiplier;
  int levels;
  std::string tradeDate;
};

void appendHeaderLine(std::string& text, const HeaderFacts& facts, const PriceScale& scale);

void appendDepthLine(std::string& text, std::int64_t stampNs, std::int64_t seq, const DepthOperation& operation,
                     bool isLast, const PriceScale& scale);

void appendTradeLine(std::string& text, std::int64_t stampNs, std::int64_t seq, std::int32_t ticks, std::int32_t size,
                     Aggressor aggressor, const PriceScale& scale);

/** The book is void from here (`reset`), or events may be missing here (`gap`). */
void appendBreakLine(std::string& text, const char* kind, std::int64_t stampNs, std::int64_t seq,
                     const std::string& reason);

}  // namespace t29
