// Dense convolution by Winograd's F(4×4, 3×3): a quarter of the products, for pictures of some size.
//
//   pixels ──load──▶ window ──Bᵀ·B──▶ transformed ──36 products──▶ ──Aᵀ·A──▶ store
//
// One tile of the layer is a few rows of eight 4×4 tiles. Where its transformed input fits into the second cache,
// all of this happens in one go. Where there are too many channels, the whole picture goes through one step after the
// other, and the products are divided by points, so that every weight is read once.

/// Six pixels to six points: Bᵀ for 0, ±√½, ±√2, ∞.
static inline void NAME(to_points)(const vf d[6], vf *t, int step) {
    const float root = 1.41421356237f;
    vf even1 = d[4] - 2.0f * d[2], odd1 = root * (0.5f * d[3] - d[1]);
    vf even2 = d[4] - 0.5f * d[2], odd2 = root * (d[3] - 0.5f * d[1]);
    t[0] = d[0] - 2.5f * d[2] + d[4];
    t[step] = even1 + odd1;
    t[2 * step] = even1 - odd1;
    t[3 * step] = even2 + odd2;
    t[4 * step] = even2 - odd2;
    t[5 * step] = d[1] - 2.5f * d[3] + d[5];
}

/// Six points to four pixels: Aᵀ.
static inline void NAME(to_pixels)(const vf m[6], vf y[4]) {
    const float root = 1.41421356237f;
    vf even1 = m[1] + m[2], odd1 = root * (m[1] - m[2]);
    vf even2 = m[3] + m[4], odd2 = root * (m[3] - m[4]);
    y[0] = m[0] + even1 + even2;
    y[1] = 0.5f * odd1 + odd2;
    y[2] = 0.5f * even1 + 2.0f * even2;
    y[3] = 0.25f * odd1 + 2.0f * odd2 + m[5];
}

/// One 6×6 window of LANES channels to its 36 points, those of one phase.
static inline void NAME(transform_window)(
    const float *window, ptrdiff_t row, float *const target[winograd_positions], ptrdiff_t at) {
    vf half[36];
    for (int x = 0; x < 6; x++) {
        vf d[6];
        for (int y = 0; y < 6; y++) d[y] = NAME(load)(window + y * row + x * CK_CHANNELS);
        NAME(to_points)(d, half + x, 6);
    }
    for (int i = 0; i < 6; i++) {
        vf t[6];
        NAME(to_points)(half + 6 * i, t, 1);
        for (int j = 0; j < 6; j++)
            if (target[6 * i + j]) NAME(store)(target[6 * i + j] + at, t[j]);
    }
}

/// The pixels of one phase behind one tile of the layer, LANES channels, with a frame of one pixel.
static inline void NAME(load_window)(const ck_convolution *layer, convolution_pass pass, winograd_geometry g, int phase,
    int channel, int top, int left, TYPE(arrival) *arrival, float *window) {
    int side = pass.phases_in == 4 ? 2 : 1, full_width = pass.width * side;
    int rows = g.rows * winograd_side + 2, columns = g.columns * winograd_side + 2;
    ptrdiff_t plane = (ptrdiff_t)(channel / CK_CHANNELS) * pass.height * side * full_width * CK_CHANNELS
        + channel % CK_CHANNELS;
    TYPE(affine) affine = {{0}, {0}, {0}};
    if (!pass.backward) affine = NAME(affine_of)(layer, channel);
    int from = left == 0 ? 1 : 0, to = pass.width - left + 1 < columns ? pass.width - left + 1 : columns;
    for (int r = 0; r < rows; r++) {
        int y = top + r - 1;
        float *target = window + (ptrdiff_t)r * columns * CK_CHANNELS;
        int inside = y >= 0 && y < pass.height;
        for (int c = 0; c < columns; c++)
            if (!inside || c < from || c >= to) NAME(store)(target + c * CK_CHANNELS, (vf){0});
        if (!inside) continue;
        ptrdiff_t pixel = (ptrdiff_t)(y * side + phase / 2) * full_width + (left - 1) * side + phase % 2;
        if (!pass.backward) {
            const float *source = layer->input + plane + pixel * CK_CHANNELS;
            for (int c = from; c < to; c++)
                NAME(store)(target + c * CK_CHANNELS, NAME(apply)(&affine, NAME(load)(source + c * CK_CHANNELS)));
        } else if (layer->raw) {
            const float *source = layer->raw + plane + pixel * CK_CHANNELS;
            for (int c = from; c < to; c++)
                NAME(store)(target + c * CK_CHANNELS, NAME(load)(source + (ptrdiff_t)c * side * CK_CHANNELS));
        } else {
            int owned = r > 0 && r < rows - 1;
            for (int c = from; c < to; c++) {
                ptrdiff_t p = pixel + (ptrdiff_t)c * side;
                NAME(store)
                (target + c * CK_CHANNELS,
                    NAME(arrive)(arrival, layer, plane + p * CK_CHANNELS, p, owned && c > 0 && c < columns - 1));
            }
        }
    }
}

