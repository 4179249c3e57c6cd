#pragma once
// Characters of names and numbers, whatever the machine's language.

namespace t29 {

inline bool isDigit(char c) { return c >= '0' && c <= '9'; }
inline bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool isLetterOrDigit(char c) { return isDigit(c) || isUpper(c) || (c >= 'a' && c <= 'z'); }
/** May stand in a file's name on every system. */
inline bool isNameCharacter(char c) { return isLetterOrDigit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace t29
