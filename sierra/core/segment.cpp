#include "segment.h"

#include <utility>

#include "segment-name.h"

namespace t29 {

Segment::Segment(const std::string& folder, const HeaderFacts& header, const PriceScale& scale, StreamPosition position)
    : folder_(folder), header_(header), scale_(scale), position_(std::move(position)) {}

bool Segment::open(const std::string& tradeDate, std::int64_t steadyNs) {
  const auto last = position_.lastNumber.find(tradeDate);
  std::int64_t number = last == position_.lastNumber.end() ? 0 : last->second;
  std::string path;
  // Somebody may have put files there, or named one in other letters on a disk that takes them for the same.
  do path = folder_ + "/" + segmentFile(header_.instrument, tradeDate, ++number);
  while (disk::exists(path));
  header_.tradeDate = tradeDate;
  std::string line;
  appendHeaderLine(line, header_, scale_);
  if (!file_.open(path + kOpenSuffix, disk::File::Mode::create)) return false;
  if (!file_.writeAt(0, line.data(), line.size())) {
    file_.close();
    return false;
  }
  path_ = path;
  position_.lastNumber[tradeDate] = number;
  tradeDate_ = tradeDate;
  sizeBytes_ = static_cast<std::int64_t>(line.size());
  openedNs_ = steadyNs;
  isSynced_ = false;
  return true;
}

bool Segment::append(const std::string& lines, std::int64_t lastSeq) {
  if (!file_.writeAt(sizeBytes_, lines.data(), lines.size())) return false;
  sizeBytes_ += static_cast<std::int64_t>(lines.size());
  position_.lastSeq = lastSeq;
  isSynced_ = false;
  return true;
}

bool Segment::sync() {
  if (!isOpen() || isSynced_ || !file_.isOpen()) return true;
  isSynced_ = file_.sync();
  return isSynced_;
}

bool Segment::close() {
  if (!isOpen()) return true;
  if (file_.isOpen()) {
    // What a failed write has left is still to be written: it belongs to the next segment.
    if (!file_.truncate(sizeBytes_) || !file_.sync()) return false;
  }
  if (!keepPosition(folder_, header_.instrument, position_)) return false;
  file_.close();
  wasRemoved_ = !disk::exists(path_ + kOpenSuffix);
  if (!wasRemoved_ && !disk::rename(path_ + kOpenSuffix, path_)) return false;
  tradeDate_.clear();
  return disk::syncFolder(folder_);
}

}  // namespace t29
