#pragma once
// What a run finds that a crash left behind.
#include <string>

#include "position-file.h"

namespace t29 {

/**
 * Closes every segment that was left open: cut to its last whole line, with a gap where the disk has room for it, under
 * its final name. One that has not even its header says nothing and is removed.
 * @returns a plain sentence where it failed, and nothing may be written; else empty, and `position` is where numbering
 *   goes on
 */
std::string recoverSegments(const std::string& folder, const std::string& instrument, StreamPosition& position);

}  // namespace t29
