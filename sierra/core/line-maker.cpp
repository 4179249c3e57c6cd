#include "line-maker.h"

#include "book-diff.h"
#include "break-reason.h"
#include "event-lines.h"
#include "units.h"

namespace t29 {
namespace {

/** A chart that tells nothing but nonsense must not fill the disk with gaps. */
constexpr std::int64_t kTellEveryNs = kSecondNs;

}  // namespace

LineMaker::LineMaker(const PriceScale& scale, int levels, std::int64_t lastSeq)
    : scale_(scale), levels_(levels), seq_(lastSeq) {}

void LineMaker::begin(std::int64_t stampNs) { breakLine("reset", stampNs, "the study begins"); }

void LineMaker::take(const CaptureItem& item) {
  switch (item.kind) {
    case CaptureItem::Kind::trade:
      return takeTrade(item);
    case CaptureItem::Kind::book:
      return takeBook(item);
    case CaptureItem::Kind::breakNote:
      return takeBreak(item);
  }
}

void LineMaker::takeTrade(const CaptureItem& item) {
  const auto ticks = scale_.ticksOf(item.trade.price);
  if (!ticks) return refuse("the price of a trade is no multiple of the tick size", item.stampNs);
  const std::int32_t size = contractsOf(item.trade.size);
  if (size == 0) return refuse("the size of a trade is no whole positive number of contracts", item.stampNs);
  tellRefused(item.stampNs);
  appendTradeLine(text_, item.stampNs, ++seq_, *ticks, size, item.trade.aggressor, scale_);
}

void LineMaker::takeBook(const CaptureItem& item) {
  Book next;
  if (const char* why = readBook(item.book, scale_, levels_, next)) return refuse(why, item.stampNs);
  tellRefused(item.stampNs);
  if (isVoid_) {
    breakLine("reset", item.stampNs, "the book begins anew");
    book_ = Book();
    isVoid_ = false;
  }
  DepthOperation operations[kOperationsMax];
  const int count = diffBooks(book_, next, levels_, operations);
  for (int i = 0; i < count; i++)
    appendDepthLine(text_, item.stampNs, ++seq_, operations[i], i == count - 1, scale_);
  book_ = next;
}

void LineMaker::takeBreak(const CaptureItem& item) {
  tellRefused(item.stampNs);
  breakLine("gap", item.stampNs, reasonOf(item.note));
  if (item.note.cause == Break::dropped || item.note.cause == Break::connectionLost) isVoid_ = true;
}

void LineMaker::tellLost(std::int64_t stampNs) {
  breakLine("gap", stampNs, "somebody removed the segment that grew: its lines are lost");
  isVoid_ = true;
}

void LineMaker::refuse(const char* why, std::int64_t stampNs) {
  refused_++;
  const bool isOther = why != whyRefused_;
  whyRefused_ = why;
  if (isOther || stampNs - toldRefusedNs_ >= kTellEveryNs) tellRefused(stampNs);
}

void LineMaker::tellRefused(std::int64_t stampNs) {
  if (refused_ == 0) return;
  const std::string count = refused_ == 1 ? "" : std::to_string(refused_) + " trades or books were refused, the last: ";
  breakLine("gap", stampNs, count + whyRefused_);
  refused_ = 0;
  toldRefusedNs_ = stampNs;
}

void LineMaker::breakLine(const char* kind, std::int64_t stampNs, const std::string& reason) {
  appendBreakLine(text_, kind, stampNs, ++seq_, reason);
}

}  // namespace t29
