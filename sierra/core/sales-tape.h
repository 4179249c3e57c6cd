#pragma once
// Which records of time and sales are new.
#include <cstddef>
#include <cstdint>

#include "market.h"

namespace t29 {

/**
 * Follows the chart's window of time and sales by its sequence numbers. The chart gives the whole window at each call; what
 * is in it at the first one is history and is not recorded. Numbers that are left out are told. A numbering that begins anew
 * (a reload, a new day) is told, and only records later than the last one before it are taken: whatever is told twice is
 * recorded once.
 *
 * A sink has sale(const Sale&), salesMissing(from, to) and salesRenumbered(was, now).
 */
class SalesTape {
 public:
  /** @param startUs when the capture began, microseconds since the epoch: what is much older is history */
  explicit SalesTape(std::int64_t startUs) : historyEndUs_(startUs - kClockDifferenceUs) {}

  /** @param at gives the record at an index of the window, oldest first */
  template <typename At, typename Sink>
  void read(std::size_t count, At at, Sink& sink) {
    if (!hasBegun_) {
      hasBegun_ = true;
      if (count > 0) keep(at(count - 1));
      return;
    }
    if (count == 0 || isLast(at(count - 1))) return;
    bool isRenumbered = false;
    std::size_t next = firstNew(count, at, isRenumbered);
    if (isRenumbered) renumber(at(next).sequence, sink);
    for (; next < count; next++) take(at(next), sink);
  }

 private:
  /** How far the computer's clock may be off, at most. */
  static constexpr std::int64_t kClockDifferenceUs = 10'000'000;

  bool isLast(const Sale& sale) const {
    return hasLast_ && sale.sequence == last_.sequence && sale.timeUs == last_.timeUs && sale.kind == last_.kind &&
           sale.trade.price == last_.trade.price && sale.trade.size == last_.trade.size;
  }

  /** Index of the first record behind the last one read; where numbers began anew, of the first of the new numbering. */
  template <typename At>
  std::size_t firstNew(std::size_t count, At at, bool& isRenumbered) const {
    const std::uint32_t newest = at(count - 1).sequence;
    isRenumbered = hasLast_ && newest <= last_.sequence;
    std::size_t first = count;
    for (std::uint32_t above = newest; first > 0; first--) {
      const Sale sale = at(first - 1);
      if (isLast(sale) || (first < count && sale.sequence >= above)) break;
      if (hasLast_ && !isRenumbered) {
        if (sale.sequence < last_.sequence) break;
        // The number of the last record, with other contents.
        if (sale.sequence == last_.sequence) isRenumbered = true;
      }
      above = sale.sequence;
    }
    return first;
  }

  template <typename Sink>
  void renumber(std::uint32_t now, Sink& sink) {
    sink.salesRenumbered(last_.sequence, now);
    hasLast_ = false;
    passedOverUs_ = newestUs_;
  }

  template <typename Sink>
  void take(const Sale& sale, Sink& sink) {
    if (hasLast_ && sale.sequence > last_.sequence + 1) sink.salesMissing(last_.sequence + 1, sale.sequence - 1);
    keep(sale);
    const bool isHistory = sale.timeUs > 0 && (sale.timeUs < historyEndUs_ || sale.timeUs <= passedOverUs_);
    if (!isHistory) sink.sale(sale);
  }

  void keep(const Sale& sale) {
    last_ = sale;
    hasLast_ = true;
    if (sale.timeUs > newestUs_) newestUs_ = sale.timeUs;
  }

  const std::int64_t historyEndUs_;
  /** After a numbering began anew, what is not later than this was told before. */
  std::int64_t passedOverUs_ = 0;
  std::int64_t newestUs_ = 0;
  Sale last_ = {};
  bool hasBegun_ = false;
  bool hasLast_ = false;
};

}  // namespace t29
