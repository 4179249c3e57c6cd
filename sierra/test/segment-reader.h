#pragma once
// Reads segments back and compares them with what was expected.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "expected-events.h"

class SegmentReader {
 public:
  explicit SegmentReader(const std::vector<ExpectedEvent>& expected) : expected_(expected) {}

  void read(const std::string& folder) {
    for (const std::string& file : filesOf(folder)) {
      std::ifstream in(file);
      std::string line;
      std::getline(in, line);
      if (line.compare(0, 16, "{\"kind\":\"header\"") != 0) throw std::runtime_error("no header in " + file);
      while (std::getline(in, line)) take(line);
    }
    if (next_ != expected_.size()) throw std::runtime_error("events are missing at the end");
  }

  long lines = 0, gaps = 0, resets = 0, operations = 0;

 private:
  static std::vector<std::string> filesOf(const std::string& folder) {
    std::vector<std::pair<int, std::string>> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (entry.path().extension() == ".open") throw std::runtime_error("a segment was left open");
      if (entry.path().extension() == ".jsonl")
        files.emplace_back(std::stoi(name.substr(name.rfind('-') + 1)), entry.path().string());
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> names;
    for (const auto& [number, name] : files) names.push_back(name);
    return names;
  }

  void take(const std::string& line) {
    lines++;
    char kind[8] = "";
    long long stamp = 0, seq = 0;
    int at = 0;
    if (std::sscanf(line.c_str(), "{\"kind\":\"%7[a-z]\",\"ts\":\"%lld\",\"seq\":%lld%n", kind, &stamp, &seq, &at) != 3)
      throw std::runtime_error("broken line: " + line);
    if (seq != seq_ + 1 || stamp < stamp_) throw std::runtime_error("out of order: " + line);
    seq_ = seq;
    stamp_ = stamp;
    const char* const rest = line.c_str() + at;
    if (std::strcmp(kind, "depth") == 0) takeDepth(rest, line);
    else if (std::strcmp(kind, "trade") == 0) takeTrade(rest, line);
    else if (std::strcmp(kind, "gap") == 0) gaps++;
    else takeReset();
  }

  void takeDepth(const char* rest, const std::string& line) {
    int operation = 0, side = 0, position = 0;
    double price = 0;
    long size = 0;
    char last[8] = "";
    if (std::sscanf(rest, ",\"op\":%d,\"side\":%d,\"position\":%d,\"price\":%lf,\"size\":%ld,\"last\":%5[a-z]}", &operation,
                    &side, &position, &price, &size, last) != 6)
      throw std::runtime_error("broken line: " + line);
    operations++;
    book_.apply(operation, side, position, ExpectedEvents::ticksOf(price), size);
    if (std::strcmp(last, "true") == 0) expect(false, book_.hash(), line);
  }

  void takeTrade(const char* rest, const std::string& line) {
    double price = 0;
    long size = 0;
    char aggressor[8] = "";
    if (std::sscanf(rest, ",\"price\":%lf,\"size\":%ld,\"aggressor\":%7[\"a-z]}", &price, &size, aggressor) != 3)
      throw std::runtime_error("broken line: " + line);
    const char letter = aggressor[0] == '"' ? aggressor[1] : 'n';
    expect(true, hashOfTrade(ExpectedEvents::ticksOf(price), size, letter), line);
  }

  /** A reset before an empty book is all there is of that book. */
  void takeReset() {
    resets++;
    book_.clear();
    if (lines > 1 && next_ < expected_.size() && !expected_[next_].isTrade && expected_[next_].hash == book_.hash())
      next_++;
  }

  void expect(bool isTrade, std::uint64_t hash, const std::string& line) {
    if (next_ == expected_.size() || expected_[next_].isTrade != isTrade || expected_[next_].hash != hash)
      throw std::runtime_error("not what was told, event " + std::to_string(next_) + ": " + line);
    next_++;
  }

  const std::vector<ExpectedEvent>& expected_;
  std::size_t next_ = 0;
  ReplayedBook book_;
  long long seq_ = 0, stamp_ = 0;
};
