#pragma once
// What a gap says.
#include <string>

#include "capture-item.h"

namespace t29 {

std::string reasonOf(const BreakNote& note);

}  // namespace t29
