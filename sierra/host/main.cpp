// Plays an event file into the study as Sierra Chart would call it:
//   t29-host --library FILE --events FILE --folder DIR --instrument NAME
//            [--symbol NAME] [--levels N] [--flush-ms N] [--segment-kib N] [--segment-seconds N]
//            [--pace EVENTS_A_SECOND] [--rounds N] [--charts N] [--until FILE]
// Says `playing` when the first event is on its way, `round N` behind each round and `played N` behind the last; the study's
// log as `log CHART: ...`. With --until it goes on being called with nothing new, and ends when that file is there.
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "arguments.h"
#include "fake-chart.h"
#include "study-library.h"

namespace {

using Charts = std::vector<std::unique_ptr<FakeChart>>;

std::unique_ptr<FakeChart> openChart(int number, const StudyLibrary& library, const Arguments& arguments) {
  auto chart = std::make_unique<FakeChart>(number);
  chart->SetDefaults = 1;
  library.call(*chart);
  chart->SetDefaults = 0;
  chart->Symbol = arguments.text("symbol", "ESU9").c_str();
  chart->TickSize = 0.25f;
  chart->CurrencyValuePerTick = 12.5f;
  chart->ServerConnectionState = SCS_CONNECTED;
  chart->Input[0].SetString(arguments.text("folder").c_str());
  chart->Input[1].SetString(arguments.text("instrument").c_str());
  chart->Input[2].SetInt(arguments.number("levels", 10));
  chart->Input[3].SetInt(arguments.number("flush-ms", 100));
  chart->Input[4].SetInt(arguments.number("segment-kib", 65536));
  chart->Input[5].SetInt(arguments.number("segment-seconds", 900));
  chart->IsFullRecalculation = 1;
  library.call(*chart);
  chart->IsFullRecalculation = 0;
  return chart;
}

/** Ahead of time it sleeps; behind, it goes on at once. */
class Pace {
 public:
  explicit Pace(int eventsPerSecond) : perSecond_(eventsPerSecond), start_(Clock::now()) {}

  void wait() {
    constexpr long kEvery = 64;
    if (++count_ % kEvery == 0)
      std::this_thread::sleep_until(start_ + std::chrono::nanoseconds(1'000'000'000LL / perSecond_ * count_));
  }

 private:
  using Clock = std::chrono::steady_clock;
  const int perSecond_;
  const Clock::time_point start_;
  long long count_ = 0;
};

long play(const std::vector<HostEvent>& events, const StudyLibrary& library, const Charts& charts, Pace& pace) {
  long calls = 0;
  for (const auto& chart : charts) chart->clearBook();
  for (const HostEvent& event : events) {
    for (const auto& chart : charts)
      if (chart->apply(event)) {
        library.call(*chart);
        calls++;
      }
    pace.wait();
  }
  return calls;
}

/** Somebody wants it to end; where nobody can say so, at once. */
bool isToEnd(const Arguments& arguments) {
  const std::string file = arguments.text("until");
  return file.empty() || std::ifstream(file).good();
}

/** As in an hour without trade: the study is called though nothing changed. */
void linger(const StudyLibrary& library, const Charts& charts, const Arguments& arguments) {
  while (!isToEnd(arguments)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    for (const auto& chart : charts) library.call(*chart);
  }
}

long playRounds(const std::vector<HostEvent>& events, const StudyLibrary& library, const Charts& charts,
                const Arguments& arguments) {
  Pace pace(arguments.number("pace", 20'000));
  long calls = 0;
  for (int round = 1; round <= arguments.number("rounds", 1); round++) {
    calls += play(events, library, charts, pace);
    std::printf("round %d\n", round);
    std::fflush(stdout);
    if (!arguments.text("until").empty() && isToEnd(arguments)) break;
  }
  return calls;
}

void run(const Arguments& arguments) {
  const std::vector<HostEvent> events = readEvents(arguments.text("events"));
  const StudyLibrary library(arguments.text("library"));
  std::printf("loaded %s\n", library.name().c_str());
  Charts charts;
  for (int number = 1; number <= arguments.number("charts", 1); number++)
    charts.push_back(openChart(number, library, arguments));
  std::printf("playing\n");
  std::fflush(stdout);
  const long calls = playRounds(events, library, charts, arguments);
  linger(library, charts, arguments);
  std::printf("played %ld\n", calls);
  std::fflush(stdout);
  for (const auto& chart : charts) {
    chart->LastCallToFunction = 1;
    library.call(*chart);
  }
  std::printf("ended\n");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(Arguments(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "t29-host: %s\n", error.what());
    return 1;
  }
}