/// Loads and transforms one block of 16 channels for one tile of the layer.
static void NAME(winograd_load)(
    const ck_convolution *layer, int backward, int tile, int block, float *window, float *transformed) {
    convolution_pass pass = pass_of(layer, backward);
    winograd_geometry g = winograd_of(layer, pass);
    int top = tile / g.tiles_across * g.rows * winograd_side, left = tile % g.tiles_across * g.columns * winograd_side;
    ptrdiff_t row = (ptrdiff_t)(g.columns * winograd_side + 2) * CK_CHANNELS;
    for (int part = 0; part < NAME(parts); part++) {
        int channel = block * CK_CHANNELS + part * LANES, slots[winograd_positions] = {0};
        TYPE(arrival) arrival = {0};
        if (backward) arrival = NAME(arrival_of)(layer, channel);
        for (int phase = 0; phase < pass.phases_in; phase++) {
            NAME(load_window)(layer, pass, g, phase, channel, top, left, &arrival, window);
            float *target[winograd_positions];
            for (int i = 0; i < winograd_positions; i++) {
                int used = pass.phases_in == 1
                    || (point_used(layer->upsampling, 1, phase / 2, i / 6)
                        && point_used(layer->upsampling, 1, phase % 2, i % 6));
                ptrdiff_t slot = (ptrdiff_t)slots[i] * pass.blocks_in + block;
                target[i] = used ? transformed + g.offset[i] + slot * g.block + part * LANES : NULL;
                slots[i] += used;
            }
            for (int t = 0; t < g.rows * g.columns; t++) {
                NAME(transform_window)
                (window + t / g.columns * winograd_side * row + t % g.columns * winograd_side * CK_CHANNELS, row,
                    target, (ptrdiff_t)t * CK_CHANNELS);
            }
        }
        if (backward && layer->d_output_gain)
            NAME(store)(layer->d_output_gain + (ptrdiff_t)tile * layer->channels_out + channel, arrival.d_output_gain);
    }
}

/// The 4×4 pixels of one tile from its points; the row and the column of points that a phase lacks are −1, 0 or 5.
static inline __attribute__((always_inline)) void NAME(transform_back)(
    const float *products, ptrdiff_t stride, int lacks_row, int lacks_column, vf y[16]) {
    vf half[24];
    for (int j = 0; j < 6; j++) {
        vf m[6], column[4] = {{0}, {0}, {0}, {0}};
        if (j != lacks_column) {
            for (int i = 0; i < 6; i++) m[i] = i == lacks_row ? (vf){0} : NAME(load)(products + (6 * i + j) * stride);
            NAME(to_pixels)(m, column);
        }
        for (int i = 0; i < 4; i++) half[6 * i + j] = column[i];
    }
    for (int i = 0; i < 4; i++) NAME(to_pixels)(half + 6 * i, y + 4 * i);
}

static inline void NAME(transform_phase)(
    const float *products, ptrdiff_t stride, const ck_convolution *layer, int backward, int phase, vf y[16]) {
    if (backward || (layer->upsampling != CK_NEAREST && layer->upsampling != CK_TRANSPOSED))
        NAME(transform_back)(products, stride, -1, -1, y);
    else if (phase == 0)
        NAME(transform_back)(products, stride, 5, 5, y);
    else if (phase == 1)
        NAME(transform_back)(products, stride, 5, 0, y);
    else if (phase == 2)
        NAME(transform_back)(products, stride, 0, 5, y);
    else
        NAME(transform_back)(products, stride, 0, 0, y);
}

