#pragma once
// A market that does everything a market may do, and some that it may not, from one seed.
#include <cstdint>
#include <random>

#include "market.h"

struct MarketStep {
  enum class Kind { trade, book, nonsenseTrade, nonsenseBook };
  Kind kind;
  t29::Trade trade;
  t29::BookSnapshot book;
};

class RandomMarket {
 public:
  explicit RandomMarket(std::uint64_t seed) : random_(seed) {}

  /** Valid until the next one is asked for. */
  const MarketStep& next() {
    const int dice = upTo(100);
    if (dice < 25) {
      trade(dice == 0);
      return step_;
    }
    if (dice < 60) resize();
    else if (dice < 80) move(upTo(2) == 0 ? 1 : -1);
    else if (dice < 90) punch();
    else if (dice < 92) shorten();
    else if (dice == 92) move(upTo(40) - 20);
    else fill();
    show();
    if (upTo(200) == 0) spoil();
    return step_;
  }

  int upTo(int end) { return static_cast<int>(random_() % static_cast<std::uint64_t>(end)); }

 private:
  static constexpr double kTick = 0.25;
  struct Rung {
    int offset;  // ticks away from the best
    int size;
  };
  struct Ladder {
    int count = 0;
    Rung rungs[t29::kLevelsMax];
  };

  void trade(bool isNonsense) {
    const int bid = middle_ - upTo(3);
    step_.kind = isNonsense ? MarketStep::Kind::nonsenseTrade : MarketStep::Kind::trade;
    step_.trade = {bid * kTick, 1.0 + upTo(50), static_cast<t29::Aggressor>(upTo(3))};
    if (!isNonsense) return;
    if (upTo(2) == 0) step_.trade.price += 0.1;
    else step_.trade.size = upTo(2) == 0 ? 0 : -4;
  }

  Ladder& someLadder() { return ladders_[upTo(2)]; }

  void resize() {
    Ladder& ladder = someLadder();
    for (int changes = 1 + upTo(3); changes > 0 && ladder.count > 0; changes--)
      ladder.rungs[upTo(ladder.count)].size = 1 + upTo(500);
  }

  /** The market moves: what falls off one end vanishes, what comes in at the other is new. */
  void move(int ticks) {
    middle_ += ticks;
    for (int side = 0; side < 2; side++) {
      Ladder moved;
      const int shift = side == t29::kBid ? ticks : -ticks;
      for (int i = 0; i < ladders_[side].count; i++) {
        const Rung rung = {ladders_[side].rungs[i].offset + shift, ladders_[side].rungs[i].size};
        if (rung.offset >= 0) moved.rungs[moved.count++] = rung;
      }
      ladders_[side] = moved;
    }
    fill();
  }

  void punch() {
    Ladder& ladder = someLadder();
    if (ladder.count == 0) return;
    const int at = upTo(ladder.count);
    ladder.count--;
    for (int i = at; i < ladder.count; i++) ladder.rungs[i] = ladder.rungs[i + 1];
  }

  void shorten() {
    Ladder& ladder = someLadder();
    ladder.count = upTo(ladder.count + 1);
  }

  /** New levels behind the last one, sometimes with holes between. */
  void fill() {
    for (Ladder& ladder : ladders_)
      while (ladder.count < t29::kLevelsMax) {
        const int last = ladder.count == 0 ? -1 : ladder.rungs[ladder.count - 1].offset;
        ladder.rungs[ladder.count++] = {last + 1 + (upTo(8) == 0 ? 1 : 0), 1 + upTo(500)};
      }
  }

  void show() {
    step_.kind = MarketStep::Kind::book;
    t29::BookSnapshot& book = step_.book;
    for (int side = 0; side < 2; side++) {
      const int best = side == t29::kBid ? middle_ : middle_ + 1;
      book.count[side] = ladders_[side].count;
      for (int i = 0; i < ladders_[side].count; i++) {
        const int offset = ladders_[side].rungs[i].offset;
        const int ticks = side == t29::kBid ? best - offset : best + offset;
        book.levels[side][i] = {ticks * kTick, static_cast<double>(ladders_[side].rungs[i].size)};
      }
    }
  }

  void spoil() {
    const int side = upTo(2);
    const int count = step_.book.count[side];
    if (count < 2) return;
    t29::Level* const levels = step_.book.levels[side];
    switch (upTo(3)) {
      case 0:
        levels[upTo(count)].price += 0.07;
        break;
      case 1:
        levels[upTo(count)].size = -1.0 * upTo(2);
        break;
      default:
        levels[count - 1].price = levels[0].price;
    }
    step_.kind = MarketStep::Kind::nonsenseBook;
  }

  std::mt19937_64 random_;
  MarketStep step_ = {};
  int middle_ = 12'000;
  Ladder ladders_[2];
};
