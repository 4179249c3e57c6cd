#pragma once
// What crosses from the chart's thread to the writer's.
#include <cstdint>

#include "market.h"

namespace t29 {

/** Why readers cannot rely on having everything, or on the book, from here on. */
enum class Break : std::uint8_t {
  dropped,         // a: trades, b: books
  salesMissing,    // a to b: numbers that time and sales left out
  salesRenumbered, // a: number before, b: first number now
  salesGapMark,
  clockForward,    // a: milliseconds
  clockBack,       // a: milliseconds
  connectionLost,
};

struct BreakNote {
  Break cause;
  std::int64_t a, b;
};

struct CaptureItem {
  enum class Kind : std::uint8_t { trade, book, breakNote };
  Kind kind;
  std::int64_t stampNs;
  union {
    Trade trade;
    BookSnapshot book;
    BreakNote note;
  };
};

}  // namespace t29
