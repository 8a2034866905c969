// Error codes of the driver, and the sentences that explain the last of each.
//
// Every failure goes through fail(), so that cuGetErrorString tells the program what
// was wrong, not only which code it got.
#pragma once
#include <cstdint>
#include <string>

namespace sim {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using s8 = std::int8_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using s64 = std::int64_t;
using f32 = float;
using f64 = double;
using Ull = unsigned long long;  // what %llu writes

// Driver results; the numbers are the driver's.
enum Result : int {
  success = 0,
  invalidValue = 1,
  outOfMemory = 2,
  notInitialized = 3,
  deviceUnavailable = 46,
  noDevice = 100,
  invalidDevice = 101,
  invalidContext = 201,
  noBinaryForGPU = 209,
  eccUncorrectable = 214,
  invalidPTX = 218,
  invalidHandle = 400,
  illegalState = 401,
  notFound = 500,
  notReady = 600,
  illegalAddress = 700,
  launchOutOfResources = 701,
  launchTimeout = 702,
  primaryContextActive = 708,
  contextDestroyed = 709,
  misalignedAddress = 716,
  launchFailed = 719,
  notSupported = 801,
  captureUnsupported = 900,
  captureInvalidated = 901,
  captureUnjoined = 904,
  captureIsolation = 905,
  captureImplicit = 906,
  capturedEvent = 907,
  captureWrongThread = 908,
  unknownError = 999,
};

// Records the sentence as the explanation of code and returns code.
int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The explanation of the last failure with that code, else the code's plain meaning;
// good for the life of the process.
const char *explain(int code);

// The code's name as the driver spells it, nullptr if there is no such code.
const char *errorName(int code);

// Writes a line to stderr if GORGAN_SIM_LOG is set.
void log(const char *format, ...) __attribute__((format(printf, 1, 2)));

std::string text(const char *format, ...) __attribute__((format(printf, 1, 2)));

}  // namespace sim
