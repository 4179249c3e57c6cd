// Two books and what turns one into the other, a hundred thousand times: the operations give the book, and none could be
// left out.
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "book-diff.h"
#include "random-market.h"
#include "replayed-book.h"

namespace {

constexpr int kPairs = 100'000;

t29::Book bookOf(const t29::BookSnapshot& seen, int levels) {
  t29::Book book;
  const char* const problem = t29::readBook(seen, *t29::PriceScale::of(0.25f), levels, book);
  if (problem) throw std::runtime_error(problem);
  return book;
}

bool has(const t29::BookSide& side, std::int32_t ticks) {
  for (int i = 0; i < side.count; i++)
    if (side.levels[i].ticks == ticks) return true;
  return false;
}

/**
 * Every price that is new takes an insert, every other one whose size changed an update. What vanished takes a delete,
 * unless inserts push it out behind the last level.
 */
int fewest(const t29::BookSide& from, const t29::BookSide& to, int side, int levels) {
  int inserts = 0, updates = 0, deletes = 0, behind = 0;
  for (int i = 0; i < to.count; i++) inserts += !has(from, to.levels[i].ticks);
  for (int i = 0; i < from.count; i++) {
    const t29::BookLevel& level = from.levels[i];
    const std::int32_t worst = to.count > 0 ? to.levels[to.count - 1].ticks : 0;
    const bool isBehind = to.count == 0 || (side == t29::kBid ? level.ticks < worst : level.ticks > worst);
    if (isBehind) behind++;
    else deletes += !has(to, level.ticks);
    for (int j = 0; j < to.count; j++) updates += to.levels[j].ticks == level.ticks && to.levels[j].size != level.size;
  }
  const int room = levels - to.count;
  return inserts + updates + deletes + (behind < room ? behind : room);
}

void check(const t29::Book& from, const t29::Book& to, int levels) {
  t29::DepthOperation operations[t29::kOperationsMax];
  const int count = t29::diffBooks(from, to, levels, operations);
  int expected = 0;
  ReplayedBook book, goal;
  book.levels = goal.levels = static_cast<std::size_t>(levels);
  for (const int side : {t29::kAsk, t29::kBid}) {
    expected += fewest(from.sides[side], to.sides[side], side, levels);
    for (int i = 0; i < from.sides[side].count; i++)
      book.apply(0, side, i, from.sides[side].levels[i].ticks, from.sides[side].levels[i].size);
    for (int i = 0; i < to.sides[side].count; i++)
      goal.apply(0, side, i, to.sides[side].levels[i].ticks, to.sides[side].levels[i].size);
  }
  for (int i = 0; i < count; i++)
    book.apply(operations[i].operation, operations[i].side, operations[i].position, operations[i].level.ticks,
               operations[i].level.size);
  if (book.hash() != goal.hash()) throw std::runtime_error("the operations give another book");
  if (count != expected) throw std::runtime_error("more operations than needed");
}

void run() {
  RandomMarket market(11);
  t29::BookSnapshot before = {};
  for (int pairs = 0; pairs < kPairs;) {
    const MarketStep& step = market.next();
    if (step.kind != MarketStep::Kind::book) continue;
    const int levels = 1 + market.upTo(t29::kLevelsMax);
    check(bookOf(before, levels), bookOf(step.book, levels), levels);
    // Sometimes many steps lie between the two.
    if (market.upTo(3) > 0) before = step.book;
    pairs++;
  }
}

}  // namespace

int main() {
  try {
    run();
    std::printf("%d pairs\n", kPairs);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
