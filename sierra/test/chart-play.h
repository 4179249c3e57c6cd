#pragma once
// Short plays of a chart for tests: one book, one trade, one record.
#include <string>

#include "capture.h"

namespace play {

inline t29::CaptureSettings settings(const std::string& folder, const std::string& instrument = "ESZ6") {
  t29::CaptureSettings settings;
  settings.folder = folder;
  settings.instrument = instrument;
  settings.tickSize = 0.25f;
  settings.valuePerTick = 12.5;
  return settings;
}

/** Two levels a side around a best bid, in points. */
inline t29::BookSnapshot book(double bid, double size = 5) {
  t29::BookSnapshot book = {};
  book.count[t29::kBid] = book.count[t29::kAsk] = 2;
  for (int i = 0; i < 2; i++) {
    book.levels[t29::kBid][i] = {bid - 0.25 * i, size};
    book.levels[t29::kAsk][i] = {bid + 0.25 + 0.25 * i, size};
  }
  return book;
}

inline t29::Trade trade(double price, double size = 1) { return {price, size, t29::Aggressor::buy}; }

inline t29::Sale sale(std::uint32_t sequence, double price, std::int64_t timeUs) {
  return {sequence, t29::Sale::Kind::trade, trade(price), timeUs};
}

}  // namespace play
