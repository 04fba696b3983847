// The vector type of one variant. A variant defines, before it includes this file:
//
//   VARIANT        its name, appended to every function
//   LANES          floats in a vector: 4, 8 or 16
//   BLOCK_ROWS     rows of the register block (divides CK_BLOCK)
//   BLOCK_VECTORS  vectors across the register block (BLOCK_VECTORS·LANES divides CK_PANEL)
//   TILE_PIXELS    pixels of the register block of dense convolutions (divides CK_PIXELS)
//   TILE_VECTORS   vectors across it
//
// Everything below is written once, on the compiler's own vector types.
#include "CKernels.h"

#include <stdint.h>
#include <string.h>

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(function) JOIN(function, VARIANT)
#define TYPE(name) JOIN(name, VARIANT) // the same, so that clang-format can tell types from calls

typedef float vf __attribute__((vector_size(LANES * 4)));
typedef int32_t vi __attribute__((vector_size(LANES * 4)));
typedef float vf_unaligned __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

static inline vf NAME(load)(const float *p) { return *(const vf_unaligned *)p; }
static inline void NAME(store)(float *p, vf v) { *(vf_unaligned *)p = v; }
/// Stores to an aligned place without fetching its cache line first. Ordered by `finish_past_caches` only.
static inline void NAME(store_past_caches)(float *p, vf v) {
#if defined(__has_builtin)
#if __has_builtin(__builtin_nontemporal_store)
    __builtin_nontemporal_store(v, (vf *)p);
    return;
#endif
#endif
    NAME(store)(p, v);
}
static inline void NAME(finish_past_caches)(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/// v where x > 0, 0.2·v elsewhere: the leaky ReLU (x = v) and its derivative (x the activation).
static inline vf NAME(leaky)(vf x, vf v) {
    vi positive = x > 0.0f;
    return (vf)(((vi)v & positive) | ((vi)(v * 0.2f) & ~positive));
}
static inline float NAME(leaky_one)(float x, float v) { return x > 0 ? v : v * 0.2f; }

static inline float NAME(sum)(vf v) {
    float total = 0;
    for (int i = 0; i < LANES; i++) total += v[i];
    return total;
}

// NEXT_IN(a, b) = a₁a₂…b₀ and LAST_IN(a, b) = aₙb₀b₁…: a row's vectors a, b moved by one pixel.
// Interleaving two vectors a, b into a₀b₀a₁b₁… (low and high half), and picking even or odd elements back.
#if LANES == 16
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define NEXT_IN(a, b) __builtin_shufflevector(a, b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
#define LAST_IN(a, b) __builtin_shufflevector(a, b, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
#elif LANES == 8
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define NEXT_IN(a, b) __builtin_shufflevector(a, b, 1, 2, 3, 4, 5, 6, 7, 8)
#define LAST_IN(a, b) __builtin_shufflevector(a, b, 7, 8, 9, 10, 11, 12, 13, 14)
#else
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#define NEXT_IN(a, b) __builtin_shufflevector(a, b, 1, 2, 3, 4)
#define LAST_IN(a, b) __builtin_shufflevector(a, b, 3, 4, 5, 6)
#endif

// Rows that will be read soon, fetched a few cache lines at a time between products, so that memory works while
// the multipliers do.
typedef struct {
    const char *base;
    ptrdiff_t stride; // bytes from one row to the next
    int lines;        // cache lines of a row
    int total, done;  // cache lines of all rows
    int portion;      // cache lines for each call of fetch
} TYPE(feed);

/// A feed of `rows` runs of `width` floats, spread over `calls` calls; empty where width is not positive.
static inline TYPE(feed) NAME(feed_of)(const float *base, ptrdiff_t stride, int rows, int width, int calls) {
    int lines = width > 0 ? (width + 15) / 16 : 0, total = lines * rows;
    return (TYPE(feed)){.base = (const char *)base,
        .stride = stride * (ptrdiff_t)sizeof(float),
        .lines = lines,
        .total = total,
        .portion = (total + calls - 1) / calls};
}

static inline void NAME(fetch)(TYPE(feed) *feed) {
    int end = feed->done + feed->portion < feed->total ? feed->done + feed->portion : feed->total;
    if (feed->done == end) return;
    int row = feed->done / feed->lines, line = feed->done % feed->lines;
    for (int i = feed->done; i < end; i++) {
        __builtin_prefetch(feed->base + row * feed->stride + line * 64, 0, 2);
        if (++line == feed->lines) row += 1, line = 0;
    }
    feed->done = end;
}
