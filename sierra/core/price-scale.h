#pragma once
// Prices in whole ticks.
#include <cstdint>
#include <optional>
#include <string>

namespace t29 {

/**
 * Exact conversion between prices and whole ticks. The chart keeps prices and its tick size in 32-bit floats: the tick size
 * is taken for the shortest decimal that such a float stands for, and a price for the tick that it is the float of.
 */
class PriceScale {
 public:
  /** Nothing where this is no tick size. */
  static std::optional<PriceScale> of(float tickSize);

  /** Nothing where the price is no whole number of ticks. */
  std::optional<std::int32_t> ticksOf(double price) const;

  /** Appends the price of a number of ticks as a plain decimal without needless digits. */
  void appendPrice(std::string& text, std::int32_t ticks) const;

  double tickSize() const { return static_cast<double>(numerator_) / power_; }

 private:
  PriceScale(std::int64_t numerator, int decimals);

  /** tick size = numerator / 10^decimals */
  std::int64_t numerator_;
  int decimals_;
  double power_;
};

}  // namespace t29
