// How a dense convolution is cut up: shared by packing, dispatch and all variants.
//
// An upsampling convolution is four convolutions on the small grid, its phases: phase (py, px) makes the output
// pixels (2y + py, 2x + px). Each has 3×3 taps; repeating pixels leaves one row and one column of them zero.
#pragma once
#include "CKernels.h"

#include "geometry.h"

enum {
    summed_blocks = 4,  // blocks of channels that are summed in one go
    direct_pixels = 64, // of the small grid: one tile of a direct convolution
    winograd_side = 4,  // pixels of one Winograd tile, along each axis
    winograd_points = 6,
    winograd_positions = 36,
    winograd_columns = 8, // Winograd tiles across one tile of the layer
    stored_group = 16,    // activations that are summed at a time
    blur_rows = 16,
    rgb_pixels = 4096,
};

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
static inline int chunk_width(int blocks, int chunk) { return 2 * chunk + 1 < blocks ? CK_CHUNK : CK_CHANNELS; }

/// Products of one chunk: positions (taps or Winograd points) over all phases, each of [inputs][width] weights.
static inline int products_of(int upsampling, int winograd) {
    if (upsampling == CK_SAME) return winograd ? 36 : 9;
    if (upsampling == CK_FILTERED) return winograd ? 144 : 36;
    return winograd ? 100 : 16;
}

/// Floats of one staged plane of a direct convolution. Three pixels more than the plane holds spread the blocks that
/// one product runs through over the sets of the cache.
static inline ptrdiff_t direct_plane(convolution_pass pass) {
    return ((ptrdiff_t)(pass.height + 2) * pass.width + 3) * CK_CHANNELS;
}

/// How a pass is cut into tiles of the picture, and where its transformed input lies.
///
///   transformed  [point][phases that use it][block][tile][16], behind every point 16 floats, and behind every
///                block of many tiles 8 more tiles, that spread them over the sets of the cache
///   products     [point][tile][width], likewise
typedef struct {
    int rows, columns; // Winograd tiles of one tile of the layer
    int tiles_down, tiles_across;
    int staged;            // transforms and products of the whole picture, one after the other
    ptrdiff_t window;      // floats of the loaded pixels behind one tile, of one block
    ptrdiff_t block;       // floats of one block of 16 channels of one point
    ptrdiff_t transformed; // floats of one tile
    ptrdiff_t products;    // floats of one point
    ptrdiff_t offset[winograd_positions];
    int phases[winograd_positions];
} winograd_geometry;

static inline winograd_geometry winograd_of(const ck_convolution *layer, convolution_pass pass) {
    winograd_geometry g = {.columns = winograd_columns};
    int uses = 0;
    for (int i = 0; i < winograd_positions; i++) {
        for (int phase = 0; phase < pass.phases_in; phase++)
            g.phases[i] += pass.phases_in == 1
                || (point_used(layer->upsampling, 1, phase / 2, i / 6)
                    && point_used(layer->upsampling, 1, phase % 2, i % 6));
        uses += g.phases[i];
    }
    // As many rows as keep the transformed input in the second cache.
    ptrdiff_t row = (ptrdiff_t)uses * pass.blocks_in * CK_CHANNELS * g.columns;
    int down = (pass.height + winograd_side - 1) / winograd_side;
    int across = (pass.width + winograd_side - 1) / winograd_side;
    g.rows = 8;
    while (g.rows > 2 && (row * g.rows > 160 * 1024 || g.rows / 2 >= down)) g.rows /= 2;
    g.staged = row * g.rows > 320 * 1024;
    if (g.staged) g.rows = down < 8 ? down : 8; // the tiles then only divide the work
    g.tiles_down = (down + g.rows - 1) / g.rows;
    g.tiles_across = (across + g.columns - 1) / g.columns;
    g.window = (ptrdiff_t)(g.rows * winograd_side + 2) * (g.columns * winograd_side + 2) * CK_CHANNELS;
    int tiles = g.rows * g.columns;
    g.block = (tiles + (tiles >= 32 ? CK_PIXELS : 0)) * CK_CHANNELS;
    for (int i = 0; i < winograd_positions; i++) {
        g.offset[i] = g.transformed;
        g.transformed += (ptrdiff_t)g.phases[i] * pass.blocks_in * g.block + 16;
    }
    g.products = (ptrdiff_t)tiles * CK_CHUNK + 16;
    if (g.staged) g.products = (ptrdiff_t)tiles * g.tiles_down * g.tiles_across * pass.blocks_out * CK_CHANNELS + 16;
    return g;
}

/// Whether a phase of the output needs a Winograd point.
static inline int product_used(const ck_convolution *layer, convolution_pass pass, int phase, int point) {
    return pass.phases_out == 1
        || (point_used(layer->upsampling, 0, phase / 2, point / 6)
            && point_used(layer->upsampling, 0, phase % 2, point % 6));
}

/// The packed weights of one chunk behind those of all phases and points before this one.
static inline const float *weights_of(
    const ck_convolution *layer, convolution_pass pass, const winograd_geometry *g, int chunk, int phase, int point) {
    int before = 0;
    for (int p = 0; p <= phase; p++)
        for (int i = 0; i < (p < phase ? winograd_positions : point); i++)
            if (product_used(layer, pass, p, i)) before += g->phases[i];
    ptrdiff_t inputs = (ptrdiff_t)pass.blocks_in * CK_CHANNELS;
    return pass.weight + (ptrdiff_t)chunk * products_of(layer->upsampling, 1) * inputs * CK_CHUNK
        + before * inputs * chunk_width(pass.blocks_out, chunk);
}
