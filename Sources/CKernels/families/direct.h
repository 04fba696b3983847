// Dense convolution without a transform: for small pictures of many channels, where reading weights is the cost.
//
//   staged: three copies of the loaded picture, shifted by −1, 0, +1 columns, with a row of zeros above and below,
//   [phase][block][3][height + 2][width][16]
//
// so that for every tap the pixels p, p+1, … of the picture are neighbours in memory, whatever row they are in.

/// Writes LANES channels of one pixel into its three shifted copies.
static inline void NAME(stage_pixel)(float *planes, ptrdiff_t plane, int width, int y, int x, vf v) {
    float *row = planes + (ptrdiff_t)(y + 1) * width * CK_CHANNELS;
    for (int shift = 0; shift < 3; shift++) {
        int target = x + 1 - shift;
        if (target >= 0 && target < width) NAME(store)(row + shift * plane + target * CK_CHANNELS, v);
    }
}

/// Loads one block of 16 channels into the staged planes, all phases of it.
static void NAME(direct_load)(const ck_convolution *layer, int backward, int block) {
    convolution_pass pass = pass_of(layer, backward);
    ptrdiff_t plane = direct_plane(pass);
    int side = pass.phases_in == 4 ? 2 : 1, height = pass.height * side, width = pass.width * side;
    for (int phase = 0; phase < pass.phases_in; phase++)
        memset(layer->staged + ((ptrdiff_t)phase * pass.blocks_in + block) * 3 * plane, 0,
            (size_t)(3 * plane) * sizeof(float));
    for (int part = 0; part < NAME(parts); part++) {
        int channel = block * CK_CHANNELS + part * LANES;
        TYPE(affine) affine = {{0}, {0}, {0}};
        TYPE(arrival) arrival = {0};
        if (backward)
            arrival = NAME(arrival_of)(layer, channel);
        else
            affine = NAME(affine_of)(layer, channel);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                ptrdiff_t pixel = (ptrdiff_t)y * width + x;
                ptrdiff_t element = ((ptrdiff_t)block * height * width + pixel) * CK_CHANNELS + part * LANES;
                vf v = backward ? NAME(arrive)(&arrival, layer, element, pixel, 1)
                                : NAME(apply)(&affine, NAME(load)(layer->input + element));
                int phase = side == 2 ? y % 2 * 2 + x % 2 : 0;
                float *planes = layer->staged + ((ptrdiff_t)phase * pass.blocks_in + block) * 3 * plane;
                NAME(stage_pixel)(planes + part * LANES, plane, pass.width, y / side, x / side, v);
            }
        if (backward && layer->d_output_gain) NAME(store)(layer->d_output_gain + channel, arrival.d_output_gain);
    }
}

/// The segments of one phase of the output: one for each tap of each phase of the input.
static int NAME(direct_segments)(const ck_convolution *layer, convolution_pass pass, int phase, const float **weights,
    int width, TYPE(segment) *segments) {
    ptrdiff_t plane = direct_plane(pass);
    int count = 0;
    for (int source = 0; source < pass.phases_in; source++) {
        int p = pass.backward ? source : phase;
        for (int tap = 0; tap < 9; tap++) {
            if (layer->upsampling != CK_SAME
                && !(tap_used(layer->upsampling, pass.backward, p / 2, tap / 3)
                    && tap_used(layer->upsampling, pass.backward, p % 2, tap % 3)))
                continue;
            const float *planes = layer->staged + (ptrdiff_t)source * pass.blocks_in * 3 * plane;
            segments[count++] = (TYPE(segment)){
                planes + tap % 3 * plane + (ptrdiff_t)(tap / 3) * pass.width * CK_CHANNELS, *weights};
            *weights += (ptrdiff_t)pass.blocks_in * CK_CHANNELS * width;
        }
    }
    return count;
}

/// Pixels tile·64 ..< tile·64 + 64 of the small grid, one chunk of output channels, all phases of the output.
static void NAME(direct_multiply)(const ck_convolution *layer, int backward, int tile, int chunk) {
    convolution_pass pass = pass_of(layer, backward);
    int width = chunk_width(pass.blocks_out, chunk), pixels = pass.height * pass.width;
    int first = tile * direct_pixels, end = first + direct_pixels < pixels ? first + direct_pixels : pixels;
    int side = pass.phases_out == 4 ? 2 : 1, output_width = pass.width * side;
    ptrdiff_t plane = direct_plane(pass), output_plane = (ptrdiff_t)pixels * side * side * CK_CHANNELS;
    const float *weights = pass.weight
        + (ptrdiff_t)chunk * products_of(layer->upsampling, 0) * pass.blocks_in * CK_CHANNELS * CK_CHUNK;
    float products[direct_pixels * CK_CHUNK] __attribute__((aligned(64)));
    TYPE(segment) segments[36];
    TYPE(sink) sink;
    NAME(open_sink)(&sink, layer, pass, chunk);
    for (int phase = 0; phase < pass.phases_out; phase++) {
        int count = NAME(direct_segments)(layer, pass, phase, &weights, width, segments);
        for (int i = 0; i < count; i++) segments[i].a += (ptrdiff_t)first * CK_CHANNELS;
        NAME(multiply_pixels)
        (segments, count, pass.blocks_in, 3 * plane, width, round_up(end - first, CK_PIXELS), products);
        for (int v = 0; v < width / LANES; v++) {
            int channel = chunk * CK_CHUNK + v * LANES;
            for (int p = first; p < end; p++) {
                int y = p / pass.width * side + phase / 2, x = p % pass.width * side + phase % 2;
                ptrdiff_t pixel = (ptrdiff_t)y * output_width + x;
                ptrdiff_t element = channel / CK_CHANNELS * output_plane + pixel * CK_CHANNELS + channel % CK_CHANNELS;
                NAME(take)(&sink, v, NAME(load)(products + (p - first) * width + v * LANES), element, pixel);
            }
        }
    }
    NAME(close_sink)(&sink, tile, chunk);
}
