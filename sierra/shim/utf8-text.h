#pragma once
// Names of folders as a chart tells them.
#include <string>

namespace t29 {

/** A text that is UTF-8 as it is; one of the machine's own code page as UTF-8. */
std::string utf8Text(const char* text);

}  // namespace t29
