// The styled depthwise-separable layer, forward and backward, one tile of rows at a time.
//
//   forward    input rows ──gain (or Haar)──▶ ring ──3×3──▶ panels ──weights──▶ +noise +bias, leaky ReLU ──▶ output
//   backward   ∂(pre-activation) rows ──▶ panels ──weightsᵀ──▶ ring ──3×3 flipped──▶ · gain · leaky′ ──▶ input
//
// Nothing between the input and the output of the layer ever reaches main memory. Backward overwrites the
// input activations with ∂loss/∂(pre-activation of the layer before): each row is read for the last time
// where it is written. A tile recomputes the one row of halo on each side.

/// The row in the ring that holds picture row `y` of channel `c`; y may be −1 or height.
static inline float *NAME(ring_row)(float *ring, tile_geometry g, int c, int y) {
    return ring + ((ptrdiff_t)c * g.slots + (y + g.slots) % g.slots) * g.row + ring_guard;
}

static void NAME(clear_guards)(float *ring, tile_geometry g, int channels, int width) {
    for (ptrdiff_t i = 0; i < (ptrdiff_t)channels * g.slots; i++) {
        float *row = ring + i * g.row;
        memset(row, 0, ring_guard * sizeof(float));
        memset(row + ring_guard + width, 0, (size_t)(g.row - ring_guard - width) * sizeof(float));
    }
}

static void NAME(zero_row)(float *ring, tile_geometry g, int channels, int width, int y) {
    for (int c = 0; c < channels; c++) memset(NAME(ring_row)(ring, g, c, y), 0, (size_t)width * sizeof(float));
}

/// ring[y] = gain ∘ input[y].
static void NAME(load_row)(const ck_separable *layer, float *ring, tile_geometry g, int y) {
    int width = layer->width;
    for (int c = 0; c < layer->channels_in; c++) {
        const float *source = layer->input + c * layer->input_stride + (ptrdiff_t)y * width;
        float *target = NAME(ring_row)(ring, g, c, y), gain = layer->gain[c];
        int x = 0;
        for (; x + LANES <= width; x += LANES) NAME(store)(target + x, gain * NAME(load)(source + x));
        for (; x < width; x++) target[x] = gain * source[x];
    }
}

/// ring[y], ring[y+1] = two rows of the inverse Haar transform of gain ∘ input, for even y.
static void NAME(load_haar_rows)(const ck_separable *layer, float *ring, tile_geometry g, int y) {
    int half = layer->width / 2;
    ptrdiff_t stride = layer->input_stride, offset = (ptrdiff_t)(y / 2) * half;
    for (int c = 0; c < layer->channels_in; c++) {
        int band = layer->channels_in + 3 * c;
        const float *low = layer->input + c * stride + offset, *lh = layer->input + band * stride + offset;
        const float *bands[4] = {low, lh, lh + stride, lh + 2 * stride};
        const float gains[4] = {layer->gain[c], layer->gain[band], layer->gain[band + 1], layer->gain[band + 2]};
        NAME(inverse_haar)
        (bands, gains, half, NAME(ring_row)(ring, g, c, y), NAME(ring_row)(ring, g, c, y + 1));
    }
}

/// Loads rows until row `last` is there, rows outside the picture as zeros; returns the next row to load.
static int NAME(load_until)(const ck_separable *layer, float *ring, tile_geometry g, int next, int last) {
    while (next <= last) {
        if (next < 0 || next >= layer->height) {
            NAME(zero_row)(ring, g, layer->channels_in, layer->width, next);
            next += 1;
        } else if (layer->haar) {
            NAME(load_haar_rows)(layer, ring, g, next);
            next += 2;
        } else {
            NAME(load_row)(layer, ring, g, next);
            next += 1;
        }
    }
    return next;
}

