#include "chart-data.h"

#include <algorithm>
#include <cmath>

// Windows' headers, which Sierra Chart's may bring, make macros of min and max: hence the parentheses.

namespace t29 {
namespace {

/** 1970-01-01 in days since 1899-12-30. */
constexpr double kEpochDays = 25569;
constexpr double kDayUs = 86'400e6;

std::int64_t unixUsOf(double days) {
  return days > kEpochDays ? std::llround((days - kEpochDays) * kDayUs) : 0;
}

Sale::Kind kindOf(int type) {
  if (type == SC_TS_BID || type == SC_TS_ASK) return Sale::Kind::trade;
  return type == SC_TS_MARKER ? Sale::Kind::gapMark : Sale::Kind::other;
}

/** What was traded at the ask was bought. */
Aggressor aggressorOf(int type) {
  return type == SC_TS_ASK ? Aggressor::buy : type == SC_TS_BID ? Aggressor::sell : Aggressor::none;
}

}  // namespace

void readSales(SCStudyInterfaceRef sc, Intake& intake) {
  c_SCTimeAndSalesArray sales;
  sc.GetTimeAndSales(sales);
  const double multiplier = static_cast<double>(sc.RealTimePriceMultiplier);
  const auto count = static_cast<std::size_t>((std::max)(0, static_cast<int>(sales.Size())));
  intake.sales(count, [&](std::size_t index) {
    const s_TimeAndSales& record = sales[static_cast<int>(index)];
    const Trade trade{static_cast<double>(record.Price) * multiplier, static_cast<double>(record.Volume),
                      aggressorOf(record.Type)};
    return Sale{static_cast<std::uint32_t>(record.Sequence), kindOf(record.Type), trade,
                unixUsOf(record.DateTime.GetAsDouble())};
  });
}

void readBook(SCStudyInterfaceRef sc, int levels, Intake& intake) {
  BookSnapshot book;
  const double multiplier = static_cast<double>(sc.RealTimePriceMultiplier);
  for (const int side : {kAsk, kBid}) {
    const int known = side == kBid ? sc.GetBidMarketDepthNumberOfLevels() : sc.GetAskMarketDepthNumberOfLevels();
    const int count = (std::min)(known, levels);
    int level = 0;
    for (; level < count; level++) {
      s_MarketDepthEntry entry;
      const int isThere = side == kBid ? sc.GetBidMarketDepthEntryAtLevel(entry, level)
                                       : sc.GetAskMarketDepthEntryAtLevel(entry, level);
      if (!isThere) break;
      book.levels[side][level] = {static_cast<double>(entry.Price) * multiplier, static_cast<double>(entry.Quantity)};
    }
    book.count[side] = level;
  }
  intake.book(book);
}

}  // namespace t29
