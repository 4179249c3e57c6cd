// What a chart may do to a capture, one play a name; the files say what became of it:
//   chart-plays PLAY FOLDER
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "chart-play.h"
#include "set-clock.h"

namespace {

/** 2026-01-05 15:00 UTC, a Monday in regular hours. */
constexpr std::int64_t kMondayMs = 1767625200000;

void nonsense(const std::string& folder) {
  t29::Capture capture(play::settings(folder));
  t29::Intake& intake = capture.intake();
  intake.book(play::book(2900));
  intake.trade(play::trade(2900.1));
  intake.trade(play::trade(2900, 0));
  intake.trade(play::trade(2900, 1.5));
  intake.trade(play::trade(2900, 3e9));
  intake.trade(play::trade(0.0 / 0.0 * 1.0));
  intake.book(play::book(2900.05));
  intake.book(play::book(2900, -1));
  t29::BookSnapshot unsorted = play::book(2900);
  unsorted.levels[t29::kBid][1].price = 2901;
  intake.book(unsorted);
  for (int i = 0; i < 1000; i++) intake.trade(play::trade(2900.1));
  intake.book(play::book(2900.25));
  intake.trade(play::trade(2900.5, 7));
}

void clockSteps(const std::string& folder) {
  SetClock clock(kMondayMs);
  t29::Capture capture(play::settings(folder), clock);
  const auto tell = [&](int price) {
    clock.pass(300);
    capture.intake().trade(play::trade(price));
  };
  tell(1);
  clock.step(5000);  // ahead: followed, and told
  tell(2);
  clock.step(-3'600'000);  // back: stamps go on, and told once
  tell(3);
  tell(4);
  clock.step(3'600'000);  // back again where it was: nothing to tell
  tell(5);
  clock.step(500);  // corrected by a little: followed without a word
  tell(6);
  clock.step(-500);
  tell(7);
}

void tradeDates(const std::string& folder) {
  // Friday 2026-07-03 closes at 12:00 Chicago; Monday's date begins there and then.
  SetClock clock(1783097999000);  // Friday 16:59:59 UTC
  t29::Capture capture(play::settings(folder), clock);
  capture.intake().trade(play::trade(1));
  clock.pass(2000);
  capture.intake().trade(play::trade(2));
}

/** A run by a clock that was set back a week goes on in the newest trade date. */
void laterTradeDate(const std::string& folder) {
  SetClock clock(kMondayMs);
  t29::Capture capture(play::settings(folder), clock);
  capture.intake().trade(play::trade(3));
}

void outsideCalendar(const std::string& folder) {
  SetClock clock(1924992000000);  // 2031
  t29::Capture capture(play::settings(folder), clock);
  capture.intake().trade(play::trade(1));
}

/** The window of time and sales, as a chart shows it call by call. */
void sales(const std::string& folder) {
  SetClock clock(kMondayMs);
  t29::Capture capture(play::settings(folder), clock);
  const std::int64_t us = kMondayMs * 1000;
  const auto show = [&](const std::vector<t29::Sale>& window) {
    clock.pass(1);
    capture.intake().sales(window.size(), [&](std::size_t i) { return window[i]; });
  };
  const auto at = [&](std::uint32_t sequence, double price, int ms) {
    return play::sale(sequence, price, us + ms * 1000);
  };
  show({at(10, 10, -50), at(11, 11, -40)});                                     // history
  show({at(10, 10, -50), at(11, 11, -40), at(12, 12, 10)});                     // 12 is new
  show({at(11, 11, -40), at(12, 12, 10)});                                      // nothing is
  show({at(12, 12, 10), at(13, 13, 20), at(14, 14, 20)});                       // two
  show({at(14, 14, 20), at(18, 18, 30)});                                       // 15 to 17 are missing
  show({});                                                                     // the chart reloads
  show({at(1, 13, 20), at(2, 14, 20), at(3, 18, 30), at(4, 19, 40)});           // 4 alone is new
  show({at(1, 13, 20), at(2, 14, 20), at(3, 18, 30), at(4, 19, 40), at(5, 20, 41)});
  std::vector<t29::Sale> reloaded;                                              // numbers overtake those before
  for (std::uint32_t i = 1; i <= 30; i++) reloaded.push_back(at(i, 100 + i, 41 + static_cast<int>(i) - 20));
  show(reloaded);                                                               // 21 to 30 are later
  t29::Sale mark = at(31, 0, 90);
  mark.kind = t29::Sale::Kind::gapMark;
  show({mark});
}

void ringFull(const std::string& folder) {
  t29::CaptureSettings settings = play::settings(folder);
  settings.ringSlots = 64;
  t29::Capture capture(settings);
  while (capture.state() == t29::CaptureState::starting) std::this_thread::yield();
  int taken = 0;
  capture.intake().book(play::book(2900));
  for (int i = 0; i < 100'000; i++) taken += capture.intake().trade(play::trade(2900));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  capture.intake().book(play::book(2900));
  taken += capture.intake().trade(play::trade(2900));
  for (int i = 0; i < 100'000; i++) taken += capture.intake().trade(play::trade(2900));
  std::printf("%d\n", taken);
}

void twoCharts(const std::string& folder) {
  t29::Capture first(play::settings(folder));
  while (first.state() == t29::CaptureState::starting) std::this_thread::yield();
  t29::Capture second(play::settings(folder));
  t29::Capture other(play::settings(folder, "NQZ6"));
  while (second.state() == t29::CaptureState::starting || other.state() == t29::CaptureState::starting)
    std::this_thread::yield();
  first.intake().trade(play::trade(1));
  second.intake().trade(play::trade(2));
  other.intake().trade(play::trade(3));
  std::printf("%s\n", second.message()->text);
}

/** Prices as 32-bit floats hold them, in tick sizes as they hold those. */
void floats(const std::string& folder) {
  const std::map<std::string, std::pair<float, double>> markets = {
      {"CLZ6", {0.01f, 61.37}}, {"6JZ6", {0.0000005f, 0.0067125}}, {"6EZ6", {0.00005f, 1.08345}},
      {"GCZ6", {0.1f, 4107.3}}, {"ZNZ6", {0.015625f, 112.265625}}, {"CLK0", {0.01f, -37.63}}};
  for (const auto& [instrument, market] : markets) {
    t29::CaptureSettings settings = play::settings(folder, instrument);
    settings.tickSize = market.first;
    settings.valuePerTick = 10;
    t29::Capture capture(settings);
    capture.intake().trade(play::trade(static_cast<double>(static_cast<float>(market.second))));
    capture.intake().trade(play::trade(market.second + static_cast<double>(market.first) / 3));
  }
}

void oneTrade(const std::string& folder) {
  t29::Capture capture(play::settings(folder));
  capture.intake().trade(play::trade(2900));
}

/** Somebody removes the segment while it grows. */
void removedSegment(const std::string& folder) {
  t29::CaptureSettings settings = play::settings(folder);
  settings.segmentMsMax = 300;
  t29::Capture capture(settings);
  capture.intake().book(play::book(2900));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".open") std::filesystem::remove(entry.path());
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  capture.intake().book(play::book(2901));
}

const std::map<std::string, void (*)(const std::string&)> kPlays = {
    {"nonsense", nonsense},   {"clock-steps", clockSteps},           {"trade-dates", tradeDates},
    {"later-trade-date", laterTradeDate}, {"outside-calendar", outsideCalendar}, {"sales", sales},
    {"ring-full", ringFull},  {"two-charts", twoCharts},             {"floats", floats},        {"one-trade", oneTrade},               {"removed-segment", removedSegment}};

}  // namespace

int main(int argc, char** argv) {
  const auto found = argc == 3 ? kPlays.find(argv[1]) : kPlays.end();
  if (found == kPlays.end()) return 2;
  found->second(argv[2]);
  return 0;
}
