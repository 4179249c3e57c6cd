#pragma once
// The words that a program was started with, in UTF-8.
#include <map>
#include <string>

class Arguments {
 public:
  /** `--name value` pairs. @throws std::runtime_error */
  Arguments(int argc, char** argv);

  std::string text(const std::string& name, const std::string& otherwise = "") const;
  int number(const std::string& name, int otherwise) const;

 private:
  std::map<std::string, std::string> values_;
};
