// Prints when trade dates turn as the study has it, looking at every so many milliseconds:
//   trade-dates INSTRUMENT FROM_MS TO_MS STEP_MS
#include <cstdio>
#include <cstdlib>
#include <string>

#include "trade-date.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const int group = t29::sessionGroupOf(argv[1]);
  std::string before = "none";
  for (long long ms = std::atoll(argv[2]); ms < std::atoll(argv[3]); ms += std::atoll(argv[4])) {
    const std::string date = t29::tradeDateOf(group, ms);
    if (date != before) std::printf("%lld %s\n", ms, date.c_str());
    before = date;
  }
  return 0;
}
