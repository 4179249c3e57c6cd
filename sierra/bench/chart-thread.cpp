// What a call costs the chart's thread, in nanoseconds, each call timed on its own:
//   chart-thread FOLDER CALLS
// Ours, and a study that formats and writes in the callback, on the same trades and books, in turns.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "capture.h"
#include "../test/random-market.h"

namespace {

using Clock = std::chrono::steady_clock;
/** Calls in a burst; then the writer gets as long as a market would give it. */
constexpr int kBurst = 64;
constexpr auto kPause = std::chrono::milliseconds(1);

struct Costs {
  std::vector<double> trade, book;
};

template <typename Call>
void timeCall(std::vector<double>& costs, Call call) {
  const auto start = Clock::now();
  call();
  costs.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count());
}

/** Each call flushes: a study that keeps lines in memory loses them with its process. */
class NaiveStudy {
 public:
  explicit NaiveStudy(const std::string& file) : file_(std::fopen(file.c_str(), "w")) {}
  ~NaiveStudy() { std::fclose(file_); }

  void trade(const t29::Trade& trade) {
    std::fprintf(file_, "{\"kind\":\"trade\",\"price\":%g,\"size\":%g}\n", trade.price, trade.size);
    std::fflush(file_);
  }

  void book(const t29::BookSnapshot& book) {
    for (int side = 0; side < 2; side++)
      for (int i = 0; i < book.count[side]; i++)
        std::fprintf(file_, "{\"kind\":\"level\",\"side\":%d,\"position\":%d,\"price\":%g,\"size\":%g}\n", side, i,
                     book.levels[side][i].price, book.levels[side][i].size);
    std::fflush(file_);
  }

 private:
  std::FILE* const file_;
};

std::vector<MarketStep> makeSteps(int count) {
  RandomMarket market(3);
  std::vector<MarketStep> steps;
  while (static_cast<int>(steps.size()) < count) {
    const MarketStep& step = market.next();
    if (step.kind == MarketStep::Kind::trade || step.kind == MarketStep::Kind::book) steps.push_back(step);
  }
  return steps;
}

template <typename Study>
void play(const std::vector<MarketStep>& steps, std::size_t from, Study& study, Costs& costs) {
  for (std::size_t i = from; i < from + kBurst; i++) {
    const MarketStep& step = steps[i];
    if (step.kind == MarketStep::Kind::trade) timeCall(costs.trade, [&] { study.trade(step.trade); });
    else timeCall(costs.book, [&] { study.book(step.book); });
  }
  std::this_thread::sleep_for(kPause);
}

double quantile(std::vector<double>& costs, double share) {
  std::sort(costs.begin(), costs.end());
  return costs[static_cast<std::size_t>(share * static_cast<double>(costs.size() - 1))];
}

void print(const char* name, std::vector<double>& costs) {
  std::printf("\"%s\":{\"calls\":%zu,\"p50\":%.0f,\"p99\":%.0f,\"p999\":%.0f}", name, costs.size(), quantile(costs, 0.5),
              quantile(costs, 0.99), quantile(costs, 0.999));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string folder = argv[1];
  const std::vector<MarketStep> steps = makeSteps(std::atoi(argv[2]));
  t29::CaptureSettings settings;
  settings.folder = folder;
  settings.instrument = "ESZ6";
  settings.tickSize = 0.25f;
  settings.valuePerTick = 12.5;
  t29::Capture capture(settings);
  NaiveStudy naive(folder + "-naive.jsonl");
  Costs ours, theirs, nothing;
  for (auto* costs : {&ours, &theirs})
    for (auto* kind : {&costs->trade, &costs->book}) kind->reserve(steps.size());
  for (std::size_t from = 0; from + kBurst <= steps.size(); from += kBurst) {
    play(steps, from, capture.intake(), ours);
    play(steps, from, naive, theirs);
  }
  for (int i = 0; i < 100'000; i++) timeCall(nothing.trade, [] {});
  std::printf("{");
  print("trade", ours.trade);
  std::printf(",");
  print("book", ours.book);
  std::printf(",");
  print("naiveTrade", theirs.trade);
  std::printf(",");
  print("naiveBook", theirs.book);
  std::printf(",");
  print("clock", nothing.trade);
  std::printf("}\n");
  return 0;
}
