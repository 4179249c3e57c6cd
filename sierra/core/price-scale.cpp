#include "price-scale.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace t29 {
namespace {

constexpr int kDecimalsMax = 12;
/** Two steps of a 32-bit float, as a share of its value: the feed rounds once, the chart's multiplier once more. */
constexpr double kFloatNoise = 1.0 / (1 << 22);
/** A float that is this far from its tick could be of the next one as well. */
constexpr double kNoiseTicksMax = 0.25;

}  // namespace

std::optional<PriceScale> PriceScale::of(float tickSize) {
  if (!(tickSize > 0 && tickSize <= 1e6f)) return std::nullopt;
  char digits[128];
  const auto end = std::to_chars(digits, digits + sizeof digits, tickSize, std::chars_format::fixed).ptr;
  std::int64_t mantissa = 0;
  int decimals = 0;
  bool isFraction = false;
  for (const char* at = digits; at < end; ++at) {
    if (*at == '.') {
      isFraction = true;
      continue;
    }
    mantissa = mantissa * 10 + (*at - '0');
    if (isFraction) decimals++;
  }
  if (mantissa <= 0 || decimals > kDecimalsMax) return std::nullopt;
  return PriceScale(mantissa, decimals);
}

PriceScale::PriceScale(std::int64_t numerator, int decimals)
    : numerator_(numerator), decimals_(decimals), power_(std::pow(10.0, decimals)) {}

std::optional<std::int32_t> PriceScale::ticksOf(double price) const {
  const double ticks = std::nearbyint(price / tickSize());
  if (!(ticks >= -2147483647.0 && ticks <= 2147483647.0)) return std::nullopt;
  const double noise = std::abs(price) * kFloatNoise;
  const double off = std::abs(price - ticks * static_cast<double>(numerator_) / power_);
  if (off > noise || noise > kNoiseTicksMax * tickSize()) return std::nullopt;
  return static_cast<std::int32_t>(ticks);
}

void PriceScale::appendPrice(std::string& text, std::int32_t ticks) const {
  const std::int64_t value = static_cast<std::int64_t>(ticks) * numerator_;
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, value < 0 ? -value : value).ptr;
  const int length = static_cast<int>(end - digits);
  int decimals = decimals_;
  int kept = length;
  while (decimals > 0 && kept > 0 && digits[kept - 1] == '0') {
    kept--;
    decimals--;
  }
  if (value < 0) text += '-';
  if (kept == 0 || value == 0) {
    text += '0';
    return;
  }
  if (kept > decimals) text.append(digits, static_cast<std::size_t>(kept - decimals));
  else text += '0';
  if (decimals == 0) return;
  text += '.';
  if (decimals > kept) text.append(static_cast<std::size_t>(decimals - kept), '0');
  const int fraction = decimals < kept ? decimals : kept;
  text.append(digits + kept - fraction, static_cast<std::size_t>(fraction));
}

}  // namespace t29
