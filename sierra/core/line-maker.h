#pragma once
// From what the chart told to the lines of a file.
#include <cstdint>
#include <string>

#include "book.h"
#include "capture-item.h"
#include "price-scale.h"

namespace t29 {

/**
 * Turns items into lines with one growing sequence number, and keeps the book as readers of these lines have it. What is
 * no market event (a price between two ticks, a book out of order) is counted and never written: a gap says so.
 */
class LineMaker {
 public:
  LineMaker(const PriceScale& scale, int levels, std::int64_t lastSeq);

  /** The first line of a run. */
  void begin(std::int64_t stampNs);
  void take(const CaptureItem& item);
  /** Lines that were written are gone. */
  void tellLost(std::int64_t stampNs);
  /** Refusals that no gap has told yet. */
  void tellRefused(std::int64_t stampNs);

  /** Lines since the last `clear`. */
  const std::string& text() const { return text_; }
  void clear() { text_.clear(); }
  std::int64_t lastSeq() const { return seq_; }

 private:
  void takeTrade(const CaptureItem& item);
  void takeBook(const CaptureItem& item);
  void takeBreak(const CaptureItem& item);
  void refuse(const char* why, std::int64_t stampNs);
  void breakLine(const char* kind, std::int64_t stampNs, const std::string& reason);

  const PriceScale scale_;
  const int levels_;
  std::int64_t seq_;
  std::string text_;
  Book book_;
  /** Something was lost: readers need the next book as a whole. */
  bool isVoid_ = false;
  std::int64_t refused_ = 0;
  std::int64_t toldRefusedNs_ = 0;
  const char* whyRefused_ = "";
};

}  // namespace t29
