#ifndef _WIN32
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "disk.h"

namespace t29::disk {
namespace {

constexpr int kNone = -1;
/** Market data are their user's own. */
constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;

thread_local int lastCode = 0;

bool succeeded(bool ok) {
  if (!ok) lastCode = errno;
  return ok;
}

}  // namespace

File::File() : handle_(kNone) {}
File::~File() { close(); }

bool File::open(const std::string& path, Mode mode) {
  close();
  const int flags = mode == Mode::create ? O_RDWR | O_CREAT | O_TRUNC : mode == Mode::existing ? O_RDWR : O_RDONLY;
  handle_ = ::open(path.c_str(), flags | O_CLOEXEC, kFileMode);
  return succeeded(handle_ >= 0);
}

bool File::isOpen() const { return handle_ >= 0; }

bool File::writeAt(std::int64_t offset, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::pwrite(handle_, bytes, count, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = ENOSPC;
    if (!succeeded(written > 0)) return false;
    offset += written;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

std::int64_t File::readAt(std::int64_t offset, char* bytes, std::size_t count) {
  const ssize_t got = ::pread(handle_, bytes, count, offset);
  succeeded(got >= 0);
  return got;
}

std::int64_t File::sizeBytes() {
  struct stat about;
  return succeeded(::fstat(handle_, &about) == 0) ? about.st_size : -1;
}

bool File::truncate(std::int64_t sizeBytes) { return succeeded(::ftruncate(handle_, sizeBytes) == 0); }
bool File::sync() { return succeeded(::fsync(handle_) == 0); }

void File::close() {
  if (handle_ >= 0) ::close(handle_);
  handle_ = kNone;
}

Lock::Lock() : handle_(kNone) {}
Lock::~Lock() {
  if (handle_ >= 0) ::close(handle_);
}

Lock::Outcome Lock::take(const std::string& path) {
  handle_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (!succeeded(handle_ >= 0)) return Outcome::failed;
  if (::flock(handle_, LOCK_EX | LOCK_NB) == 0) return Outcome::taken;
  lastCode = errno;
  ::close(handle_);
  handle_ = kNone;
  return lastCode == EWOULDBLOCK ? Outcome::held : Outcome::failed;
}

bool makeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), kFolderMode) == 0) return true;
  if (errno == ENOENT) {
    const std::size_t parent = path.find_last_of('/');
    if (parent == std::string::npos || parent == 0 || !makeFolder(path.substr(0, parent))) return false;
    return succeeded(::mkdir(path.c_str(), kFolderMode) == 0 || errno == EEXIST);
  }
  struct stat about;
  const bool isFolder = errno == EEXIST && ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
  if (!isFolder && errno == 0) errno = ENOTDIR;
  return succeeded(isFolder);
}

bool listFolder(const std::string& path, std::vector<std::string>& names) {
  DIR* const folder = ::opendir(path.c_str());
  if (!succeeded(folder != nullptr)) return false;
  while (const dirent* entry = ::readdir(folder)) names.emplace_back(entry->d_name);
  ::closedir(folder);
  return true;
}

bool exists(const std::string& path) {
  struct stat about;
  return ::lstat(path.c_str(), &about) == 0;
}

bool rename(const std::string& from, const std::string& to) {
  if (exists(to)) {
    lastCode = EEXIST;
    return false;
  }
  return replace(from, to);
}

bool replace(const std::string& from, const std::string& to) {
  return succeeded(::rename(from.c_str(), to.c_str()) == 0);
}

bool remove(const std::string& path) { return succeeded(::unlink(path.c_str()) == 0); }

bool syncFolder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!succeeded(folder >= 0)) return false;
  const bool ok = succeeded(::fsync(folder) == 0);
  ::close(folder);
  return ok;
}

std::string lastError() { return std::string(std::strerror(lastCode)) + " (" + std::to_string(lastCode) + ")"; }

}  // namespace t29::disk
#endif
