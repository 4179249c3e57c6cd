#include "segment-name.h"

#include "digits.h"

namespace t29 {
namespace {

constexpr std::size_t kDateLength = 10;
constexpr std::size_t kNumberDigitsMax = 15;

}  // namespace

std::string segmentFile(const std::string& instrument, const std::string& tradeDate, std::int64_t number) {
  return "t29-" + instrument + "-" + tradeDate + "-" + std::to_string(number) + ".jsonl";
}

std::optional<SegmentName> parseSegmentFile(const std::string& file, const std::string& instrument) {
  const std::string start = "t29-" + instrument + "-";
  if (file.compare(0, start.size(), start) != 0 || file.size() < start.size() + kDateLength + 2) return std::nullopt;
  const std::string date = file.substr(start.size(), kDateLength);
  std::size_t at = start.size() + kDateLength;
  if (!isDate(date) || file[at] != '-') return std::nullopt;
  const std::size_t digits = ++at;
  while (at < file.size() && isDigit(file[at])) at++;
  if (at == digits || at - digits > kNumberDigitsMax) return std::nullopt;
  const std::string end = file.substr(at);
  const bool isOpen = end == std::string(".jsonl") + kOpenSuffix;
  const bool isPacked = end == ".jsonl.gz";
  if (!isOpen && !isPacked && end != ".jsonl") return std::nullopt;
  return SegmentName{date, std::stoll(file.substr(digits, at - digits)), isOpen, isPacked};
}

bool isDate(const std::string& text) {
  if (text.size() != kDateLength) return false;
  for (std::size_t i = 0; i < kDateLength; i++)
    if (i == 4 || i == 7 ? text[i] != '-' : !isDigit(text[i])) return false;
  return true;
}

}  // namespace t29
