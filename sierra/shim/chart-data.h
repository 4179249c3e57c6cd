#pragma once
// What a chart holds, as the core takes it.
#include "sierrachart.h"

#include "intake.h"

namespace t29 {

void readSales(SCStudyInterfaceRef sc, Intake& intake);
void readBook(SCStudyInterfaceRef sc, int levels, Intake& intake);

}  // namespace t29
