#include "chart-study.h"

#include <cmath>

#include "chart-data.h"

namespace t29 {
namespace {

bool isSame(const CaptureSettings& a, const CaptureSettings& b) {
  return a.folder == b.folder && a.instrument == b.instrument && !(a.tickSize < b.tickSize || a.tickSize > b.tickSize) &&
         !(a.valuePerTick < b.valuePerTick || a.valuePerTick > b.valuePerTick) && a.levels == b.levels &&
         a.flushMs == b.flushMs && a.segmentBytesMax == b.segmentBytesMax && a.segmentMsMax == b.segmentMsMax;
}

}  // namespace

void ChartStudy::update(SCStudyInterfaceRef sc) {
  // Inputs and symbols change with a full recalculation only.
  if (!hasBegun_ || sc.IsFullRecalculation) begin(sc);
  if (!capture_) return;
  showMessages(sc);
  if (capture_->state() == CaptureState::refused || !isLive(sc)) return;
  readSales(sc, capture_->intake());
  readBook(sc, settings_.levels, capture_->intake());
}

void ChartStudy::begin(SCStudyInterfaceRef sc) {
  const CaptureSettings settings = readSettings(sc);
  const std::string symbol = sc.Symbol.GetChars();
  if (hasBegun_ && isSame(settings, settings_) && symbol == symbol_) return;
  const std::string problem = problemWith(settings, symbol);
  hasBegun_ = true;
  settings_ = settings;
  symbol_ = symbol;
  if (!problem.empty()) return stop(sc, problem);
  capture_.reset();
  capture_ = std::make_unique<Capture>(settings);
  wasLive_ = true;
}

/** A name that a person has given stays with the symbol that it was given for. */
std::string ChartStudy::problemWith(const CaptureSettings& settings, const std::string& symbol) const {
  if (hasBegun_ && symbol != symbol_ && settings.instrument == settings_.instrument)
    return "T29 capture: the chart shows " + symbol + " now, and no longer " + symbol_ + ": nothing is written as " +
           settings.instrument + " until the study's inputs say what this is";
  const std::string problem = problemOf(settings);
  return problem.empty() ? "" : "T29 capture: " + problem;
}

bool ChartStudy::isLive(SCStudyInterfaceRef sc) {
  const bool isNow = sc.ServerConnectionState == SCS_CONNECTED && !sc.IsReplayRunning();
  if (wasLive_ && !isNow) {
    capture_->intake().tell(Break::connectionLost);
    capture_->intake().forgetBook();
  }
  wasLive_ = isNow;
  return isNow;
}

void ChartStudy::showMessages(SCStudyInterfaceRef sc) {
  while (const Message* message = capture_->message()) {
    const std::string words = std::string("T29 capture: ") + message->text;
    sc.AddMessageToLog(words.c_str(), capture_->state() == CaptureState::refused ? 1 : 0);
    capture_->messageShown();
  }
}

void ChartStudy::stop(SCStudyInterfaceRef sc, const std::string& why) {
  capture_.reset();
  sc.AddMessageToLog(why.c_str(), 1);
}

}  // namespace t29
