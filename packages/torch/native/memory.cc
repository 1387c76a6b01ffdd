#include "memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "heap.h"

namespace {

constexpr size_t page = size_t{1} << 12;

size_t roundUp(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

// A region that starts on a huge page, so that the kernel can back it with huge pages.
void* map(size_t size) {
  auto* start = static_cast<char*>(
      mmap(nullptr, size + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  TORCH_CHECK(start != MAP_FAILED, "not enough memory: tried to allocate ", size, " bytes");
  auto* aligned = reinterpret_cast<char*>(roundUp(reinterpret_cast<size_t>(start), hugePage));
  if (aligned != start) munmap(start, aligned - start);
  const size_t tail = start + hugePage - aligned;
  if (tail > 0) munmap(aligned + size, tail);
#ifdef MADV_HUGEPAGE
  madvise(aligned, size, MADV_HUGEPAGE);
#endif
  return aligned;
}

// glibc maps and unmaps every large activation at every step, and each of its 4 KiB pages costs a fault.
// Freed blocks are kept here instead, but never so many that used and kept together exceed the most that
// was ever used at once: the peak stays what it would be without reuse.
class ReusingAllocator final : public c10::Allocator {
 public:
  // libtorch 1.13 asks a const allocator, 2.6 one that may change and that can copy. Each finds its own
  // here, so none of the three says `override`.
  c10::DataPtr allocate(size_t size) const {
    if (size < hugePage) return c10::GetDefaultCPUAllocator()->allocate(size);
    void* data = take(roundUp(size, page));
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DataPtr allocate(size_t size) { return std::as_const(*this).allocate(size); }
  void copy_data(void* to, const void* from, size_t size) const { std::memcpy(to, from, size); }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }

 private:
  struct Books {
    std::mutex lock;
    std::unordered_map<void*, size_t> used;
    std::multimap<size_t, void*> kept;
    size_t usedBytes = 0, keptBytes = 0, mostUsed = 0;
  };
  static Books& books() {
    static Books* instance = new Books();
    return *instance;
  }

  static void* take(size_t size) {
    auto& b = books();
    std::lock_guard<std::mutex> guard(b.lock);
    void* data = nullptr;
    const auto fit = b.kept.lower_bound(size);
    if (fit != b.kept.end() && fit->first <= size + size / 8) {
      size = fit->first;
      data = fit->second;
      b.keptBytes -= size;
      b.kept.erase(fit);
    } else {
      // Small runs take and give back blocks of many sizes: some may be kept whatever the peak was.
      while (!b.kept.empty() && b.usedBytes + b.keptBytes + size > std::max(b.mostUsed, alwaysKept)) {
        unmapLargest(b);
      }
      data = map(size);
    }
    b.used.emplace(data, size);
    b.usedBytes += size;
    b.mostUsed = std::max(b.mostUsed, b.usedBytes);
    return data;
  }

  static void unmapLargest(Books& b) {
    const auto largest = std::prev(b.kept.end());
    munmap(largest->second, largest->first);
    b.keptBytes -= largest->first;
    b.kept.erase(largest);
  }

  static void release(void* data) {
    auto& b = books();
    std::unique_lock<std::mutex> guard(b.lock);
    const auto found = b.used.find(data);
    if (found == b.used.end()) {
      guard.unlock();
      return c10::GetDefaultCPUAllocator()->raw_deallocate(data);
    }
    b.usedBytes -= found->second;
    b.keptBytes += found->second;
    b.kept.emplace(found->second, data);
    b.used.erase(found);
  }
};

}  // namespace

void useReusingAllocator() {
  keepFreedMemory();
  static ReusingAllocator allocator;
  c10::SetCPUAllocator(&allocator, 1);
}
