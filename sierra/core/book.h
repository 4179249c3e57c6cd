#pragma once
// The book in whole ticks and contracts.
#include <cstdint>

#include "market.h"
#include "price-scale.h"

namespace t29 {

struct BookLevel {
  std::int32_t ticks;
  std::int32_t size;
};

/** Best level first: asks ascending, bids descending. */
struct BookSide {
  int count = 0;
  BookLevel levels[kLevelsMax];
};

struct Book {
  BookSide sides[2];
};

/** @returns null, and `book` is filled; or why this is no book, and `book` means nothing */
const char* readBook(const BookSnapshot& seen, const PriceScale& scale, int levels, Book& book);

/** @returns 0 where this is no whole positive number of contracts that a file may carry */
std::int32_t contractsOf(double size);

}  // namespace t29