/// The 3×3 window over three rows that start at r0[0], r1[0], r2[0], `count` pixels of it, rounded up to vectors.
///
/// Each column of the window is summed where it lies, and the sums of the outer two columns are moved sideways:
/// three aligned loads for nine products. Every 32 pixels of the result go `hop` floats behind the 32 before.
static inline void NAME(window)(
    const float *k, const float *r0, const float *r1, const float *r2, int count, float *out, ptrdiff_t hop) {
    vf a = NAME(load)(r0 - LANES), b = NAME(load)(r1 - LANES), c = NAME(load)(r2 - LANES);
    vf last = k[0] * a + k[3] * b + k[6] * c;
    a = NAME(load)(r0), b = NAME(load)(r1), c = NAME(load)(r2);
    vf left = k[0] * a + k[3] * b + k[6] * c;
    vf middle = k[1] * a + k[4] * b + k[7] * c;
    vf right = k[2] * a + k[5] * b + k[8] * c;
    for (int x = 0; x < count; x += LANES) {
        r0 += LANES, r1 += LANES, r2 += LANES;
        a = NAME(load)(r0), b = NAME(load)(r1), c = NAME(load)(r2);
        vf next = k[2] * a + k[5] * b + k[8] * c;
        NAME(store)(out + x % CK_PANEL, LAST_IN(last, left) + middle + NEXT_IN(right, next));
        last = left;
        left = k[0] * a + k[3] * b + k[6] * c;
        middle = k[1] * a + k[4] * b + k[7] * c;
        right = next;
        if ((x + LANES) % CK_PANEL == 0) out += hop;
    }
}

/// Depthwise 3×3 of rows y ..< y+count into panels.
static void NAME(windows_to_panels)(
    const ck_separable *layer, float *ring, tile_geometry g, int y, int count, float *panels) {
    int width = layer->width, channels = layer->channels_in;
    float part[CK_PANEL];
    for (int c = 0; c < channels; c++) {
        const float *k = layer->kernel + 9 * c;
        for (int r = 0; r < count; r++) {
            const float *r0 = NAME(ring_row)(ring, g, c, y + r - 1);
            const float *r1 = NAME(ring_row)(ring, g, c, y + r);
            const float *r2 = NAME(ring_row)(ring, g, c, y + r + 1);
            if (width % CK_PANEL == 0) {
                float *target = panels + ((ptrdiff_t)r * width / CK_PANEL * channels + c) * CK_PANEL;
                NAME(window)(k, r0, r1, r2, width, target, (ptrdiff_t)channels * CK_PANEL);
                continue;
            }
            for (int x = 0; x < width;) {
                int position = r * width + x, lane = position % CK_PANEL;
                int segment = CK_PANEL - lane < width - x ? CK_PANEL - lane : width - x;
                float *target = panels + ((ptrdiff_t)(position / CK_PANEL) * channels + c) * CK_PANEL + lane;
                NAME(window)(k, r0 + x, r1 + x, r2 + x, segment, part, CK_PANEL);
                memcpy(target, part, (size_t)segment * sizeof(float));
                x += segment;
            }
        }
    }
}

/// Whether the output is too large for any cache: its lines are then not fetched before they are written, which
/// takes whole lines, so every row has to begin with one.
static inline int NAME(goes_past_caches)(const ck_separable *layer) {
    return layer->width % CK_PANEL == 0 && layer->output_stride % 16 == 0 && (uintptr_t)layer->output % 64 == 0
        && layer->channels_out * layer->output_stride > (4 << 20);
}

/// output = leaky ReLU(block + noise + bias), `count` pixels of up to 8 channels.
static void NAME(finish_block)(const ck_separable *layer, const float *block, int channel, ptrdiff_t pixel, int count) {
    int channels = layer->channels_out - channel < CK_BLOCK ? layer->channels_out - channel : CK_BLOCK;
    int past_caches = NAME(goes_past_caches)(layer);
    for (int r = 0; r < channels; r++) {
        const float *sums = block + r * CK_PANEL;
        float *out = layer->output + (channel + r) * layer->output_stride + pixel;
        const float *noise = layer->noise ? layer->noise + pixel : NULL;
        float bias = layer->bias[channel + r];
        int x = 0;
        for (; x + LANES <= count; x += LANES) {
            vf value = NAME(load)(sums + x) + bias;
            if (noise) value += NAME(load)(noise + x);
            if (past_caches)
                NAME(store_past_caches)(out + x, NAME(leaky)(value, value));
            else
                NAME(store)(out + x, NAME(leaky)(value, value));
        }
        for (; x < count; x++) {
            float value = sums[x] + bias + (noise ? noise[x] : 0);
            out[x] = NAME(leaky_one)(value, value);
        }
    }
}

