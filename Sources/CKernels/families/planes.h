// What stands around the dense convolutions: the blur behind upsampling, the gradient of a noise map, RGB.

enum { NAME(blur_strip) = 64 };

/// [1,2,1] down one column.
static inline vf NAME(blur_column)(const float *above, const float *here, const float *below, ptrdiff_t at) {
    return NAME(load)(above + at) + 2.0f * NAME(load)(here + at) + NAME(load)(below + at);
}

static void NAME(blur_forward)(const ck_blur *layer, int tile, int block) {
    int height = layer->height, width = layer->width;
    int first = tile * blur_rows, end = first + blur_rows < height ? first + blur_rows : height;
    ptrdiff_t row = (ptrdiff_t)width * CK_CHANNELS, plane = block * height * row;
    for (int part = 0; part < NAME(parts); part++) {
        int channel = block * CK_CHANNELS + part * LANES;
        TYPE(departure) departure = NAME(departure_of)(&layer->end, NULL, channel);
        departure.gain = (vf){0} + 1.0f / 16;
        for (int y = first; y < end; y++) {
            const float *here = layer->raw + plane + y * row + part * LANES;
            // Rows outside the picture weigh nothing.
            float up = y > 0, down = y + 1 < height;
            const float *above = y > 0 ? here - row : here, *below = y + 1 < height ? here + row : here;
            vf before = {0}, now = up * NAME(load)(above) + 2.0f * NAME(load)(here) + down * NAME(load)(below);
            for (int x = 0; x < width; x++) {
                vf next = {0};
                ptrdiff_t at = (ptrdiff_t)(x + 1) * CK_CHANNELS;
                if (x + 1 < width)
                    next = up * NAME(load)(above + at) + 2.0f * NAME(load)(here + at) + down * NAME(load)(below + at);
                NAME(activate)
                (&departure, &layer->end, before + 2.0f * now + next, plane + y * row + at - CK_CHANNELS + part * LANES,
                    (ptrdiff_t)y * width + x);
                before = now, now = next;
            }
        }
        NAME(write_statistics)(&departure, &layer->end, layer->channels, tile, channel);
    }
}

/// raw = blur( ∂loss/∂u ), strip by strip of columns, so that three rows of ∂loss/∂u stay in the first cache.
static void NAME(blur_backward)(const ck_blur *layer, int tile, int block) {
    enum { ring_row = (NAME(blur_strip) + 2) * LANES };
    float ring[3 * ring_row] __attribute__((aligned(64)));
    int height = layer->height, width = layer->width;
    int first = tile * blur_rows, end = first + blur_rows < height ? first + blur_rows : height;
    ptrdiff_t plane = (ptrdiff_t)block * height * width;
    for (int part = 0; part < NAME(parts); part++) {
        TYPE(slopes) slopes = NAME(slopes_of)(&layer->end, layer->channels, block * CK_CHANNELS + part * LANES);
        for (int left = 0; left < width; left += NAME(blur_strip)) {
            int count = width - left < NAME(blur_strip) ? width - left : NAME(blur_strip);
            for (int y = first - 1; y <= end; y++) {
                float *target = ring + (y + 3) % 3 * ring_row;
                for (int i = 0; i < count + 2; i++) {
                    int x = left + i - 1;
                    vf d = {0};
                    if (y >= 0 && y < height && x >= 0 && x < width)
                        d = NAME(through_activation)(&layer->end, &slopes,
                            (plane + (ptrdiff_t)y * width + x) * CK_CHANNELS + part * LANES, (ptrdiff_t)y * width + x);
                    NAME(store)(target + i * LANES, d);
                }
                if (y <= first) continue;
                const float *above = ring + (y + 1) % 3 * ring_row, *here = ring + (y + 2) % 3 * ring_row;
                vf before = NAME(blur_column)(above, here, target, 0);
                vf now = NAME(blur_column)(above, here, target, LANES);
                float *out = layer->raw + (plane + (ptrdiff_t)(y - 1) * width + left) * CK_CHANNELS + part * LANES;
                for (int i = 0; i < count; i++) {
                    vf next = NAME(blur_column)(above, here, target, (ptrdiff_t)(i + 2) * LANES);
                    NAME(store)(out + (ptrdiff_t)i * CK_CHANNELS, (before + 2.0f * now + next) * (1.0f / 16));
                    before = now, now = next;
                }
            }
        }
    }
}

