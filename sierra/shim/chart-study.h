#pragma once
// One chart's study from its first call to its last.
#include "sierrachart.h"

#include <memory>
#include <string>

#include "capture.h"
#include "study-inputs.h"

namespace t29 {

class ChartStudy {
 public:
  /** What Sierra Chart calls at every update: reads what is new and returns. */
  void update(SCStudyInterfaceRef sc);

 private:
  void begin(SCStudyInterfaceRef sc);
  std::string problemWith(const CaptureSettings& settings, const std::string& symbol) const;
  bool isLive(SCStudyInterfaceRef sc);
  void showMessages(SCStudyInterfaceRef sc);
  void stop(SCStudyInterfaceRef sc, const std::string& why);

  bool hasBegun_ = false;
  std::string symbol_;
  CaptureSettings settings_;
  std::unique_ptr<Capture> capture_;
  bool wasLive_ = false;
};

}  // namespace t29
