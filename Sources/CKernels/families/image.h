// The last layer: 12 bands from all channels, then the inverse Haar transform to RGB.
//
//   forward    input ──gain──▶ panels ──weights──▶ 12 bands + bias ──Haar──▶ image rows 2y, 2y+1
//   backward   ∂image ──Haar adjoint──▶ panels of 12 ──weightsᵀ──▶ · gain · leaky′ ──▶ input

enum { NAME(bands) = 12 };

/// The four bands of one colour among the twelve: low, then the three high ones.
static inline void NAME(bands_of)(float *bands, int pixels, int colour, float *band[4]) {
    band[0] = bands + (ptrdiff_t)colour * pixels;
    for (int i = 0; i < 3; i++) band[1 + i] = bands + (ptrdiff_t)(3 + 3 * colour + i) * pixels;
}

static void NAME(image_forward)(const ck_image *layer, int tile, float *scratch) {
    int width = layer->width, channels = layer->channels_in, padded = round_up(width, CK_PANEL);
    int first = tile * layer->rows;
    int end = first + layer->rows < layer->height ? first + layer->rows : layer->height;
    float block[CK_BLOCK * CK_PANEL] __attribute__((aligned(64)));
    float *bands = scratch, *panels = scratch + (ptrdiff_t)16 * padded;
    for (int y = first; y < end; y++) {
        for (int c = 0; c < channels; c++) {
            const float *source = layer->input + c * layer->input_stride + (ptrdiff_t)y * width;
            float gain = layer->gain[c];
            for (int p = 0; p < width; p += CK_PANEL) {
                int count = width - p < CK_PANEL ? width - p : CK_PANEL, x = 0;
                float *target = panels + ((ptrdiff_t)(p / CK_PANEL) * channels + c) * CK_PANEL;
                for (; x + LANES <= count; x += LANES) NAME(store)(target + x, gain * NAME(load)(source + p + x));
                for (; x < CK_PANEL; x++) target[x] = x < count ? gain * source[p + x] : 0;
            }
        }
        TYPE(feed) next_row = NAME(feed_of)(layer->input + (ptrdiff_t)(y + 1) * width, layer->input_stride, channels,
            y + 1 < end ? width : 0, NAME(products)(NAME(bands), width));
        for (int p = 0; p < width; p += CK_PANEL) {
            const float *panel = panels + (ptrdiff_t)(p / CK_PANEL) * channels * CK_PANEL;
            for (int o = 0; o < NAME(bands); o += CK_BLOCK) {
                NAME(fetch)(&next_row);
                NAME(panel_block)(layer->weight + (ptrdiff_t)o * channels, panel, channels, block, CK_PANEL);
                for (int r = 0; r < CK_BLOCK && o + r < NAME(bands); r++)
                    for (int x = 0; x < CK_PANEL; x += LANES) {
                        NAME(store)
                        (bands + (ptrdiff_t)(o + r) * padded + p + x,
                            NAME(load)(block + r * CK_PANEL + x) + layer->bias[o + r]);
                    }
            }
        }
        for (int colour = 0; colour < 3; colour++) {
            float *b[4];
            NAME(bands_of)(bands, padded, colour, b);
            float *top = layer->image + ((ptrdiff_t)colour * 2 * layer->height + 2 * y) * 2 * width;
            float *bottom = top + 2 * width;
            const float *const sources[4] = {b[0], b[1], b[2], b[3]};
            const float ones[4] = {1, 1, 1, 1};
            NAME(inverse_haar)(sources, ones, width, top, bottom);
        }
    }
}

static void NAME(image_backward)(const ck_image *layer, int tile, float *scratch) {
    int width = layer->width, channels = layer->channels_in, padded = round_up(width, CK_PANEL);
    int first = tile * layer->rows;
    int end = first + layer->rows < layer->height ? first + layer->rows : layer->height;
    float block[CK_BLOCK * CK_PANEL] __attribute__((aligned(64)));
    vf *d_gain = (vf *)scratch;
    float *d_gain_rest = scratch + (ptrdiff_t)channels * LANES;
    float *bands = d_gain_rest + round_up(channels, 16);
    float *panels = bands + (ptrdiff_t)16 * padded;
    memset(scratch, 0, (size_t)(panels - scratch) * sizeof(float));
    for (int y = first; y < end; y++) {
        for (int colour = 0; colour < 3; colour++) {
            float *b[4];
            NAME(bands_of)(bands, padded, colour, b);
            const float *top = layer->image + ((ptrdiff_t)colour * 2 * layer->height + 2 * y) * 2 * width;
            const float *bottom = top + 2 * width;
            int x = 0;
            for (; x + LANES <= width; x += LANES) {
                vf d[4];
                NAME(haar_adjoint)(top + 2 * x, bottom + 2 * x, d);
                for (int i = 0; i < 4; i++) NAME(store)(b[i] + x, d[i]);
            }
            for (; x < width; x++) {
                float d[4];
                NAME(haar_adjoint_one)(top + 2 * x, bottom + 2 * x, d);
                for (int i = 0; i < 4; i++) b[i][x] = d[i];
            }
        }
        for (int p = 0; p < width; p += CK_PANEL)
            for (int o = 0; o < NAME(bands); o++) NAME(copy_panel_row)
        (panels + ((ptrdiff_t)(p / CK_PANEL) * NAME(bands) + o) * CK_PANEL, bands + (ptrdiff_t)o * padded + p);
        // Eight channels over the whole row at a time: few streams, each read and written in order.
        for (int c = 0; c < channels; c += CK_BLOCK)
            for (int p = 0; p < width; p += CK_PANEL) {
                int count = width - p < CK_PANEL ? width - p : CK_PANEL;
                NAME(panel_block)
                (layer->weight_transposed + (ptrdiff_t)c * NAME(bands),
                    panels + (ptrdiff_t)(p / CK_PANEL) * NAME(bands) * CK_PANEL, NAME(bands), block, CK_PANEL);
                for (int r = 0; r < CK_BLOCK && c + r < channels; r++) {
                    float *input = layer->input + (c + r) * layer->input_stride + (ptrdiff_t)y * width + p;
                    const float *d = block + r * CK_PANEL;
                    float gain = layer->gain[c + r];
                    vf total = d_gain[c + r];
                    int x = 0;
                    for (; x + LANES <= count; x += LANES) total += NAME(consume)(input + x, gain, NAME(load)(d + x));
                    d_gain[c + r] = total;
                    for (; x < count; x++) d_gain_rest[c + r] += NAME(consume_one)(input + x, gain, d[x]);
                }
            }
    }
    for (int i = 0; i < channels; i++)
        layer->d_gain[(ptrdiff_t)tile * channels + i] = NAME(sum)(d_gain[i]) + d_gain_rest[i];
}
