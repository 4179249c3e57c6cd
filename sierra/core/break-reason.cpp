#include "break-reason.h"

namespace t29 {
namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

std::string missing(const BreakNote& note) {
  const std::string range = note.a == note.b ? number(note.a) : number(note.a) + " to " + number(note.b);
  return "time and sales: sequence numbers " + range + " are missing";
}

std::string renumbered(const BreakNote& note) {
  return "time and sales: numbering went from " + number(note.a) + " to " + number(note.b) + ": it began anew; what is not later than the last record is passed over";
}

}  // namespace

std::string reasonOf(const BreakNote& note) {
  switch (note.cause) {
    case Break::dropped:
      return "the writer could not keep up: " + number(note.a) + " trades and " + number(note.b) +
             " books were not recorded";
    case Break::salesMissing:
      return missing(note);
    case Break::salesRenumbered:
      return renumbered(note);
    case Break::salesGapMark:
      return "time and sales: the chart marks a gap";
    case Break::clockForward:
      return "the computer's clock went ahead by " + number(note.a) + " ms; stamps follow it";
    case Break::clockBack:
      return "the computer's clock was set back by " + number(note.a) + " ms; stamps go on by the steady clock";
    case Break::connectionLost:
      return "the chart lost its data feed";
  }
  return "unspecified";
}

}  // namespace t29
