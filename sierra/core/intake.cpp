#include "intake.h"

namespace t29 {
namespace {

bool isSameSide(const BookSnapshot& a, const BookSnapshot& b, int side) {
  const auto count = static_cast<std::size_t>(b.count[side]);
  return a.count[side] == b.count[side] && std::memcmp(a.levels[side], b.levels[side], count * sizeof(Level)) == 0;
}

void copyBook(BookSnapshot& to, const BookSnapshot& from) {
  for (int side = 0; side < 2; side++) {
    to.count[side] = from.count[side];
    std::memcpy(to.levels[side], from.levels[side], static_cast<std::size_t>(from.count[side]) * sizeof(Level));
  }
}

bool isPossible(const BookSnapshot& seen) {
  for (const std::int32_t count : seen.count)
    if (count < 0 || count > kLevelsMax) return false;
  return true;
}

}  // namespace

Intake::Intake(CaptureRing& ring, TimeSource& time) : ring_(ring), clock_(time), tape_(time.systemNs() / 1000) {}

bool Intake::book(const BookSnapshot& seen) {
  if (!isPossible(seen)) return false;
  if (hasBook_ && isSameSide(lastBook_, seen, kBid) && isSameSide(lastBook_, seen, kAsk)) return true;
  CaptureItem* const item = claim(CaptureItem::Kind::book);
  if (!item) {
    droppedBooks_++;
    hasBook_ = false;
    return false;
  }
  copyBook(item->book, seen);
  ring_.publish();
  copyBook(lastBook_, seen);
  hasBook_ = true;
  return true;
}

bool Intake::trade(const Trade& trade) {
  CaptureItem* const item = claim(CaptureItem::Kind::trade);
  if (!item) {
    droppedTrades_++;
    hasBook_ = false;
    return false;
  }
  item->trade = trade;
  ring_.publish();
  return true;
}

void Intake::sale(const Sale& sale) {
  if (sale.kind == Sale::Kind::trade) trade(sale.trade);
  else if (sale.kind == Sale::Kind::gapMark) tell(Break::salesGapMark);
}

void Intake::tell(Break cause, std::int64_t a, std::int64_t b) {
  if (!tellDrops() || !push(cause, stamp(), a, b)) droppedNotes_++;
}

bool Intake::tellDrops(bool whateverRoom) {
  if (droppedTrades_ + droppedBooks_ + droppedNotes_ == 0) return true;
  if (!whateverRoom && ring_.room() < ring_.slots() / 2) return false;
  if (!push(Break::dropped, stamp(), droppedTrades_, droppedBooks_)) return false;
  droppedTrades_ = droppedBooks_ = droppedNotes_ = 0;
  hasBook_ = false;
  return true;
}

CaptureItem* Intake::claim(CaptureItem::Kind kind) {
  if (!tellDrops()) return nullptr;
  const std::int64_t stampNs = stamp();
  CaptureItem* const item = ring_.claim();
  if (!item) return nullptr;
  item->kind = kind;
  item->stampNs = stampNs;
  return item;
}

std::int64_t Intake::stamp() {
  const std::int64_t stampNs = clock_.stampNs();
  const std::int64_t stepMs = clock_.stepMs();
  if (stepMs == 0) return stampNs;
  const Break cause = stepMs > 0 ? Break::clockForward : Break::clockBack;
  if (!push(cause, stampNs, stepMs > 0 ? stepMs : -stepMs, 0)) droppedNotes_++;
  return stampNs;
}

bool Intake::push(Break cause, std::int64_t stampNs, std::int64_t a, std::int64_t b) {
  CaptureItem* const item = ring_.claim();
  if (!item) return false;
  item->kind = CaptureItem::Kind::breakNote;
  item->stampNs = stampNs;
  item->note = {cause, a, b};
  ring_.publish();
  return true;
}

}  // namespace t29
