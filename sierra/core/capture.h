#pragma once
// One instrument's capture: the chart's side, the ring and the writer.
#include "capture-settings.h"
#include "intake.h"
#include "time-source.h"
#include "writer.h"

namespace t29 {

class Capture {
 public:
  /** @param settings without a problem (`problemOf`) */
  explicit Capture(const CaptureSettings& settings, TimeSource& time = computerTime());
  /** Waits until all is written; where the disk refuses it, some seconds. */
  ~Capture() { end(); }

  Intake& intake() { return intake_; }
  CaptureState state() const { return writer_.state(); }
  const Message* message() { return writer_.message(); }
  void messageShown() { writer_.messageShown(); }
  void end();

 private:
  CaptureRing ring_;
  Intake intake_;
  Writer writer_;
};

}  // namespace t29