/// The input of rows y ..< y+count, to be fetched in `calls` calls.
static TYPE(feed) NAME(input_feed)(const ck_separable *layer, int y, int count, int calls) {
    if (y + count > layer->height) count = layer->height - y;
    int rows = layer->haar ? 4 * layer->channels_in : layer->channels_in;
    int width = layer->haar ? layer->width / 2 : layer->width;
    if (layer->haar) y /= 2, count = count > 0 ? (count + 1) / 2 : 0;
    return NAME(feed_of)(layer->input + (ptrdiff_t)y * width, layer->input_stride, rows, count * width, calls);
}

static void NAME(separable_forward)(const ck_separable *layer, int task, float *scratch) {
    tile_geometry g = geometry_of(layer->height, layer->width);
    task_share share = share_of(layer, task, layer->channels_out);
    if (share.from >= share.to) return;
    int width = layer->width, first = share.first, end = share.end;
    float block[CK_BLOCK * CK_PANEL] __attribute__((aligned(64)));
    float *ring = scratch;
    float *panels = ring + (ptrdiff_t)layer->channels_in * g.slots * g.row;
    NAME(clear_guards)(ring, g, layer->channels_in, width);

    // An even Haar row brings the odd one after it, so row first−1 (odd) is loaded from row first−2 on.
    int next = first > 0 && layer->haar ? first - 2 : first - 1;
    for (int y = first; y < end; y += g.group) {
        int count = g.group < end - y ? g.group : end - y;
        next = NAME(load_until)(layer, ring, g, next, y + count);
        NAME(windows_to_panels)(layer, ring, g, y, count, panels);
        TYPE(feed) next_rows = NAME(input_feed)(
            layer, next, g.group, NAME(products)(share.to - share.from, count * width));
        for (int o = share.from; o < share.to; o += CK_BLOCK) {
            for (int p = 0; p * CK_PANEL < count * width; p++) {
                int pixels = count * width - p * CK_PANEL < CK_PANEL ? count * width - p * CK_PANEL : CK_PANEL;
                const float *panel = panels + (ptrdiff_t)p * layer->channels_in * CK_PANEL;
                NAME(fetch)(&next_rows);
                NAME(panel_block)
                (layer->weight + (ptrdiff_t)o * layer->channels_in, panel, layer->channels_in, block, CK_PANEL);
                NAME(finish_block)(layer, block, o, (ptrdiff_t)y * width + p * CK_PANEL, pixels);
            }
        }
    }
    if (NAME(goes_past_caches)(layer)) NAME(finish_past_caches)();
}

