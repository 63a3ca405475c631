// The tests of the kernels, with the random numbers that they use and how they report.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

constexpr int kRounds = 60;

// A linear congruential generator: the same numbers on every machine.
uint32_t next();
int64_t between(int64_t least, int64_t most);

// From -1 to 1, in steps of 1/64, of which sums of products are exact.
std::vector<float> numbers(int64_t count);

template <typename Found, typename Expected>
double difference(const std::vector<Found>& found, const std::vector<Expected>& expected) {
  double most = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const double each = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    most = std::max(most, std::isnan(each) ? INFINITY : each / std::max(1.0, std::abs(double(expected[i]))));
  }
  return most;
}

// Prints an error. The program fails if one is too large.
void report(const char* what, double error, double tolerance);

void checkActivation();
void checkBatchNorm();
void checkConvolutions();
void checkDense();
void checkElementwise();
void checkMeanPool();
void checkRandom();