/// d_noise of one row: Σ over channels of strength · ∂loss/∂u.
static void NAME(noise_backward)(const ck_activation *end, int channels, int height, int width, int y) {
    for (int x = 0; x < width; x++) {
        vf total = {0};
        for (int channel = 0; channel < channels; channel += LANES) {
            TYPE(slopes) slopes = NAME(slopes_of)(end, channels, channel);
            ptrdiff_t pixel = ((ptrdiff_t)(channel / CK_CHANNELS) * height + y) * width + x;
            total += NAME(load)(end->strength + channel)
                * NAME(through_activation)(
                    end, &slopes, pixel * CK_CHANNELS + channel % CK_CHANNELS, (ptrdiff_t)y * width + x);
        }
        end->d_noise[(ptrdiff_t)y * width + x] = NAME(sum)(total);
    }
}

static void NAME(rgb_forward)(const ck_rgb *layer, int tile) {
    int pixels = layer->height * layer->width, channels = layer->channels;
    int first = tile * rgb_pixels, end = first + rgb_pixels < pixels ? first + rgb_pixels : pixels;
    float base[3];
    for (int k = 0; k < 3; k++) {
        base[k] = layer->bias[k];
        if (layer->center)
            for (int c = 0; c < channels; c++) base[k] += layer->weight[k * channels + c] * layer->offset[c];
    }
    for (int p = first; p < end; p++) {
        vf total[3] = {{0}, {0}, {0}};
        for (int c = 0; c < channels; c += LANES) {
            ptrdiff_t element = ((ptrdiff_t)(c / CK_CHANNELS) * pixels + p) * CK_CHANNELS + c % CK_CHANNELS;
            vf x = NAME(load)(layer->input + element) - NAME(or_else)(layer->center, c, 0);
            x *= NAME(load)(layer->gain + c);
            for (int k = 0; k < 3; k++) total[k] += x * NAME(load)(layer->weight + k * channels + c);
        }
        for (int k = 0; k < 3; k++) {
            float *target = layer->image + (ptrdiff_t)k * pixels + p, value = base[k] + NAME(sum)(total[k]);
            *target = layer->accumulate ? *target + value : value;
        }
    }
}

static void NAME(rgb_backward)(const ck_rgb *layer, int tile) {
    int pixels = layer->height * layer->width, channels = layer->channels;
    int first = tile * rgb_pixels, end = first + rgb_pixels < pixels ? first + rgb_pixels : pixels;
    for (int c = 0; c < channels; c += LANES) {
        vf weight[3], gain = NAME(load)(layer->gain + c), center = NAME(or_else)(layer->center, c, 0);
        vf dot = {0}, sum = {0};
        for (int k = 0; k < 3; k++) weight[k] = NAME(load)(layer->weight + k * channels + c);
        ptrdiff_t plane = (ptrdiff_t)(c / CK_CHANNELS) * pixels * CK_CHANNELS + c % CK_CHANNELS;
        for (int p = first; p < end; p++) {
            ptrdiff_t element = plane + (ptrdiff_t)p * CK_CHANNELS;
            vf d = layer->image[p] * weight[0] + layer->image[pixels + p] * weight[1]
                + layer->image[2 * (ptrdiff_t)pixels + p] * weight[2];
            dot += d * (NAME(load)(layer->input + element) - center);
            sum += d;
            if (!layer->d_input) continue;
            d *= gain;
            if (layer->accumulate) d += NAME(load)(layer->d_input + element);
            NAME(store)(layer->d_input + element, d);
        }
        float *target = layer->d_gain + (ptrdiff_t)tile * 2 * channels + c;
        NAME(store)(target, dot);
        NAME(store)(target + channels, sum);
    }
}
