#pragma once
// The study's library, loaded as Sierra Chart loads it.
#include "sierrachart.h"

#include <string>

class StudyLibrary {
 public:
  /** @throws std::runtime_error */
  explicit StudyLibrary(const std::string& file);

  std::string name() const { return name_(); }
  void call(s_sc& chart) const { study_(chart); }

 private:
  void* find(const char* name) const;

  void* handle_;
  const char* (*name_)();
  void (*study_)(s_sc&);
};
