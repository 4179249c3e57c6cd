#include "recovery.h"

#include <algorithm>
#include <vector>

#include "disk.h"
#include "event-lines.h"
#include "segment-name.h"
#include "segment-tail.h"

namespace t29 {
namespace {

const std::string kCrashWords = "the study ended without closing this file; ";

/** @returns false where a full disk has no room: the next run begins with a reset, so readers need no gap before it */
bool appendWhole(disk::File& file, const std::string& line, std::int64_t sizeBytes) {
  return file.writeAt(sizeBytes, line.data(), line.size()) || (file.truncate(sizeBytes), false);
}

class Recovery {
 public:
  Recovery(const std::string& folder, const std::string& instrument, StreamPosition& position)
      : folder_(folder), instrument_(instrument), position_(position) {}

  std::string run() {
    const std::string problem = readPosition(folder_, instrument_, position_);
    if (!problem.empty()) return problem;
    std::vector<std::string> files;
    if (!disk::listFolder(folder_, files)) return failed(folder_);
    std::sort(files.begin(), files.end());
    std::vector<std::string> left;
    for (const std::string& file : files) {
      const auto name = parseSegmentFile(file, instrument_);
      if (!name) continue;
      auto& highest = position_.lastNumber[name->tradeDate];
      highest = std::max(highest, name->number);
      if (name->isOpen) left.push_back(file);
      else if (!name->isPacked && !takeSeqOf(file)) return failed(folder_ + "/" + file);
    }
    for (const std::string& file : left)
      if (!close(file)) return failed(folder_ + "/" + file);
    return "";
  }

 private:
  std::string failed(const std::string& what) { return "cannot work on " + what + ": " + disk::lastError(); }

  bool takeSeqOf(const std::string& file) {
    disk::File in;
    SegmentTail tail;
    if (!in.open(folder_ + "/" + file, disk::File::Mode::readOnly) || !readSegmentTail(in, tail)) return false;
    position_.lastSeq = std::max(position_.lastSeq, tail.lastSeq);
    return true;
  }

  bool close(const std::string& name) {
    const std::string path = folder_ + "/" + name;
    disk::File file;
    SegmentTail tail;
    if (!file.open(path, disk::File::Mode::existing) || !readSegmentTail(file, tail)) return false;
    if (tail.wholeBytes == 0) {
      file.close();
      return disk::remove(path);
    }
    if (!file.truncate(tail.wholeBytes)) return false;
    position_.lastSeq = std::max(position_.lastSeq, tail.lastSeq);
    const std::string finalName = finalNameOf(name);
    // Kept before the gap is written too: a full disk that refuses it is tried again without a second gap.
    if (!keepPosition(folder_, instrument_, position_)) return false;
    if (needsGap(tail) && appendWhole(file, gapLine(tail), tail.wholeBytes)) position_.lastSeq++;
    if (!file.sync() || !keepPosition(folder_, instrument_, position_)) return false;
    file.close();
    return disk::rename(path, folder_ + "/" + finalName) && disk::syncFolder(folder_);
  }

  /** A crash in the middle of this has written it already. */
  static bool needsGap(const SegmentTail& tail) {
    return !tail.lastLine.empty() && tail.lastLine.find(kCrashWords) == std::string::npos;
  }

  std::string gapLine(const SegmentTail& tail) const {
    std::string line;
    appendBreakLine(line, "gap", tail.lastStampNs, position_.lastSeq + 1,
                    kCrashWords + std::to_string(tail.sizeBytes - tail.wholeBytes) + " bytes of a torn line were cut");
    return line;
  }

  /** A name that is taken (somebody put files back) stays whose it is. */
  std::string finalNameOf(const std::string& openName) {
    const std::string name = openName.substr(0, openName.size() - std::string(kOpenSuffix).size());
    if (!disk::exists(folder_ + "/" + name)) return name;
    const std::string date = parseSegmentFile(openName, instrument_)->tradeDate;
    return segmentFile(instrument_, date, ++position_.lastNumber[date]);
  }

  const std::string& folder_;
  const std::string& instrument_;
  StreamPosition& position_;
};

}  // namespace

std::string recoverSegments(const std::string& folder, const std::string& instrument, StreamPosition& position) {
  return Recovery(folder, instrument, position).run();
}

}  // namespace t29
