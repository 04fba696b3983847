// Plain vectors of four floats: right on every machine, and the check on the others.

#define VARIANT portable
#define VARIANT_NAME "portable"
#define LANES 4
#define BLOCK_ROWS 4
#define BLOCK_VECTORS 2
#define TILE_PIXELS 4
#define TILE_VECTORS 2

#include "families/all.h"
