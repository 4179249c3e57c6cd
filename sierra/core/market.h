#pragma once
// What the chart tells: trades of its time and sales, and its book as a whole.
#include <cstdint>

namespace t29 {

constexpr int kLevelsMax = 10;

/** As IB numbers them, and the files with it. */
enum Side : int { kAsk = 0, kBid = 1 };

enum class Aggressor : std::uint8_t { none, buy, sell };

struct Level {
  double price;
  double size;
};

/** Best level first on each side. Rows at or past `count[side]` mean nothing. */
struct BookSnapshot {
  std::int32_t count[2];
  Level levels[2][kLevelsMax];
};

struct Trade {
  double price;
  double size;
  Aggressor aggressor;
};

/** A record of time and sales: trades, quotes and marks of gaps share one numbering. */
struct Sale {
  enum class Kind : std::uint8_t { trade, gapMark, other };
  std::uint32_t sequence;
  Kind kind;
  Trade trade;
  /** Microseconds since the epoch as the feed tells it; 0 where it does not. */
  std::int64_t timeUs;
};

}  // namespace t29
