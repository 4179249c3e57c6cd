#pragma once
// What must be in the files, in order.
#include <cstdint>
#include <vector>

#include "market.h"
#include "replayed-book.h"

struct ExpectedEvent {
  bool isTrade;
  std::uint64_t hash;
};

inline std::uint64_t hashOfTrade(long ticks, long size, char aggressor) {
  std::uint64_t sum = ReplayedBook::kHashStart;
  for (const long value : {ticks, size, static_cast<long>(aggressor)}) ReplayedBook::mix(sum, value);
  return sum;
}

class ExpectedEvents {
 public:
  static long ticksOf(double price) { return static_cast<long>(price * 4); }

  void trade(const t29::Trade& trade) {
    const char letter = trade.aggressor == t29::Aggressor::buy ? 'b' : trade.aggressor == t29::Aggressor::sell ? 's' : 'n';
    events.push_back({true, hashOfTrade(ticksOf(trade.price), static_cast<long>(trade.size), letter)});
  }

  /** A book that is as the one before needs no line. */
  void book(const t29::BookSnapshot& seen) {
    const std::uint64_t hash = hashOf(seen);
    if (isKnown_ && hash == last_) return;
    events.push_back({false, hash});
    last_ = hash;
    isKnown_ = true;
  }

  /** As `ReplayedBook` has it. */
  static std::uint64_t hashOf(const t29::BookSnapshot& seen) {
    std::uint64_t sum = ReplayedBook::kHashStart;
    for (int side = 0; side < 2; side++) {
      ReplayedBook::mix(sum, seen.count[side]);
      for (int i = 0; i < seen.count[side]; i++) {
        ReplayedBook::mix(sum, ticksOf(seen.levels[side][i].price));
        ReplayedBook::mix(sum, static_cast<long>(seen.levels[side][i].size));
      }
    }
    return sum;
  }

  /** Something was dropped: the next book is written whatever it is. */
  void forgetBook() { isKnown_ = false; }

  std::vector<ExpectedEvent> events;

 private:
  std::uint64_t last_ = ReplayedBook().hash();
  bool isKnown_ = true;
};
