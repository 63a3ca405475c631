#include "allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

namespace optimbench {
namespace {

constexpr size_t kAlignment = 64;  // a cache line, and the widest vector register

// In the cache line before a block's data. Freeing must not fail, so the headers themselves link the free blocks.
struct Header {
  size_t bytes;
  Header* next;
};

Header* headerOf(void* data) { return reinterpret_cast<Header*>(static_cast<char*>(data) - kAlignment); }

// Few distinct sizes make blocks reusable: multiples of 64 bytes below a page, whole pages above.
size_t roundUp(size_t bytes) {
  const size_t unit = bytes < 4096 ? kAlignment : 4096;
  return (bytes + unit - 1) / unit * unit;
}

// Large blocks are in huge pages where the system has them on request: an update reads several arrays at once, and each
// small page costs it a search of the page tables.
void* allocateMemory(size_t bytes) {
#ifdef MADV_HUGEPAGE
  constexpr size_t kHugePage = 2 << 20;
  if (bytes >= 2 * kHugePage) {
    void* base = nullptr;  // aligned_alloc would demand a multiple of the alignment
    if (posix_memalign(&base, kHugePage, bytes) != 0) return nullptr;
    madvise(base, bytes, MADV_HUGEPAGE);  // which may fail: small pages do as well
    return base;
  }
#endif
  return std::aligned_alloc(kAlignment, bytes);
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

  void begin() {
    const std::lock_guard lock(mutex_);
    ++users_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    if (--users_ == 0) release();
  }

 private:
  void release() {
    for (auto& [bytes, first] : free_)
      while (first != nullptr) std::free(std::exchange(first, first->next));
    cached_ = 0;
#ifdef __GLIBC__
    malloc_trim(0);  // glibc would keep blocks below 32 MB
#endif
  }

  void* take(size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      Header*& first = free_[bytes];  // the entry remains, since give() must find it
      if (first != nullptr) {
        cached_ -= bytes;
        return reinterpret_cast<char*>(std::exchange(first, first->next)) + kAlignment;
      }
    }
    void* base = allocateMemory(bytes + kAlignment);
    if (base == nullptr) {
      {
        const std::lock_guard lock(mutex_);
        release();
      }
      base = allocateMemory(bytes + kAlignment);
      if (base == nullptr) throw OutOfMemory(bytes);
    }
    static_cast<Header*>(base)->bytes = bytes;
    return static_cast<char*>(base) + kAlignment;
  }

  void give(void* data) {
    Header* header = headerOf(data);
    const size_t bytes = header->bytes;
    {
      const std::lock_guard lock(mutex_);
      if (users_ > 0 && cached_ + bytes <= kCacheLimit) {
        header->next = std::exchange(free_.find(bytes)->second, header);
        cached_ += bytes;
        return;
      }
    }
    std::free(header);
  }

  static void free(void* data);

  std::mutex mutex_;                          // no other lock is taken while it is held
  std::unordered_map<size_t, Header*> free_;  // by block size
  size_t cached_ = 0;
  int64_t users_ = 0;
};

// Never destroyed, since tensors in static storage may outlive every static object here.
CachingAllocator& cachingAllocator() {
  static auto* allocator = new CachingAllocator;
  return *allocator;
}

void CachingAllocator::free(void* data) {
  if (data != nullptr) cachingAllocator().give(data);
}

}  // namespace

void installCachingAllocator() { c10::SetCPUAllocator(&cachingAllocator(), /*priority=*/1); }

void beginCaching() { cachingAllocator().begin(); }

void endCaching() { cachingAllocator().end(); }

}  // namespace optimbench
