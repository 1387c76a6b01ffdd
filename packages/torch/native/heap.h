// How glibc's heap treats blocks of up to some megabytes, in the whole process.
#pragma once
#include <cstddef>

#ifdef __GLIBC__
#include <malloc.h>
#endif

constexpr size_t hugePage = size_t{1} << 21;
// So much may be kept free at the end of the heap.
constexpr size_t alwaysKept = size_t{1} << 29;

// Blocks below two huge pages stay in the heap, and the heap keeps what is freed: glibc would map and
// unmap each of them, and every 4 KiB page of fresh memory costs a fault.
inline void keepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 2 * hugePage);
  mallopt(M_TRIM_THRESHOLD, alwaysKept);
#endif
}