/// ∂loss/∂(depthwise output) of rows y ..< y+count into the ring, for the channels of the share; the rows' noise
/// gradient too, where wanted.
static void NAME(spread_gradient)(
    const ck_separable *layer, float *ring, tile_geometry g, task_share share, int y, int count, float *panels) {
    int width = layer->width, pixels = count * width, outputs = layer->channels_out;
    for (int o = 0; o < outputs; o++) {
        const float *source = layer->output + o * layer->output_stride + (ptrdiff_t)y * width;
        for (int p = 0; p < pixels; p += CK_PANEL) {
            int rest = pixels - p;
            float *target = panels + ((ptrdiff_t)(p / CK_PANEL) * outputs + o) * CK_PANEL;
            if (rest >= CK_PANEL) {
                NAME(copy_panel_row)(target, source + p);
            } else {
                memcpy(target, source + p, (size_t)rest * sizeof(float));
                memset(target + rest, 0, (size_t)(CK_PANEL - rest) * sizeof(float));
            }
        }
    }
    if (layer->d_noise && share.from == 0 && y >= share.first && y < share.end)
        for (int p = 0; p < pixels; p++) {
            const float *panel = panels + (ptrdiff_t)(p / CK_PANEL) * outputs * CK_PANEL + p % CK_PANEL;
            float total = 0;
            for (int o = 0; o < outputs; o++) total += panel[o * CK_PANEL];
            layer->d_noise[(ptrdiff_t)y * width + p] = total;
        }
    float block[CK_BLOCK * CK_PANEL] __attribute__((aligned(64)));
    int calls = NAME(products)(share.to - share.from, pixels);
    int below = layer->height - y - count < count ? layer->height - y - count : count;
    TYPE(feed) inputs = NAME(input_feed)(layer, y, count, calls);
    TYPE(feed) next_rows = NAME(feed_of)(
        layer->output + (ptrdiff_t)(y + count) * width, layer->output_stride, outputs, below * width, calls);
    for (int c = share.from; c < share.to; c += CK_BLOCK) {
        int channels = share.to - c < CK_BLOCK ? share.to - c : CK_BLOCK;
        for (int p = 0; p < pixels; p += CK_PANEL) {
            const float *panel = panels + (ptrdiff_t)(p / CK_PANEL) * outputs * CK_PANEL;
            NAME(fetch)(&inputs);
            NAME(fetch)(&next_rows);
            const float *weights = layer->weight_transposed + (ptrdiff_t)c * outputs;
            if (channels == CK_BLOCK && width % CK_PANEL == 0) { // a whole block within one row
                NAME(panel_block)
                (weights, panel, outputs, NAME(ring_row)(ring, g, c, y + p / width) + p % width,
                    (ptrdiff_t)g.slots * g.row);
                continue;
            }
            NAME(panel_block)(weights, panel, outputs, block, CK_PANEL);
            for (int q = p; q < pixels && q < p + CK_PANEL;) {
                int row = q / width, x = q % width, run = width - x;
                if (run > p + CK_PANEL - q) run = p + CK_PANEL - q;
                for (int r = 0; r < channels; r++)
                    memcpy(NAME(ring_row)(ring, g, c + r, y + row) + x, block + r * CK_PANEL + q - p,
                        (size_t)run * sizeof(float));
                q += run;
            }
        }
    }
}

/// input[y] = gain · leaky′ · ∂loss/∂x[y], and the gain's gradient, from rows y−1…y+1 of the ring.
static void NAME(gather_row)(const ck_separable *layer, float *ring, tile_geometry g, task_share share, int y,
    const float *flipped, vf *d_gain, float *d_gain_rest, float *dx) {
    int width = layer->width;
    for (int c = share.from; c < share.to; c++) {
        NAME(window)
        (flipped + 9 * c, NAME(ring_row)(ring, g, c, y - 1), NAME(ring_row)(ring, g, c, y),
            NAME(ring_row)(ring, g, c, y + 1), width, dx, CK_PANEL);
        float *input = layer->input + c * layer->input_stride + (ptrdiff_t)y * width, gain = layer->gain[c];
        vf total = d_gain[c];
        int x = 0;
        for (; x + LANES <= width; x += LANES) total += NAME(consume)(input + x, gain, NAME(load)(dx + x));
        d_gain[c] = total;
        for (; x < width; x++) d_gain_rest[c] += NAME(consume_one)(input + x, gain, dx[x]);
    }
}

