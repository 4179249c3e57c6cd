#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

#include <algorithm>

#include "disk.h"

namespace t29::disk {
namespace {

/** Scanners and indexers hold what is new for a moment. */
constexpr int kRenameTries = 20;
constexpr DWORD kRenameWaitMs = 50;
constexpr std::size_t kWriteMax = 1 << 20;

thread_local DWORD lastCode = 0;

bool succeeded(bool ok) {
  if (!ok) lastCode = GetLastError();
  return ok;
}

std::wstring wide(const std::string& text) {
  const int length = static_cast<int>(text.size());
  std::wstring out(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, text.data(), length, nullptr, 0)), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), length, out.data(), static_cast<int>(out.size()));
  return out;
}

std::string narrow(const wchar_t* text) {
  const int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr);
  std::string out(static_cast<std::size_t>(std::max(size, 1)), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text, -1, out.data(), size, nullptr, nullptr);
  out.pop_back();
  return out;
}

OVERLAPPED at(std::int64_t offset) {
  OVERLAPPED place = {};
  place.Offset = static_cast<DWORD>(offset & 0xffffffff);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return place;
}

bool giveName(const std::string& from, const std::string& to, DWORD how) {
  const std::wstring old = wide(from);
  const std::wstring now = wide(to);
  for (int tries = 1;; tries++) {
    if (MoveFileExW(old.c_str(), now.c_str(), how | MOVEFILE_WRITE_THROUGH)) return true;
    const DWORD code = GetLastError();
    const bool isHeld = code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION;
    if (!isHeld || tries == kRenameTries) return succeeded(false);
    Sleep(kRenameWaitMs);
  }
}

}  // namespace

File::File() : handle_(INVALID_HANDLE_VALUE) {}
File::~File() { close(); }

bool File::open(const std::string& path, Mode mode) {
  close();
  const DWORD access = mode == Mode::readOnly ? GENERIC_READ : GENERIC_READ | GENERIC_WRITE;
  const DWORD how = mode == Mode::create ? CREATE_ALWAYS : OPEN_EXISTING;
  // Others may look at what grows, and not take it away.
  handle_ = CreateFileW(wide(path).c_str(), access, FILE_SHARE_READ, nullptr, how, FILE_ATTRIBUTE_NORMAL, nullptr);
  return succeeded(isOpen());
}

bool File::isOpen() const { return handle_ != INVALID_HANDLE_VALUE; }

bool File::writeAt(std::int64_t offset, const char* bytes, std::size_t count) {
  while (count > 0) {
    OVERLAPPED place = at(offset);
    DWORD written = 0;
    const BOOL ok = WriteFile(handle_, bytes, static_cast<DWORD>(std::min(count, kWriteMax)), &written, &place);
    if (ok && written == 0) SetLastError(ERROR_DISK_FULL);
    if (!succeeded(ok && written > 0)) return false;
    offset += written;
    bytes += written;
    count -= written;
  }
  return true;
}

std::int64_t File::readAt(std::int64_t offset, char* bytes, std::size_t count) {
  OVERLAPPED place = at(offset);
  DWORD got = 0;
  if (ReadFile(handle_, bytes, static_cast<DWORD>(count), &got, &place)) return got;
  if (GetLastError() == ERROR_HANDLE_EOF) return 0;
  succeeded(false);
  return -1;
}

std::int64_t File::sizeBytes() {
  LARGE_INTEGER size;
  return succeeded(GetFileSizeEx(handle_, &size) != 0) ? size.QuadPart : -1;
}

bool File::truncate(std::int64_t sizeBytes) {
  LARGE_INTEGER end;
  end.QuadPart = sizeBytes;
  return succeeded(SetFilePointerEx(handle_, end, nullptr, FILE_BEGIN) && SetEndOfFile(handle_));
}

bool File::sync() { return succeeded(FlushFileBuffers(handle_) != 0); }

void File::close() {
  if (isOpen()) CloseHandle(handle_);
  handle_ = INVALID_HANDLE_VALUE;
}

Lock::Lock() : handle_(INVALID_HANDLE_VALUE) {}
Lock::~Lock() {
  if (handle_ != INVALID_HANDLE_VALUE) CloseHandle(handle_);
}

Lock::Outcome Lock::take(const std::string& path) {
  // Shared with nobody: a second open is refused, also within this process.
  handle_ = CreateFileW(wide(path).c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS,
                        FILE_ATTRIBUTE_NORMAL, nullptr);
  if (succeeded(handle_ != INVALID_HANDLE_VALUE)) return Outcome::taken;
  return lastCode == ERROR_SHARING_VIOLATION ? Outcome::held : Outcome::failed;
}

bool makeFolder(const std::string& path) {
  const std::wstring name = wide(path);
  if (CreateDirectoryW(name.c_str(), nullptr)) return true;
  if (GetLastError() == ERROR_PATH_NOT_FOUND) {
    const std::size_t parent = path.find_last_of("/\\");
    if (parent == std::string::npos || parent == 0 || !makeFolder(path.substr(0, parent))) return succeeded(false);
    return succeeded(CreateDirectoryW(name.c_str(), nullptr) || GetLastError() == ERROR_ALREADY_EXISTS);
  }
  const DWORD code = GetLastError();
  const DWORD about = GetFileAttributesW(name.c_str());
  if (about != INVALID_FILE_ATTRIBUTES && (about & FILE_ATTRIBUTE_DIRECTORY)) return true;
  lastCode = code;
  return false;
}

bool listFolder(const std::string& path, std::vector<std::string>& names) {
  WIN32_FIND_DATAW entry;
  const HANDLE search = FindFirstFileW(wide(path + "/*").c_str(), &entry);
  if (!succeeded(search != INVALID_HANDLE_VALUE)) return false;
  do names.push_back(narrow(entry.cFileName));
  while (FindNextFileW(search, &entry));
  FindClose(search);
  return true;
}

bool exists(const std::string& path) { return GetFileAttributesW(wide(path).c_str()) != INVALID_FILE_ATTRIBUTES; }

bool rename(const std::string& from, const std::string& to) { return giveName(from, to, 0); }

bool replace(const std::string& from, const std::string& to) { return giveName(from, to, MOVEFILE_REPLACE_EXISTING); }

bool remove(const std::string& path) { return succeeded(DeleteFileW(wide(path).c_str()) != 0); }

bool syncFolder(const std::string&) { return true; }  // NTFS keeps names in its journal; the move was written through

std::string lastError() {
  wchar_t text[256] = L"";
  FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, lastCode, 0, text, 255, nullptr);
  std::string words = narrow(text);
  while (!words.empty() && (words.back() == '\n' || words.back() == '\r' || words.back() == ' ')) words.pop_back();
  return words + " (" + std::to_string(lastCode) + ")";
}

}  // namespace t29::disk
#endif
