#pragma once
// The few things that are done to a disk. Names are UTF-8 everywhere; Windows is asked in UTF-16.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace t29::disk {

#ifdef _WIN32
using Handle = void*;
#else
using Handle = int;
#endif

/** An open file. Every call says whether it succeeded; why not is in `lastError`. */
class File {
 public:
  File();
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  enum class Mode { create, existing, readOnly };
  bool open(const std::string& path, Mode mode);
  bool isOpen() const;
  bool writeAt(std::int64_t offset, const char* bytes, std::size_t count);
  /** @returns how many bytes were read; -1 where it failed */
  std::int64_t readAt(std::int64_t offset, char* bytes, std::size_t count);
  std::int64_t sizeBytes();
  bool truncate(std::int64_t sizeBytes);
  /** All that was written is on the disk. */
  bool sync();
  void close();

 private:
  Handle handle_;
};

/** One holder at a time, in this process and in all others; ends with its holder. */
class Lock {
 public:
  Lock();
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  enum class Outcome { taken, held, failed };
  Outcome take(const std::string& path);

 private:
  Handle handle_;
};

bool makeFolder(const std::string& path);
bool listFolder(const std::string& path, std::vector<std::string>& names);
bool exists(const std::string& path);
/** Fails where the new name is taken. */
bool rename(const std::string& from, const std::string& to);
/** A rename that replaces what has the new name. */
bool replace(const std::string& from, const std::string& to);
bool remove(const std::string& path);
/** Names that were given in a folder are on the disk. */
bool syncFolder(const std::string& path);

/** Why the newest call of this thread failed, with the system's number. */
std::string lastError();

}  // namespace t29::disk
