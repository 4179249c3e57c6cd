// Tells a capture a million random events and nonsense between them, reads the files back, and compares:
//   random-events FOLDER EVENTS SEED
// Where it does not let the writer keep up, events are dropped; then what was taken must be there, behind a gap.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include "book-diff.h"
#include "capture.h"
#include "expected-events.h"
#include "random-market.h"
#include "segment-reader.h"

namespace {

constexpr int kRushEvery = 50'000;
constexpr int kRushLength = 3000;
constexpr std::size_t kSlots = 1024;

t29::CaptureSettings settingsFor(const char* folder) {
  t29::CaptureSettings settings;
  settings.folder = folder;
  settings.instrument = "ESZ6";
  settings.tickSize = 0.25f;
  settings.valuePerTick = 12.5;
  settings.ringSlots = kSlots;
  settings.segmentBytesMax = 16 << 20;
  settings.flushMs = 200;
  return settings;
}

/** Waits for room, but for a rush now and then. */
void pace(t29::Intake& intake, long event) {
  if (event % kRushEvery < kRushLength) return;
  while (intake.room() < kSlots / 2) std::this_thread::sleep_for(std::chrono::microseconds(200));
}

long dropped = 0;

void tell(t29::Intake& intake, const MarketStep& step, ExpectedEvents& expected) {
  const bool isTrade = step.kind == MarketStep::Kind::trade || step.kind == MarketStep::Kind::nonsenseTrade;
  const bool isTaken = isTrade ? intake.trade(step.trade) : intake.book(step.book);
  if (!isTaken) {
    dropped++;
    expected.forgetBook();
  } else if (step.kind == MarketStep::Kind::trade) expected.trade(step.trade);
  else if (step.kind == MarketStep::Kind::book) expected.book(step.book);
}

void run(const char* folder, long events, std::uint64_t seed) {
  ExpectedEvents expected;
  RandomMarket market(seed);
  {
    t29::Capture capture(settingsFor(folder));
    for (long event = 0; event < events; event++) {
      pace(capture.intake(), event);
      tell(capture.intake(), market.next(), expected);
    }
  }
  SegmentReader reader(expected.events);
  reader.read(folder);
  std::printf("{\"events\":%ld,\"expected\":%zu,\"dropped\":%ld,\"lines\":%ld,\"operations\":%ld,\"gaps\":%ld,\"resets\":%ld}\n",
              events, expected.events.size(), dropped, reader.lines, reader.operations, reader.gaps, reader.resets);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    run(argv[1], std::atol(argv[2]), std::strtoull(argv[3], nullptr, 10));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
