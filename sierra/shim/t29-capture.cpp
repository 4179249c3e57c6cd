// The study as Sierra Chart sees it. Only the files of this folder know ACSIL.
#include "sierrachart.h"

#include <exception>

#include "chart-study.h"

SCDLLName("believe T29 capture")

namespace {

constexpr int kStudyPointer = 1;

void setDefaults(SCStudyInterfaceRef sc) {
  sc.GraphName = "T29 capture";
  sc.StudyDescription = "Records trades and depth of this chart's symbol as lines of JSON.";
  sc.AutoLoop = 0;
  // Called at every update of the chart, whether a bar changed or not.
  sc.UpdateAlways = 1;
  sc.UsesMarketDepthData = 1;
  sc.GraphRegion = 0;
  t29::setInputDefaults(sc);
}

void call(SCStudyInterfaceRef sc) {
  void*& pointer = sc.GetPersistentPointer(kStudyPointer);
  auto* study = static_cast<t29::ChartStudy*>(pointer);
  if (sc.LastCallToFunction) {
    pointer = nullptr;
    delete study;
    return;
  }
  if (!study) pointer = study = new t29::ChartStudy;
  study->update(sc);
}

}  // namespace

SCSFExport scsf_T29Capture(SCStudyInterfaceRef sc) {
  if (sc.SetDefaults) {
    setDefaults(sc);
    return;
  }
  try {
    call(sc);
  } catch (const std::exception& error) {
    // Nothing that goes wrong here may end Sierra Chart.
    sc.AddMessageToLog(error.what(), 1);
  }
}
