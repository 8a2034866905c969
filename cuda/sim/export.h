// Marks the functions that stand in for the driver's and cuBLAS's.
#pragma once
#define SIM_API extern "C" __attribute__((visibility("default")))