/// Hands the pixels of one phase of a tile of the layer to the sink. `products` of neighbouring points are
/// `g.products` floats apart.
static inline void NAME(winograd_store)(
    TYPE(sink) *sink, const winograd_geometry *g, int phase, int chunk, int tile, const float *products) {
    convolution_pass pass = sink->pass;
    int side = pass.phases_out == 4 ? 2 : 1, full_width = pass.width * side,
        width = chunk_width(pass.blocks_out, chunk);
    int top = tile / g->tiles_across * g->rows * winograd_side,
        left = tile % g->tiles_across * g->columns * winograd_side;
    ptrdiff_t plane = (ptrdiff_t)pass.height * side * full_width * CK_CHANNELS;
    for (int v = 0; v < width / LANES; v++) {
        int channel = chunk * CK_CHUNK + v * LANES;
        ptrdiff_t base = channel / CK_CHANNELS * plane + channel % CK_CHANNELS;
        for (int t = 0; t < g->rows * g->columns; t++) {
            int y0 = top + t / g->columns * winograd_side, x0 = left + t % g->columns * winograd_side;
            if (y0 >= pass.height || x0 >= pass.width) continue;
            vf result[16];
            NAME(transform_phase)
            (products + t * width + v * LANES, g->products, sink->layer, pass.backward, phase, result);
            int rows = pass.height - y0 < 4 ? pass.height - y0 : 4, columns = pass.width - x0 < 4 ? pass.width - x0 : 4;
            for (int y = 0; y < rows; y++)
                for (int x = 0; x < columns; x++) {
                    ptrdiff_t pixel = (ptrdiff_t)((y0 + y) * side + phase / 2) * full_width + (x0 + x) * side
                        + phase % 2;
                    NAME(take)(sink, v, result[4 * y + x], base + pixel * CK_CHANNELS, pixel);
                }
        }
    }
}

/// The products of one point and one phase of the output, for one tile of the layer and one chunk.
static inline void NAME(winograd_products)(convolution_pass pass, const winograd_geometry *g, int point,
    const float *weights, int width, const float *transformed, float *products) {
    TYPE(segment) segment = {transformed + g->offset[point], weights};
    NAME(multiply_pixels)
    (&segment, 1, pass.blocks_in * g->phases[point], g->block, width, g->rows * g->columns, products);
}

/// One chunk of output channels of one tile of the layer, all phases of it.
static void NAME(winograd_multiply)(
    const ck_convolution *layer, int backward, int tile, int chunk, const float *transformed, float *products) {
    convolution_pass pass = pass_of(layer, backward);
    winograd_geometry g = winograd_of(layer, pass);
    int width = chunk_width(pass.blocks_out, chunk);
    const float *weights = weights_of(layer, pass, &g, chunk, 0, 0);
    TYPE(sink) sink;
    NAME(open_sink)(&sink, layer, pass, chunk);
    for (int phase = 0; phase < pass.phases_out; phase++) {
        for (int i = 0; i < winograd_positions; i++) {
            if (!product_used(layer, pass, phase, i)) continue;
            NAME(winograd_products)(pass, &g, i, weights, width, transformed, products + i * g.products);
            weights += (ptrdiff_t)pass.blocks_in * g.phases[i] * CK_CHANNELS * width;
        }
        NAME(winograd_store)(&sink, &g, phase, chunk, tile, products);
    }
    NAME(close_sink)(&sink, tile, chunk);
}

// Staged: transformed [tile][…], products [phase][point][chunk][tile][Winograd tile][width].

static void NAME(winograd_point)(
    const ck_convolution *layer, int backward, int point, int phase, const float *transformed, float *products) {
    convolution_pass pass = pass_of(layer, backward);
    winograd_geometry g = winograd_of(layer, pass);
    if (!product_used(layer, pass, phase, point)) return;
    int tiles = g.tiles_down * g.tiles_across;
    float *target = products + ((ptrdiff_t)phase * winograd_positions + point) * g.products;
    for (int chunk = 0; chunk < chunks_of(pass.blocks_out); chunk++) {
        int width = chunk_width(pass.blocks_out, chunk);
        const float *weights = weights_of(layer, pass, &g, chunk, phase, point);
        for (int tile = 0; tile < tiles; tile++, target += g.rows * g.columns * width)
            NAME(winograd_products)(pass, &g, point, weights, width, transformed + tile * g.transformed, target);
    }
}

static void NAME(winograd_finish)(
    const ck_convolution *layer, int backward, int tile, int chunk, const float *products) {
    convolution_pass pass = pass_of(layer, backward);
    winograd_geometry g = winograd_of(layer, pass);
    ptrdiff_t tiles = (ptrdiff_t)g.tiles_down * g.tiles_across * g.rows * g.columns;
    ptrdiff_t at = chunk * CK_CHUNK * tiles
        + (ptrdiff_t)tile * g.rows * g.columns * chunk_width(pass.blocks_out, chunk);
    TYPE(sink) sink;
    NAME(open_sink)(&sink, layer, pass, chunk);
    for (int phase = 0; phase < pass.phases_out; phase++) {
        NAME(winograd_store)
        (&sink, &g, phase, chunk, tile, products + (ptrdiff_t)phase * winograd_positions * g.products + at);
    }
    NAME(close_sink)(&sink, tile, chunk);
}
