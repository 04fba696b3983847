// Sizes of the scratch of one tile, shared by all variants.
//
//   ring    [channels][slots][row]   the few picture rows that the 3×3 window needs; a row is 16 guard
//                                    floats, the pixels, and at least 16 more guards, all guards zero
//   panels  [panels][channels][32]   the pixels of one group of rows, as the matrix product wants them
#pragma once
#include "CKernels.h"

enum { ring_guard = 16 };

typedef struct {
    int group;  // rows handled at once, so that narrow pictures fill a panel
    int slots;  // rows in the ring
    int row;    // floats of a ring row
    int panels; // panels of a group
} tile_geometry;

static inline int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

static inline tile_geometry geometry_of(int height, int width) {
    tile_geometry g;
    g.group = width >= CK_PANEL ? 1 : CK_PANEL / width;
    if (g.group > height) g.group = height;
    g.slots = g.group + 3;
    g.row = ring_guard + round_up(width, 16) + ring_guard;
    g.panels = round_up(g.group * width, CK_PANEL) / CK_PANEL;
    return g;
}

/// Narrow pictures are one tile of rows; their channels are shared out instead, in a fixed number of parts.
static inline int parts_of(const ck_separable *layer) { return layer->width < CK_PANEL ? 4 : 1; }

/// The rows and the channels of one task.
typedef struct {
    int tile;       // of rows
    int first, end; // rows
    int from, to;   // channels, whole blocks
} task_share;

/// The share of one task, when `channels` channels are shared out.
static inline task_share share_of(const ck_separable *layer, int task, int channels) {
    int parts = parts_of(layer), part = task % parts;
    int each = round_up((channels + parts - 1) / parts, CK_BLOCK);
    task_share share = {.tile = task / parts, .from = part * each, .to = (part + 1) * each};
    share.first = share.tile * layer->rows;
    share.end = share.first + layer->rows;
    if (share.end > layer->height) share.end = layer->height;
    if (share.to > channels) share.to = channels;
    return share;
}
