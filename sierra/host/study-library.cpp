#include "study-library.h"

#include <stdexcept>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

StudyLibrary::StudyLibrary(const std::string& file) {
#ifdef _WIN32
  handle_ = reinterpret_cast<void*>(LoadLibraryA(file.c_str()));
#else
  handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
#endif
  if (!handle_) throw std::runtime_error("cannot load " + file);
  name_ = reinterpret_cast<const char* (*)()>(find("scdll_DLLName"));
  study_ = reinterpret_cast<void (*)(s_sc&)>(find("scsf_T29Capture"));
  find("scdll_DLLVersion");
}

void* StudyLibrary::find(const char* name) const {
#ifdef _WIN32
  void* const found = reinterpret_cast<void*>(GetProcAddress(reinterpret_cast<HMODULE>(handle_), name));
#else
  void* const found = dlsym(handle_, name);
#endif
  if (!found) throw std::runtime_error(std::string("the library has no ") + name);
  return found;
}
