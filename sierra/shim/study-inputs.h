#pragma once
// What a person sets for the study.
#include "sierrachart.h"

#include <string>

#include "capture-settings.h"

namespace t29 {

void setInputDefaults(SCStudyInterfaceRef sc);

/** Inputs, and what the chart knows of its symbol. */
CaptureSettings readSettings(SCStudyInterfaceRef sc);

}  // namespace t29
