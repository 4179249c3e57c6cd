#pragma once
// A chart as the study sees it: its book, its time and sales, its inputs.
#include "sierrachart.h"

#include <vector>

#include "event-file.h"

class FakeChart final : public s_sc {
 public:
  explicit FakeChart(int number) : number_(number) {}

  /** @returns whether the study is to be called: a trade, or the last operation of a change */
  bool apply(const HostEvent& event);
  void clearBook() {
    for (auto& side : book_) side.clear();
  }

  void*& GetPersistentPointer(int key) override { return pointers_[key]; }
  void AddMessageToLog(const char* text, int showLog) override;
  void GetTimeAndSales(c_SCTimeAndSalesArray& sales) override;
  int GetBidMarketDepthNumberOfLevels() override { return levelsOf(1); }
  int GetAskMarketDepthNumberOfLevels() override { return levelsOf(0); }
  int GetBidMarketDepthEntryAtLevel(s_MarketDepthEntry& entry, int level) override { return entryOf(1, entry, level); }
  int GetAskMarketDepthEntryAtLevel(s_MarketDepthEntry& entry, int level) override { return entryOf(0, entry, level); }
  int IsReplayRunning() override { return 0; }

 private:
  int levelsOf(int side) const { return static_cast<int>(book_[side].size()); }
  int entryOf(int side, s_MarketDepthEntry& entry, int level) const;
  void applyDepth(const HostEvent& event);
  void addSale(const HostEvent& event);

  const int number_;
  std::vector<s_MarketDepthEntry> book_[2];
  std::vector<s_TimeAndSales> sales_;
  std::uint32_t nextSequence_ = 1000;
  void* pointers_[8] = {};
};
