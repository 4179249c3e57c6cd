#include "writer.h"

#include <chrono>
#include <cstdio>
#include <exception>

#include "recovery.h"
#include "units.h"

namespace t29 {
namespace {

/** How long an idle writer sleeps: nobody wakes it, because waking would cost the chart's thread a system call. */
constexpr auto kIdle = std::chrono::milliseconds(2);
constexpr auto kRetry = std::chrono::milliseconds(250);
/** How long a chart that closes waits for a disk that refuses. */
constexpr std::int64_t kPatienceNs = 5 * kSecondNs;
constexpr std::size_t kMessages = 16;
/** A program that has just ended may hold its lock for a moment. */
constexpr int kLockTries = 4;

}  // namespace

Writer::Writer(const CaptureSettings& settings, CaptureRing& ring, TimeSource& time)
    : settings_(settings), ring_(ring), time_(time), messages_(kMessages), thread_([this] { run(); }) {}

Writer::~Writer() { end(); }

void Writer::end() {
  isEnding_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
}

void Writer::run() {
  try {
    loop();
  } catch (const std::exception& error) {
    // Nothing that goes wrong here may end Sierra Chart.
    refuse(std::string("nothing more is written: ") + error.what());
  }
}

void Writer::loop() {
  for (;;) {
    const Step step = stream_ ? work() : start();
    if (step == Step::over) return;
    if (step == Step::waits && !mayRetry()) break;
    if (step == Step::waits) std::this_thread::sleep_for(kRetry);
    if (step == Step::idle) std::this_thread::sleep_for(kIdle);
  }
  state_.store(CaptureState::ended, std::memory_order_release);
}

Writer::Step Writer::start() {
  if (!lock()) return state() == CaptureState::refused ? Step::over : Step::waits;
  StreamPosition position;
  const std::string problem = recoverSegments(settings_.folder, settings_.instrument, position);
  if (!problem.empty()) {
    trouble(problem);
    return Step::waits;
  }
  troubleIsOver();
  stream_ = std::make_unique<SegmentStream>(settings_, position, ring_, time_);
  say("captures " + settings_.instrument + " into " + settings_.folder);
  state_.store(CaptureState::running, std::memory_order_release);
  return Step::done;
}

bool Writer::lock() {
  if (isLocked_) return true;
  const std::string file = settings_.folder + "/t29-" + settings_.instrument + ".lock";
  if (!disk::makeFolder(settings_.folder)) {
    trouble("cannot make " + settings_.folder + ": " + disk::lastError());
    return false;
  }
  const auto outcome = lock_.take(file);
  isLocked_ = outcome == disk::Lock::Outcome::taken;
  if (outcome == disk::Lock::Outcome::failed) trouble("cannot lock " + file + ": " + disk::lastError());
  if (outcome == disk::Lock::Outcome::held && ++lockTries_ == kLockTries)
    refuse(settings_.instrument + " is captured into " + settings_.folder +
           " already, by another chart or program: this study writes nothing");
  return isLocked_;
}

Writer::Step Writer::work() {
  // Asked before the ring is looked at: what is in it then is all there will be.
  const bool isLast = isEnding_.load(std::memory_order_acquire);
  if (!stream_->pass()) {
    if (!stream_->fatal().empty()) {
      stream_->finish();
      refuse(stream_->fatal());
      return Step::over;
    }
    trouble("the disk refuses lines: " + disk::lastError());
    return Step::waits;
  }
  troubleIsOver();
  if (!isLast) return Step::idle;
  if (!stream_->finish()) {
    trouble("the disk does not let the last segment be closed: " + disk::lastError());
    return Step::waits;
  }
  state_.store(CaptureState::ended, std::memory_order_release);
  return Step::over;
}

bool Writer::mayRetry() {
  if (!isEnding_.load(std::memory_order_acquire)) return true;
  // Where nothing was begun there is nothing to wait for.
  if (!stream_) return false;
  if (endAskedNs_ == 0) endAskedNs_ = time_.steadyNs();
  return time_.steadyNs() - endAskedNs_ < kPatienceNs;
}

void Writer::trouble(const std::string& what) {
  if (what == trouble_) return;
  trouble_ = what;
  say(what + "; it is tried again");
}

void Writer::troubleIsOver() {
  if (trouble_.empty()) return;
  trouble_.clear();
  say("the disk takes lines again");
}

void Writer::refuse(const std::string& why) {
  say(why);
  state_.store(CaptureState::refused, std::memory_order_release);
}

void Writer::say(const std::string& words) {
  Message* const message = messages_.claim();
  if (!message) return;  // nobody has read sixteen sentences: a later one says no more
  std::snprintf(message->text, sizeof message->text, "%s", words.c_str());
  messages_.publish();
}

}  // namespace t29
