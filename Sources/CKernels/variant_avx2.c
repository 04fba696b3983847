// x86-64 with AVX2 and fused multiply-add.
#if defined(__x86_64__)
#define VARIANT avx2
#define VARIANT_NAME "avx2"
#define LANES 8
#define BLOCK_ROWS 4
#define BLOCK_VECTORS 2
#define TILE_PIXELS 4
#define TILE_VECTORS 2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "families/all.h"
#pragma clang attribute pop
#endif
