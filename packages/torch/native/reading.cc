// For the threads that read files and cut views: huge pages for large arrays of JavaScript, a heap that keeps
// smaller ones, rows of PNGs, pictures shrunk, views cut out. Knows nothing of libtorch, so that these threads
// load no more than this.
#include <napi.h>

#include "area_means.h"
#include "heap.h"
#include "interpolation.h"
#include "png_filters.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace {

// Whole huge pages inside the array only: neighbours in memory are left alone, and not a byte more than
// the array has is ever used. A kernel that cannot do it says so, and nothing is lost.
Napi::Value adviseHugePages(const Napi::CallbackInfo& info) {
  const auto array = info[0].As<Napi::Uint8Array>();
#ifdef MADV_HUGEPAGE
  const auto start = reinterpret_cast<uintptr_t>(array.Data());
  const auto first = (start + hugePage - 1) & ~(hugePage - 1);
  const auto last = (start + array.ByteLength()) & ~(hugePage - 1);
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
  return info.Env().Undefined();
}

Napi::Value keepFreed(const Napi::CallbackInfo& info) {
  keepFreedMemory();
  return info.Env().Undefined();
}

Napi::Object start(Napi::Env env, Napi::Object exports) {
  exports["adviseHugePages"] = Napi::Function::New(env, adviseHugePages);
  exports["keepFreedMemory"] = Napi::Function::New(env, keepFreed);
  exports["undoPngFilters"] = Napi::Function::New(env, undoPngFilters);
  exports["areaMeans"] = Napi::Function::New(env, areaMeans);
  exports["interpolateView"] = Napi::Function::New(env, interpolateView);
  return exports;
}

}  // namespace

NODE_API_MODULE(reading, start)
