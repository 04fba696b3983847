// The vector type of one variant. A variant defines, before it includes this file:
//
//   VARIANT        its name, appended to every function
//   LANES          floats in a vector: 4, 8 or 16
//   BLOCK_ROWS     rows of the register block (divides CK_BLOCK)
//   BLOCK_VECTORS  vectors across the register block (BLOCK_VECTORS·LANES divides CK_PANEL)
//
// Everything below is written once, on the compiler's own vector types.
#include "CKernels.h"

#include <stdint.h>
#include <string.h>

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(function) JOIN(function, VARIANT)

typedef float vf __attribute__((vector_size(LANES * 4)));
typedef int32_t vi __attribute__((vector_size(LANES * 4)));
typedef float vf_unaligned __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

static inline vf NAME(load)(const float *p) { return *(const vf_unaligned *)p; }
static inline void NAME(store)(float *p, vf v) { *(vf_unaligned *)p = v; }

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

// Interleaving two vectors a, b into a₀b₀a₁b₁… (low and high half), and picking even or odd elements back.
#if LANES == 16
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#elif LANES == 8
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#else
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#endif
