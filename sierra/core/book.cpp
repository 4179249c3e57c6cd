#include "book.h"

namespace t29 {
namespace {

constexpr double kContractsMax = 2147483647.0;

const char* readSide(const BookSnapshot& seen, int side, const PriceScale& scale, int levels, BookSide& out) {
  const int count = seen.count[side];
  if (count < 0 || count > kLevelsMax) return "a book has more levels than it can have";
  out.count = count < levels ? count : levels;
  for (int i = 0; i < out.count; i++) {
    const Level& level = seen.levels[side][i];
    const auto ticks = scale.ticksOf(level.price);
    if (!ticks) return "a price of the book is no multiple of the tick size";
    const std::int32_t size = contractsOf(level.size);
    if (size == 0) return "a size of the book is no whole positive number of contracts";
    if (i > 0) {
      const std::int32_t better = out.levels[i - 1].ticks;
      if (side == kBid ? *ticks >= better : *ticks <= better) return "the levels of the book are not in order";
    }
    out.levels[i] = {*ticks, size};
  }
  return nullptr;
}

}  // namespace

const char* readBook(const BookSnapshot& seen, const PriceScale& scale, int levels, Book& book) {
  const char* problem = readSide(seen, kBid, scale, levels, book.sides[kBid]);
  return problem ? problem : readSide(seen, kAsk, scale, levels, book.sides[kAsk]);
}

std::int32_t contractsOf(double size) {
  if (!(size >= 1 && size <= kContractsMax)) return 0;
  const auto contracts = static_cast<std::int32_t>(size);
  return static_cast<double>(contracts) == size ? contracts : 0;
}

}  // namespace t29
