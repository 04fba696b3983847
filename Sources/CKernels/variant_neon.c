// AArch64: 32 registers of four floats, fused multiply-add in the base instruction set.
#if defined(__aarch64__)
#define VARIANT neon
#define VARIANT_NAME "neon"
#define LANES 4
#define BLOCK_ROWS 8
#define BLOCK_VECTORS 2
#define TILE_PIXELS 8
#define TILE_VECTORS 2

#include "families/all.h"

#endif
