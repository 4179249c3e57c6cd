#pragma once
// From one book to the next by the fewest operations.
#include <cstdint>

#include "book.h"

namespace t29 {

/** As IB numbers them. */
enum Operation : int { kInsert = 0, kUpdate = 1, kDelete = 2 };

struct DepthOperation {
  int operation;
  int side;
  int position;
  /** Zeros for what is deleted. */
  BookLevel level;
};

/** Every level of both sides deleted and as many inserted. */
constexpr int kOperationsMax = 4 * kLevelsMax;

/**
 * What turns `from` into `to` in a book of so many levels, in which an insert pushes the last level out and a delete moves
 * deeper ones up: prices that vanished, then for each side from the best on what is new or has another size. Bids first.
 * @returns how many operations
 */
int diffBooks(const Book& from, const Book& to, int levels, DepthOperation* operations);

}  // namespace t29
