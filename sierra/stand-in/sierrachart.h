#pragma once
// A STAND-IN for tests: not Sierra Chart's header, and no part of it. It has the few names of the documented ACSIL interface
// that the study uses, in a layout of its own, so that the study can be built and played where there is no Sierra Chart. A
// study that Sierra Chart is to load is built with the header of its own installation: docs/sierra.md.
#include <cstdint>
#include <string>

#ifdef _WIN32
#define T29_EXPORT extern "C" __declspec(dllexport)
#else
#define T29_EXPORT extern "C" __attribute__((visibility("default")))
#endif

#define SCSFExport T29_EXPORT void
#define SCDLLName(name)                                       \
  T29_EXPORT int scdll_DLLVersion() { return 1; }             \
  T29_EXPORT const char* scdll_DLLName() { return name; }

enum ServerConnectionStateEnum { SCS_DISCONNECTED = 0, SCS_CONNECTED = 3 };

constexpr std::int16_t SC_TS_MARKER = 0;
constexpr std::int16_t SC_TS_BID = 1;
constexpr std::int16_t SC_TS_ASK = 2;
constexpr std::int16_t SC_TS_BIDASKVALUES = 6;

class SCString {
 public:
  SCString& operator=(const char* text) {
    text_ = text;
    return *this;
  }
  const char* GetChars() const { return text_.c_str(); }

 private:
  std::string text_;
};

/** Days since 1899-12-30. */
class SCDateTimeMS {
 public:
  SCDateTimeMS() = default;
  explicit SCDateTimeMS(double days) : days_(days) {}
  double GetAsDouble() const { return days_; }

 private:
  double days_ = 0;
};

struct s_TimeAndSales {
  SCDateTimeMS DateTime;
  float Price = 0;
  std::uint32_t Volume = 0;
  std::int16_t Type = SC_TS_MARKER;
  std::uint32_t Sequence = 0;
};

class c_SCTimeAndSalesArray {
 public:
  int Size() const { return size_; }
  const s_TimeAndSales& operator[](int index) const { return records_[index]; }
  void Show(const s_TimeAndSales* records, int size) {
    records_ = records;
    size_ = size;
  }

 private:
  const s_TimeAndSales* records_ = nullptr;
  int size_ = 0;
};

struct s_MarketDepthEntry {
  float Price = 0;
  std::uint32_t Quantity = 0;
};

class s_SCInput {
 public:
  SCString Name;
  void SetString(const char* text) { text_ = text; }
  const char* GetString() const { return text_.GetChars(); }
  void SetInt(int value) { value_ = value; }
  int GetInt() const { return value_; }
  void SetIntLimits(int, int) {}

 private:
  SCString text_;
  int value_ = 0;
};

struct s_sc {
  int SetDefaults = 0;
  int LastCallToFunction = 0;
  int IsFullRecalculation = 0;
  int AutoLoop = 1;
  int UpdateAlways = 0;
  int GraphRegion = 1;
  int FreeDLL = 0;
  int UsesMarketDepthData = 0;
  int ServerConnectionState = SCS_DISCONNECTED;
  float TickSize = 0;
  float CurrencyValuePerTick = 0;
  float RealTimePriceMultiplier = 1;
  SCString GraphName;
  SCString StudyDescription;
  SCString Symbol;
  s_SCInput Input[16];

  virtual ~s_sc() = default;
  virtual void*& GetPersistentPointer(int key) = 0;
  virtual void AddMessageToLog(const char* text, int showLog) = 0;
  virtual void GetTimeAndSales(c_SCTimeAndSalesArray& sales) = 0;
  virtual int GetBidMarketDepthNumberOfLevels() = 0;
  virtual int GetAskMarketDepthNumberOfLevels() = 0;
  virtual int GetBidMarketDepthEntryAtLevel(s_MarketDepthEntry& entry, int level) = 0;
  virtual int GetAskMarketDepthEntryAtLevel(s_MarketDepthEntry& entry, int level) = 0;
  virtual int IsReplayRunning() = 0;
};

using SCStudyInterfaceRef = s_sc&;
