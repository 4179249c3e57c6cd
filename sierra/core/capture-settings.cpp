#include "capture-settings.h"

#include <cmath>

#include "digits.h"
#include "price-scale.h"

namespace t29 {
namespace {

constexpr std::size_t kInstrumentMax = 64;

bool isName(const std::string& instrument) {
  if (instrument.empty() || instrument.size() > kInstrumentMax) return false;
  for (const char c : instrument)
    if (!isNameCharacter(c)) return false;
  return true;
}

}  // namespace

std::string problemOf(const CaptureSettings& settings) {
  if (settings.folder.empty()) return "the study has no folder to write into: name one in its inputs";
  if (settings.folder.find('\0') != std::string::npos) return "the folder's name cannot be";
  if (!isName(settings.instrument))
    return "\"" + settings.instrument + "\" cannot be part of a file's name: give letters, digits, . _ and - only";
  if (!PriceScale::of(settings.tickSize)) return "the chart has no tick size: correct it in the chart's settings";
  if (!(settings.valuePerTick > 0) || !std::isfinite(settings.valuePerTick))
    return "the chart has no currency value per tick: correct it in the chart's settings";
  if (settings.levels < 1 || settings.levels > kLevelsMax) return "levels must be 1 to 10";
  if (settings.flushMs < 1 || settings.segmentBytesMax < 1 || settings.segmentMsMax < 1)
    return "intervals and sizes must be positive";
  return "";
}

}  // namespace t29
