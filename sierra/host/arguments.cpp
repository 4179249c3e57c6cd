#include "arguments.h"

#include <stdexcept>
#include <vector>

#ifdef _WIN32
#include <windows.h>

#include <shellapi.h>
#endif

namespace {

#ifdef _WIN32
/** What main is given lacks the letters that the machine's code page lacks. */
std::vector<std::string> words(int, char**) {
  int count = 0;
  wchar_t** const wide = CommandLineToArgvW(GetCommandLineW(), &count);
  std::vector<std::string> out;
  for (int i = 0; i < count; i++) {
    char utf8[4096];
    WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, utf8, sizeof utf8, nullptr, nullptr);
    out.emplace_back(utf8);
  }
  LocalFree(wide);
  return out;
}
#else
std::vector<std::string> words(int argc, char** argv) { return {argv, argv + argc}; }
#endif

}  // namespace

Arguments::Arguments(int argc, char** argv) {
  const std::vector<std::string> all = words(argc, argv);
  for (std::size_t i = 1; i + 1 < all.size(); i += 2) {
    if (all[i].compare(0, 2, "--") != 0) throw std::runtime_error("no option: " + all[i]);
    values_[all[i].substr(2)] = all[i + 1];
  }
}

std::string Arguments::text(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

int Arguments::number(const std::string& name, int otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : std::stoi(found->second);
}
