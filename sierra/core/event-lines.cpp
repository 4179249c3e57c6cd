#include "event-lines.h"

#include <charconv>

namespace t29 {
namespace {

void appendInteger(std::string& text, std::int64_t value) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void appendStart(std::string& text, const char* kind, std::int64_t stampNs, std::int64_t seq) {
  text += "{\"kind\":\"";
  text += kind;
  text += "\",\"ts\":\"";
  appendInteger(text, stampNs);
  text += "\",\"seq\":";
  appendInteger(text, seq);
}

void appendQuoted(std::string& text, const std::string& words) {
  text += '"';
  for (const char c : words) {
    if (c == '"' || c == '\\') text += '\\';
    // Reasons and names are ours and plain; whatever else comes must not break the line.
    text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  text += '"';
}

/** Nine digits: what a chart's floats hold is known no better. */
void appendNumber(std::string& text, double value) {
  char digits[64];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, 9).ptr);
}

}  // namespace

void appendHeaderLine(std::string& text, const HeaderFacts& facts, const PriceScale& scale) {
  text += "{\"kind\":\"header\",\"v\":1,\"source\":\"t29\",\"instrument\":";
  appendQuoted(text, facts.instrument);
  text += ",\"tickSize\":";
  scale.appendPrice(text, 1);
  text += ",\"multiplier\":";
  appendNumber(text, facts.multiplier);
  text += ",\"levels\":";
  appendInteger(text, facts.levels);
  text += ",\"tradeDate\":";
  appendQuoted(text, facts.tradeDate);
  text += "}\n";
}

void appendDepthLine(std::string& text, std::int64_t stampNs, std::int64_t seq, const DepthOperation& operation,
                     bool isLast, const PriceScale& scale) {
  appendStart(text, "depth", stampNs, seq);
  text += ",\"op\":";
  appendInteger(text, operation.operation);
  text += ",\"side\":";
  appendInteger(text, operation.side);
  text += ",\"position\":";
  appendInteger(text, operation.position);
  text += ",\"price\":";
  scale.appendPrice(text, operation.level.ticks);
  text += ",\"size\":";
  appendInteger(text, operation.level.size);
  text += isLast ? ",\"last\":true}\n" : ",\"last\":false}\n";
}

void appendTradeLine(std::string& text, std::int64_t stampNs, std::int64_t seq, std::int32_t ticks, std::int32_t size,
                     Aggressor aggressor, const PriceScale& scale) {
  appendStart(text, "trade", stampNs, seq);
  text += ",\"price\":";
  scale.appendPrice(text, ticks);
  text += ",\"size\":";
  appendInteger(text, size);
  text += ",\"aggressor\":";
  text += aggressor == Aggressor::buy ? "\"buy\"" : aggressor == Aggressor::sell ? "\"sell\"" : "null";
  text += "}\n";
}

void appendBreakLine(std::string& text, const char* kind, std::int64_t stampNs, std::int64_t seq,
                     const std::string& reason) {
  appendStart(text, kind, stampNs, seq);
  text += ",\"reason\":";
  appendQuoted(text, reason);
  text += "}\n";
}

}  // namespace t29
