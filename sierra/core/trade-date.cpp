#include "trade-date.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>

#include "digits.h"
#include "trade-date-table.h"
#include "units.h"

namespace t29 {
namespace {

std::int64_t endMsOf(std::int64_t day, const SessionRun& run) { return day * kDayMs + run.endMinute * kMinuteMs; }

/** The day of a run's first session that ends after a moment; days are counted from 1970-01-01, a Thursday. */
std::int64_t dayIn(const SessionRun& run, std::int64_t unixMs) {
  std::int64_t day = std::max<std::int64_t>(run.firstDay, (unixMs - run.endMinute * kMinuteMs) / kDayMs);
  while (endMsOf(day, run) <= unixMs) day++;
  const std::int64_t weekday = (day + 4) % 7;
  return weekday == 6 ? day + 2 : weekday == 0 ? day + 1 : day;
}

/** The Gregorian calendar, in years that begin in March: a leap day is then the last of its year. */
std::string dateText(std::int64_t day) {
  const std::int64_t shifted = day + 719468;
  const std::int64_t era = shifted / 146097;
  const std::int64_t dayOfEra = shifted % 146097;
  const std::int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const std::int64_t shiftedMonth = (5 * dayOfYear + 2) / 153;
  const int dayOfMonth = static_cast<int>(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1);
  const int month = static_cast<int>(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9);
  const int year = static_cast<int>(yearOfEra + era * 400 + (month <= 2 ? 1 : 0));
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, dayOfMonth);
  return text;
}

bool endsAt(const std::string& name, std::size_t at) { return at >= name.size() || !isLetterOrDigit(name[at]); }

/** Whether a contract's month and year stand at an offset, and the name ends behind them. */
bool isContractMonthAt(const std::string& name, std::size_t at) {
  if (at >= name.size() || !std::strchr("FGHJKMNQUVXZ", name[at])) return false;
  std::size_t end = at + 1;
  while (end < name.size() && isDigit(name[end])) end++;
  const std::size_t digits = end - at - 1;
  return digits >= 1 && digits <= 4 && endsAt(name, end);
}

constexpr std::size_t kProductMax = 5;

/** The shortest start of a name behind which its contract's month follows, or the name ends. */
std::string productOf(const std::string& instrument) {
  for (std::size_t length = 1; length <= kProductMax && length <= instrument.size(); length++) {
    const char c = instrument[length - 1];
    if (!isDigit(c) && !isUpper(c)) return "";
    if (isContractMonthAt(instrument, length) || endsAt(instrument, length)) return instrument.substr(0, length);
  }
  return "";
}

}  // namespace

int sessionGroupOf(const std::string& instrument) {
  const std::string product = productOf(instrument);
  for (const ProductOfGroup& entry : kProducts)
    if (product == entry.product) return entry.group;
  return kCommonGroup;
}

std::string tradeDateOf(int group, std::int64_t unixMs) {
  if (unixMs < kFirstMs) return "";
  const SessionRun* const first = kSessionRuns + kGroupStarts[group];
  const SessionRun* const end = kSessionRuns + kGroupStarts[group + 1];
  const SessionRun* const run =
      std::partition_point(first, end, [&](const SessionRun& one) { return endMsOf(one.lastDay, one) <= unixMs; });
  return run == end ? "" : dateText(dayIn(*run, unixMs));
}

}  // namespace t29
