#include "random_stream.h"

#include <ATen/CPUGeneratorImpl.h>

namespace optimbench {
namespace {

// splitmix64 (Steele, Lea & Flood 2014): similar keys give unrelated states.
uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

uint64_t streamSeed(uint64_t seed, Purpose purpose, std::initializer_list<int64_t> indices) {
  uint64_t key = mix(seed) ^ static_cast<uint64_t>(purpose);
  for (const int64_t index : indices) key = mix(key) ^ static_cast<uint64_t>(index);
  return mix(key);
}

at::Generator randomStream(at::Device device, uint64_t seed, Purpose purpose, std::initializer_list<int64_t> indices) {
  const uint64_t key = streamSeed(seed, purpose, indices);
  if (device.is_cpu()) return at::make_generator<at::CPUGeneratorImpl>(key);
  auto generator = at::globalContext().defaultGenerator(device).clone();
  generator.set_current_seed(key);
  return generator;
}

}  // namespace optimbench
