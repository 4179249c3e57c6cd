#include "book-diff.h"

namespace t29 {
namespace {

/** One side while it is walked. */
class SideDiff {
 public:
  SideDiff(const BookSide& from, int side, int levels, DepthOperation* out)
      : book_(from), side_(side), levels_(levels), out_(out) {}

  int run(const BookSide& to) {
    deleteVanished(to);
    for (int i = 0; i < to.count; i++) {
      const BookLevel& level = to.levels[i];
      const bool isThere = i < book_.count && book_.levels[i].ticks == level.ticks;
      if (!isThere) insert(i, level);
      else if (book_.levels[i].size != level.size) update(i, level);
    }
    while (book_.count > to.count) remove(book_.count - 1);
    return count_;
  }

 private:
  bool isBetter(std::int32_t a, std::int32_t b) const { return side_ == kBid ? a > b : a < b; }

  /** Prices behind the last one of `to` stay for now: inserts push them out for nothing. */
  void deleteVanished(const BookSide& to) {
    for (int i = 0, j = 0; i < book_.count && j < to.count;) {
      const std::int32_t ticks = book_.levels[i].ticks;
      if (ticks == to.levels[j].ticks) {
        i++;
        j++;
      } else if (isBetter(ticks, to.levels[j].ticks)) remove(i);
      else j++;
    }
  }

  void insert(int at, const BookLevel& level) {
    out_[count_++] = {kInsert, side_, at, level};
    if (book_.count < levels_) book_.count++;
    for (int i = book_.count - 1; i > at; i--) book_.levels[i] = book_.levels[i - 1];
    book_.levels[at] = level;
  }

  void update(int at, const BookLevel& level) {
    out_[count_++] = {kUpdate, side_, at, level};
    book_.levels[at] = level;
  }

  void remove(int at) {
    out_[count_++] = {kDelete, side_, at, {0, 0}};
    book_.count--;
    for (int i = at; i < book_.count; i++) book_.levels[i] = book_.levels[i + 1];
  }

  BookSide book_;
  const int side_;
  const int levels_;
  DepthOperation* const out_;
  int count_ = 0;
};

}  // namespace

int diffBooks(const Book& from, const Book& to, int levels, DepthOperation* operations) {
  const int bids = SideDiff(from.sides[kBid], kBid, levels, operations).run(to.sides[kBid]);
  return bids + SideDiff(from.sides[kAsk], kAsk, levels, operations + bids).run(to.sides[kAsk]);
}

}  // namespace t29
