#pragma once
// Reads segments back and compares them with what was expected.
#include <algorithm>
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

  /** Walks along a line, and throws where it is not as it must be. */
  struct Cursor {
    const std::string& line;
    std::size_t at = 0;

    template <std::size_t N>
    bool skips(const char (&words)[N]) {
      if (line.compare(at, N - 1, words) != 0) return false;
      at += N - 1;
      return true;
    }
    template <std::size_t N>
    void skip(const char (&words)[N]) {
      if (!skips(words)) throw std::runtime_error("broken line: " + line);
    }
    long long integer() {
      long long value = 0;
      const std::size_t start = at;
      for (; at < line.size() && line[at] >= '0' && line[at] <= '9'; at++) value = value * 10 + (line[at] - '0');
      if (at == start) throw std::runtime_error("broken line: " + line);
      return value;
    }
    /** A price in quarters. */
    long ticks() {
      const long whole = static_cast<long>(integer()) * 4;
      if (skips(".25")) return whole + 1;
      if (skips(".5")) return whole + 2;
      return skips(".75") ? whole + 3 : whole;
    }
  };

  void take(const std::string& line) {
    lines++;
    Cursor cursor{line};
    cursor.skip("{\"kind\":\"");
    const char kind = line[cursor.at];
    cursor.at = line.find('"', cursor.at);
    cursor.skip("\",\"ts\":\"");
    const long long stamp = cursor.integer();
    cursor.skip("\",\"seq\":");
    const long long seq = cursor.integer();
    if (seq != seq_ + 1 || stamp < stamp_) throw std::runtime_error("out of order: " + line);
    seq_ = seq;
    stamp_ = stamp;
    if (kind == 'd') takeDepth(cursor);
    else if (kind == 't') takeTrade(cursor);
    else if (kind == 'g') gaps++;
    else takeReset();
  }

  void takeDepth(Cursor& cursor) {
    cursor.skip(",\"op\":");
    const int operation = static_cast<int>(cursor.integer());
    cursor.skip(",\"side\":");
    const int side = static_cast<int>(cursor.integer());
    cursor.skip(",\"position\":");
    const int position = static_cast<int>(cursor.integer());
    cursor.skip(",\"price\":");
    const long ticks = cursor.ticks();
    cursor.skip(",\"size\":");
    const long size = static_cast<long>(cursor.integer());
    operations++;
    book_.apply(operation, side, position, ticks, size);
    const bool isLast = cursor.skips(",\"last\":true}");
    if (!isLast) cursor.skip(",\"last\":false}");
    if (isLast) expect(false, book_.hash(), cursor.line);
  }

  void takeTrade(Cursor& cursor) {
    cursor.skip(",\"price\":");
    const long ticks = cursor.ticks();
    cursor.skip(",\"size\":");
    const long size = static_cast<long>(cursor.integer());
    const char aggressor = cursor.skips(",\"aggressor\":\"buy\"}")    ? 'b'
                           : cursor.skips(",\"aggressor\":\"sell\"}") ? 's'
                                                                        : 'n';
    if (aggressor == 'n') cursor.skip(",\"aggressor\":null}");
    expect(true, hashOfTrade(ticks, size, aggressor), cursor.line);
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
