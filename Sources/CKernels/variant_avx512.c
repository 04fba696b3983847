// x86-64 with AVX-512.
#if defined(__x86_64__)
#define VARIANT avx512
#define VARIANT_NAME "avx512"
#define LANES 16
#define BLOCK_ROWS 8
#define BLOCK_VECTORS 2
#define TILE_PIXELS 8
#define TILE_VECTORS 2
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"))), apply_to = function)
#include "families/all.h"
#pragma clang attribute pop
#endif
