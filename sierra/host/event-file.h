#pragma once
// The events that the host plays: one a line.
#include <string>
#include <vector>

/** `T price size b|s|n`, or `D operation side position price size last`. */
struct HostEvent {
  char kind;
  int operation, side, position, last;
  float price;
  unsigned size;
  char aggressor;
};

/** @throws std::runtime_error naming the line */
std::vector<HostEvent> readEvents(const std::string& file);