/// Rows y and y+1 (y even) of ∂loss/∂x through the adjoint of the inverse Haar transform into the input.
static void NAME(gather_haar_rows)(const ck_separable *layer, float *ring, tile_geometry g, task_share share, int y,
    const float *flipped, vf *d_gain, float *d_gain_rest, float *dx) {
    int width = layer->width, half = width / 2;
    float *top = dx, *bottom = dx + g.row;
    ptrdiff_t stride = layer->input_stride, offset = (ptrdiff_t)(y / 2) * half;
    for (int c = share.from; c < share.to; c++) {
        const float *above = NAME(ring_row)(ring, g, c, y - 1), *first = NAME(ring_row)(ring, g, c, y);
        const float *second = NAME(ring_row)(ring, g, c, y + 1), *below = NAME(ring_row)(ring, g, c, y + 2);
        NAME(window)(flipped + 9 * c, above, first, second, width, top, CK_PANEL);
        NAME(window)(flipped + 9 * c, first, second, below, width, bottom, CK_PANEL);
        int band = layer->channels_in + 3 * c;
        float *low = layer->input + c * stride + offset;
        float *lh = layer->input + band * stride + offset;
        float *bands[4] = {low, lh, lh + stride, lh + 2 * stride};
        int channel[4] = {c, band, band + 1, band + 2}, j = 0;
        vf total[4];
        for (int b = 0; b < 4; b++) total[b] = d_gain[channel[b]];
        for (; j + LANES <= half; j += LANES) {
            vf d[4];
            NAME(haar_adjoint)(top + 2 * j, bottom + 2 * j, d);
            for (int b = 0; b < 4; b++) total[b] += NAME(consume)(bands[b] + j, layer->gain[channel[b]], d[b]);
        }
        for (int b = 0; b < 4; b++) d_gain[channel[b]] = total[b];
        for (; j < half; j++) {
            float d[4];
            NAME(haar_adjoint_one)(top + 2 * j, bottom + 2 * j, d);
            for (int b = 0; b < 4; b++)
                d_gain_rest[channel[b]] += NAME(consume_one)(bands[b] + j, layer->gain[channel[b]], d[b]);
        }
    }
}

static void NAME(separable_backward)(const ck_separable *layer, int task, float *scratch) {
    tile_geometry g = geometry_of(layer->height, layer->width);
    task_share share = share_of(layer, task, layer->channels_in);
    if (share.from >= share.to) return;
    int first = share.first, end = share.end, step = layer->haar ? 2 : 1;
    int gains = layer->haar ? 4 * layer->channels_in : layer->channels_in;
    vf *d_gain = (vf *)scratch;
    float *d_gain_rest = scratch + (ptrdiff_t)gains * LANES;
    float *flipped = d_gain_rest + round_up(gains, 16);
    float *dx = flipped + round_up(9 * layer->channels_in, 16);
    float *ring = dx + 2 * g.row;
    float *panels = ring + (ptrdiff_t)layer->channels_in * g.slots * g.row;
    memset(scratch, 0, (size_t)(flipped - scratch) * sizeof(float));
    for (int i = 0; i < 9 * layer->channels_in; i++) flipped[i] = layer->kernel[i / 9 * 9 + 8 - i % 9];
    NAME(clear_guards)(ring, g, layer->channels_in, layer->width);

    int ready = first - 1, stop = end < layer->height ? end + 1 : layer->height;
    if (first == 0) {
        NAME(zero_row)(ring, g, layer->channels_in, layer->width, -1);
        ready = 0;
    }
    int y = first;
    while (y < end) {
        if (ready < stop) { // rows below `ready` are in the ring
            int count = g.group < stop - ready ? g.group : stop - ready;
            NAME(spread_gradient)(layer, ring, g, share, ready, count, panels);
            ready += count;
        } else { // past the last row of the picture
            NAME(zero_row)(ring, g, layer->channels_in, layer->width, ready);
            ready += 1;
        }
        for (; y < end && y + step < ready; y += step) {
            if (layer->haar)
                NAME(gather_haar_rows)(layer, ring, g, share, y, flipped, d_gain, d_gain_rest, dx);
            else
                NAME(gather_row)(layer, ring, g, share, y, flipped, d_gain, d_gain_rest, dx);
        }
    }
    float *totals = layer->d_gain + (ptrdiff_t)share.tile * gains;
    for (int c = share.from; c < share.to; c++) {
        totals[c] = NAME(sum)(d_gain[c]) + d_gain_rest[c];
        if (!layer->haar) continue;
        int band = layer->channels_in + 3 * c;
        for (int i = band; i < band + 3; i++) totals[i] = NAME(sum)(d_gain[i]) + d_gain_rest[i];
    }
}
