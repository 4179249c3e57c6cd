#pragma once
// Which exchange trade date a moment belongs to.
#include <cstdint>
#include <string>

namespace t29 {

/** Index of the group of products that an instrument is dated by; the common day where its product is not known. */
int sessionGroupOf(const std::string& instrument);

/** YYYY-MM-DD of the session that is open at a moment, else of the next; empty outside the years of the table. */
std::string tradeDateOf(int group, std::int64_t unixMs);

}  // namespace t29
