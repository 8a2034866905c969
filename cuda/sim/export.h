// Marks the functions that stand in for the driver's, cuBLAS's and NCCL's.
#pragma once
#define SIM_API extern "C" __attribute__((visibility("default")))
