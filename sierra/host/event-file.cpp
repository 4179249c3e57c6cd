#include "event-file.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace {

bool readEvent(std::istringstream& words, HostEvent& event) {
  words >> event.kind;
  if (event.kind == 'T') words >> event.price >> event.size >> event.aggressor;
  else if (event.kind == 'D')
    words >> event.operation >> event.side >> event.position >> event.price >> event.size >> event.last;
  else return false;
  return !words.fail();
}

}  // namespace

std::vector<HostEvent> readEvents(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  std::vector<HostEvent> events;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    HostEvent event = {};
    if (!readEvent(words, event)) throw std::runtime_error("no event: " + line);
    events.push_back(event);
  }
  return events;
}
