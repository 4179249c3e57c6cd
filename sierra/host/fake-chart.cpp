#include "fake-chart.h"

#include <chrono>
#include <cstdio>

namespace {

constexpr std::size_t kLevels = 10;
/** A chart keeps a window of its newest sales. */
constexpr std::size_t kSalesKept = 500;

double nowDays() {
  const auto sinceEpoch = std::chrono::system_clock::now().time_since_epoch();
  return 25569 + std::chrono::duration<double>(sinceEpoch).count() / 86400;
}

}  // namespace

bool FakeChart::apply(const HostEvent& event) {
  if (event.kind == 'T') addSale(event);
  else applyDepth(event);
  return event.kind == 'T' || event.last;
}

void FakeChart::applyDepth(const HostEvent& event) {
  auto& side = book_[event.side];
  s_MarketDepthEntry entry;
  entry.Price = event.price;
  entry.Quantity = event.size;
  if (event.operation == 1) side.at(static_cast<std::size_t>(event.position)) = entry;
  else if (event.operation == 2) side.erase(side.begin() + event.position);
  else side.insert(side.begin() + event.position, entry);
  if (side.size() > kLevels) side.resize(kLevels);
}

void FakeChart::addSale(const HostEvent& event) {
  s_TimeAndSales sale;
  sale.DateTime = SCDateTimeMS(nowDays());
  sale.Price = event.price;
  sale.Volume = event.size;
  sale.Type = event.aggressor == 'b' ? SC_TS_ASK : event.aggressor == 's' ? SC_TS_BID : SC_TS_BIDASKVALUES;
  sale.Sequence = nextSequence_++;
  sales_.push_back(sale);
  if (sales_.size() > 2 * kSalesKept) sales_.erase(sales_.begin(), sales_.end() - kSalesKept);
}

int FakeChart::entryOf(int side, s_MarketDepthEntry& entry, int level) const {
  if (level < 0 || level >= levelsOf(side)) return 0;
  entry = book_[side][static_cast<std::size_t>(level)];
  return 1;
}

void FakeChart::GetTimeAndSales(c_SCTimeAndSalesArray& sales) {
  sales.Show(sales_.data(), static_cast<int>(sales_.size()));
}

void FakeChart::AddMessageToLog(const char* text, int) {
  std::printf("log %d: %s\n", number_, text);
  std::fflush(stdout);
}
