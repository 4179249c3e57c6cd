#pragma once
// The chart's side of a capture: what must never wait.
#include <cstring>

#include "capture-item.h"
#include "receive-clock.h"
#include "ring.h"
#include "sales-tape.h"

namespace t29 {

using CaptureRing = SpscRing<CaptureItem>;

/**
 * Stamps what the chart tells and puts it into the ring. A ring without room drops and counts; the count becomes a gap in
 * front of what follows, once half of the ring is free again. Of one thread.
 */
class Intake {
 public:
  Intake(CaptureRing& ring, TimeSource& time);

  /** The chart's window of time and sales, oldest first. @param at gives the record at an index */
  template <typename At>
  void sales(std::size_t count, At at) {
    tellDrops();
    tape_.read(count, at, *this);
  }

  /** The whole book. One that is as before is passed over. @returns false where it was dropped */
  bool book(const BookSnapshot& seen);
  bool trade(const Trade& trade);
  void tell(Break cause, std::int64_t a = 0, std::int64_t b = 0);
  /** The next book is told whatever it is. */
  void forgetBook() { hasBook_ = false; }
  /** A gap that waits for room. @returns false where it has to wait on */
  bool tellDrops(bool whateverRoom = false);

  std::size_t room() const { return ring_.room(); }

  // What the tape finds.
  void sale(const Sale& sale);
  void salesMissing(std::int64_t from, std::int64_t to) { tell(Break::salesMissing, from, to); }
  void salesRenumbered(std::int64_t was, std::int64_t now) { tell(Break::salesRenumbered, was, now); }

 private:
  /** A slot with its stamp; null where there is none, and the drop is to be counted. */
  CaptureItem* claim(CaptureItem::Kind kind);
  std::int64_t stamp();
  bool push(Break cause, std::int64_t stampNs, std::int64_t a, std::int64_t b);

  CaptureRing& ring_;
  ReceiveClock clock_;
  SalesTape tape_;
  BookSnapshot lastBook_ = {};
  bool hasBook_ = false;
  std::int64_t droppedTrades_ = 0;
  std::int64_t droppedBooks_ = 0;
  std::int64_t droppedNotes_ = 0;
};

}  // namespace t29
