#include "allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace optimbench {
namespace {

constexpr size_t kAlignment = 64;             // a cache line, and the widest vector register
constexpr size_t kCacheLimit = size_t{1} << 30;  // bytes kept at most; beyond it, blocks go back to the system

// A block's size, in the cache line before its data.
struct Header {
  size_t bytes;
};

Header* headerOf(void* data) { return reinterpret_cast<Header*>(static_cast<char*>(data) - kAlignment); }

// Few distinct sizes, so that blocks fit again: to 64 bytes below a page, to whole pages above.
size_t roundUp(size_t bytes) {
  const size_t unit = bytes < 4096 ? kAlignment : 4096;
  return (bytes + unit - 1) / unit * unit;
}

class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* data = bytes == 0 ? nullptr : take(roundUp(bytes));
    return {data, data, &CachingAllocator::free, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &CachingAllocator::free; }
  void copy_data(void* destination, const void* source, std::size_t bytes) const override {
    std::memcpy(destination, source, bytes);
  }

  void release() {
    const std::lock_guard lock(mutex_);
    for (auto& [bytes, blocks] : free_)
      for (void* data : blocks) std::free(headerOf(data));
    free_.clear();
    cached_ = 0;
  }

 private:
  void* take(size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      auto& blocks = free_[bytes];
      if (!blocks.empty()) {
        void* data = blocks.back();
        blocks.pop_back();
        cached_ -= bytes;
        return data;
      }
    }
    void* base = std::aligned_alloc(kAlignment, bytes + kAlignment);
    if (base == nullptr) {
      release();
      base = std::aligned_alloc(kAlignment, bytes + kAlignment);
      if (base == nullptr) throw std::bad_alloc();
    }
    static_cast<Header*>(base)->bytes = bytes;
    return static_cast<char*>(base) + kAlignment;
  }

  void give(void* data) {
    const size_t bytes = headerOf(data)->bytes;
    {
      const std::lock_guard lock(mutex_);
      if (cached_ + bytes <= kCacheLimit) {
        free_[bytes].push_back(data);
        cached_ += bytes;
        return;
      }
    }
    std::free(headerOf(data));
  }

  static void free(void* data);

  std::mutex mutex_;
  std::unordered_map<size_t, std::vector<void*>> free_;  // by block size
  size_t cached_ = 0;
};

// Never destroyed: tensors in static storage may outlive every static object of ours.
CachingAllocator& theAllocator() {
  static auto* allocator = new CachingAllocator;
  return *allocator;
}

void CachingAllocator::free(void* data) {
  if (data != nullptr) theAllocator().give(data);
}

}  // namespace

void installCachingAllocator() { c10::SetCPUAllocator(&theAllocator(), /*priority=*/1); }

void releaseCachedMemory() { theAllocator().release(); }

}  // namespace optimbench
