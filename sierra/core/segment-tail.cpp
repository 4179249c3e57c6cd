#include "segment-tail.h"

#include <algorithm>
#include <charconv>

#include "digits.h"

namespace t29 {
namespace {

/** Longer than any line of ours. */
constexpr std::int64_t kFirstTailBytes = 64 * 1024;
/** After a power cut the end of a file may be zeros; more than this was never unsynced. */
constexpr std::int64_t kTailBytesMax = 64 * 1024 * 1024;

/** Far below what a reader in JavaScript can tell apart: a larger one is not ours. */
constexpr std::int64_t kSeqMax = 1'000'000'000'000'000;

const std::string kStart = "{\"kind\":\"";

/** Whether a line is one of ours from its first byte to its last. */
bool isWhole(const std::string& line) {
  const bool isOne = line.rfind(kStart) == 0;  // and no torn line that another one follows
  return isOne && line.back() == '}' && line.find('\0') == std::string::npos;
}

bool readInteger(const std::string& line, const std::string& name, std::int64_t& value) {
  const std::size_t found = line.find(name);
  if (found == std::string::npos) return false;
  std::size_t end = found + name.size();
  while (end < line.size() && isDigit(line[end])) end++;
  const auto read = std::from_chars(line.data() + found + name.size(), line.data() + end, value);
  return read.ec == std::errc() && value >= 0;
}

bool readNumbers(const std::string& line, SegmentTail& tail) {
  std::int64_t seq = 0, stampNs = 0;
  if (!readInteger(line, "\"seq\":", seq) || seq > kSeqMax || !readInteger(line, "\"ts\":\"", stampNs)) return false;
  tail.lastSeq = seq;
  tail.lastStampNs = stampNs;
  tail.lastLine = line;
  return true;
}

/** Looks through a text that ends where the file ends, from its last line back. @returns whether a whole line was found */
bool findWhole(const std::string& text, std::int64_t start, SegmentTail& tail) {
  for (std::size_t end = text.rfind('\n'); end != std::string::npos && end > 0;) {
    const std::size_t before = text.rfind('\n', end - 1);
    if (before == std::string::npos && start > 0) return tail.wholeBytes > 0;
    const std::size_t first = before == std::string::npos ? 0 : before + 1;
    const std::string line = text.substr(first, end - first);
    if (!line.empty() && isWhole(line)) {
      tail.wholeBytes = std::max(tail.wholeBytes, start + static_cast<std::int64_t>(end) + 1);
      if (readNumbers(line, tail)) return true;
    }
    end = before;
  }
  return tail.wholeBytes > 0;
}

}  // namespace

bool readSegmentTail(disk::File& file, SegmentTail& tail) {
  tail = {};
  tail.sizeBytes = file.sizeBytes();
  if (tail.sizeBytes < 0) return false;
  for (std::int64_t length = kFirstTailBytes;; length *= 8) {
    const std::int64_t start = std::max<std::int64_t>(0, tail.sizeBytes - std::min(length, kTailBytesMax));
    std::string text(static_cast<std::size_t>(tail.sizeBytes - start), '\0');
    std::size_t got = 0;
    while (got < text.size()) {
      const std::int64_t more = file.readAt(start + static_cast<std::int64_t>(got), &text[got], text.size() - got);
      if (more <= 0) return false;
      got += static_cast<std::size_t>(more);
    }
    if (findWhole(text, start, tail) || start == 0 || length >= kTailBytesMax) return true;
  }
}

}  // namespace t29
