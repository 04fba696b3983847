// How a dense convolution is cut up: shared by packing, dispatch and all variants.
//
// An upsampling convolution is four convolutions on the small grid, its phases: phase (py, px) makes the output
// pixels (2y + py, 2x + px). Each has 3×3 taps; repeating pixels leaves one row and one column of them zero.
#pragma once
#include "CKernels.h"

#include "geometry.h"

enum { direct_pixels = 64, blur_rows = 16, rgb_pixels = 4096, winograd_side = 4, winograd_points = 6, winograd_positions = 36 };

/// One direction of a layer: what goes into the products and what comes out.
typedef struct {
    int backward;
    int height, width;         // of the small grid
    int blocks_in, blocks_out; // of 16 channels
    int phases_in, phases_out; // 1 or 4; with 4, that side is twice as large as the grid
    const float *weight;
} convolution_pass;

static inline convolution_pass pass_of(const ck_convolution *layer, int backward) {
    int in = layer->channels_in / CK_CHANNELS, out = layer->channels_out / CK_CHANNELS;
    int phases = layer->upsampling == CK_SAME ? 1 : 4;
    if (backward)
        return (convolution_pass){1, layer->height, layer->width, out, in, phases, 1, layer->weight_transposed};
    return (convolution_pass){0, layer->height, layer->width, in, out, 1, phases, layer->weight};
}

/// Along one axis, whether a phase (0, 1) uses a tap (0, 1, 2: before, at, behind).
static inline int tap_used(int upsampling, int backward, int phase, int tap) {
    if (upsampling != CK_NEAREST && upsampling != CK_TRANSPOSED) return 1;
    return backward ? (phase ? tap < 2 : tap > 0) : (phase ? tap > 0 : tap < 2);
}

/// Along one axis, whether a phase needs a Winograd point: of two taps, 0 or ∞ is not needed.
static inline int point_used(int upsampling, int backward, int phase, int point) {
    if (upsampling != CK_NEAREST && upsampling != CK_TRANSPOSED) return 1;
    int lacks_last = backward ? phase : !phase;
    return lacks_last ? point < 5 : point > 0;
}

static inline int chunks_of(int blocks) { return (blocks + 1) / 2; }
static inline int chunk_width(int blocks, int chunk) {
    return 2 * chunk + 1 < blocks ? CK_CHUNK : CK_CHANNELS;
}

/// Products of one chunk: positions (taps or Winograd points) over all phases, each of [inputs][width] weights.
static inline int products_of(int upsampling, int winograd) {
    if (upsampling == CK_SAME) return winograd ? 36 : 9;
    if (upsampling == CK_FILTERED) return winograd ? 144 : 36;
    return winograd ? 100 : 16;
}
