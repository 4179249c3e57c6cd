#include "position-file.h"

#include <iterator>

#include "digits.h"
#include "disk.h"
#include "segment-name.h"

namespace t29 {
namespace {

constexpr std::size_t kDatesKept = 10;
constexpr std::size_t kSizeMax = 4096;

std::string positionFile(const std::string& folder, const std::string& instrument) {
  return folder + "/position-t29-" + instrument + ".json";
}

/** Reads what `keepPosition` writes, and nothing else. */
class PositionText {
 public:
  explicit PositionText(const std::string& text) : text_(text) {}

  bool read(StreamPosition& position) {
    if (!take("{\"lastSeq\":") || !number(position.lastSeq) || !take(",\"lastNumber\":{")) return false;
    for (bool isFirst = true; !take("}"); isFirst = false) {
      if (!isFirst && !take(",")) return false;
      if (!entry(position)) return false;
    }
    return take("}\n") && at_ == text_.size();
  }

 private:
  bool entry(StreamPosition& position) {
    if (!take("\"")) return false;
    const std::string date = text_.substr(at_, 10);
    at_ += date.size();
    std::int64_t highest = 0;
    if (!isDate(date) || !take("\":") || !number(highest)) return false;
    position.lastNumber[date] = highest;
    return true;
  }

  bool take(const std::string& words) {
    if (text_.compare(at_, words.size(), words) != 0) return false;
    at_ += words.size();
    return true;
  }

  bool number(std::int64_t& value) {
    const std::size_t start = at_;
    while (at_ < text_.size() && isDigit(text_[at_])) at_++;
    if (at_ == start || at_ - start > 15) return false;
    value = std::stoll(text_.substr(start, at_ - start));
    return true;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

bool keepPosition(const std::string& folder, const std::string& instrument, const StreamPosition& position) {
  std::string text = "{\"lastSeq\":" + std::to_string(position.lastSeq) + ",\"lastNumber\":{";
  auto date = position.lastNumber.begin();
  if (position.lastNumber.size() > kDatesKept)
    std::advance(date, static_cast<std::ptrdiff_t>(position.lastNumber.size() - kDatesKept));
  for (bool isFirst = true; date != position.lastNumber.end(); ++date, isFirst = false)
    text += (isFirst ? "\"" : ",\"") + date->first + "\":" + std::to_string(date->second);
  text += "}}\n";
  const std::string file = positionFile(folder, instrument);
  const std::string draft = file + ".part";
  disk::File out;
  if (!out.open(draft, disk::File::Mode::create) || !out.writeAt(0, text.data(), text.size()) || !out.sync())
    return false;
  out.close();
  return disk::replace(draft, file);
}

std::string readPosition(const std::string& folder, const std::string& instrument, StreamPosition& position) {
  const std::string file = positionFile(folder, instrument);
  if (!disk::exists(file)) return "";
  disk::File in;
  if (!in.open(file, disk::File::Mode::readOnly)) return "cannot read " + file + ": " + disk::lastError();
  std::string text(kSizeMax, '\0');
  const std::int64_t got = in.readAt(0, text.data(), text.size());
  if (got < 0) return "cannot read " + file + ": " + disk::lastError();
  text.resize(static_cast<std::size_t>(got));
  StreamPosition found;
  if (!PositionText(text).read(found))
    return file + " is damaged: put it back as it was, or remove it where no segment was shipped yet";
  position = found;
  return "";
}

}  // namespace t29
