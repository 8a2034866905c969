// Tests of the simulated device, by the calls that a program makes of it.
#include "check.h"

Tally tally;

int main() {
  testFaults();
  testEarlyLaunches();
  testRanks();
  // A loop without end is to be found soon.
  setenv("GORGAN_SIM_FAULTS", "steps=50000", 1);
  testText();
  testArithmetic();
  testWarps();
  testMatrices();
  testMemory();
  testDriver();
  testGraphs();
  testProducts();
  testOrders();
  std::printf("simulated device: %d checks, %d failed\n", tally.checks, tally.failures);
  return tally.failures != 0;
}
