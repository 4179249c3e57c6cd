#include "study-inputs.h"

#include "digits.h"
#include "utf8-text.h"

namespace t29 {
namespace {

enum Input { kFolder, kInstrument, kLevels, kFlushMs, kSegmentKiB, kSegmentSeconds };

constexpr int kSegmentKiBMax = 4 << 20;
constexpr int kDaySeconds = 86'400;

/** The chart's symbol in characters that a file's name may have. */
std::string nameOf(const char* symbol) {
  std::string name = symbol;
  for (char& c : name) {
    if (!isNameCharacter(c)) c = '_';
  }
  return name;
}

void setNumber(SCStudyInterfaceRef sc, Input input, const char* name, int value, int min, int max) {
  sc.Input[input].Name = name;
  sc.Input[input].SetInt(value);
  sc.Input[input].SetIntLimits(min, max);
}

}  // namespace

void setInputDefaults(SCStudyInterfaceRef sc) {
  sc.Input[kFolder].Name = "Folder";
  sc.Input[kFolder].SetString("");
  sc.Input[kInstrument].Name = "Instrument (empty: the chart's symbol)";
  sc.Input[kInstrument].SetString("");
  setNumber(sc, kLevels, "Levels a side", kLevelsMax, 1, kLevelsMax);
  setNumber(sc, kFlushMs, "Flush interval, ms", 1000, 10, 60'000);
  setNumber(sc, kSegmentKiB, "Segment size, KiB", 64 << 10, 1, kSegmentKiBMax);
  setNumber(sc, kSegmentSeconds, "Segment age, s", 15 * 60, 1, kDaySeconds);
}

CaptureSettings readSettings(SCStudyInterfaceRef sc) {
  CaptureSettings settings;
  const std::string instrument = sc.Input[kInstrument].GetString();
  settings.folder = utf8Text(sc.Input[kFolder].GetString());
  settings.instrument = instrument.empty() ? nameOf(sc.Symbol.GetChars()) : instrument;
  settings.tickSize = sc.TickSize;
  settings.valuePerTick = static_cast<double>(sc.CurrencyValuePerTick);
  settings.levels = sc.Input[kLevels].GetInt();
  settings.flushMs = sc.Input[kFlushMs].GetInt();
  settings.segmentBytesMax = static_cast<std::int64_t>(sc.Input[kSegmentKiB].GetInt()) << 10;
  settings.segmentMsMax = static_cast<std::int64_t>(sc.Input[kSegmentSeconds].GetInt()) * 1000;
  return settings;
}

}  // namespace t29
