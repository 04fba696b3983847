// The matrix product of the dense convolutions: pixels × channels times channels × output channels.
//
//   a                                weights                out
//   [blocks][pixel][16 channels]     [channels][width]      [pixel][width]
//
// Lanes are output channels: an element of the input is broadcast to all lanes of a few vectors of weights. The
// sums of a register block stay in registers over all channels of all segments.

/// One run of channels to sum over.
typedef struct {
    const float *a;
    const float *weights;
} NAME(segment);

/// Defines a register block of `PIXELS` × `VECTORS` vectors: out[p][column…] for p = pixel ..< pixel + PIXELS. The
/// blocks of 16 channels of a segment lie `stride` floats apart. Sums go to memory every `summed_blocks` blocks,
/// because a sum of thousands of terms in one go would round as often.
#define REGISTER_BLOCK(function, PIXELS, VECTORS)                                                              \
    static inline void NAME(function)(const NAME(segment) *segments, int count, int blocks, ptrdiff_t stride,  \
        int width, int pixel, int column, float *restrict out) {                                               \
        float *target = out + (ptrdiff_t)pixel * width + column;                                               \
        for (int s = 0; s < count; s++) {                                                                      \
            const float *a = segments[s].a + pixel * CK_CHANNELS, *w = segments[s].weights + column;           \
            for (int first = 0; first < blocks; first += summed_blocks) {                                      \
                int last = first + summed_blocks < blocks ? first + summed_blocks : blocks;                    \
                vf sum[PIXELS][VECTORS];                                                                       \
                for (int p = 0; p < (PIXELS); p++)                                                             \
                    for (int v = 0; v < (VECTORS); v++) sum[p][v] = (vf){0};                                   \
                for (int b = first; b < last; b++, a += stride)                                                \
                    for (int k = 0; k < CK_CHANNELS; k++, w += width) {                                        \
                        vf weight[VECTORS];                                                                    \
                        for (int v = 0; v < (VECTORS); v++) weight[v] = NAME(load)(w + v * LANES);             \
                        for (int p = 0; p < (PIXELS); p++)                                                     \
                            for (int v = 0; v < (VECTORS); v++)                                                \
                                sum[p][v] += a[p * CK_CHANNELS + k] * weight[v];                               \
                    }                                                                                          \
                int adds = s > 0 || first > 0;                                                                 \
                for (int p = 0; p < (PIXELS); p++)                                                             \
                    for (int v = 0; v < (VECTORS); v++) {                                                      \
                        float *place = target + p * width + v * LANES;                                         \
                        NAME(store)(place, adds ? NAME(load)(place) + sum[p][v] : sum[p][v]);                  \
                    }                                                                                          \
            }                                                                                                  \
        }                                                                                                      \
    }

REGISTER_BLOCK(register_block, TILE_PIXELS, TILE_VECTORS)
REGISTER_BLOCK(register_column, TILE_PIXELS, 1)

/// out[p] = Σ over segments and channels of a[p][channel] · weights[channel], for CK_PIXELS pixels.
static inline void NAME(multiply_pixels)(
    const NAME(segment) *segments, int count, int blocks, ptrdiff_t stride, int width, float *out) {
    for (int p = 0; p < CK_PIXELS; p += TILE_PIXELS) {
        int column = 0;
        for (; column + TILE_VECTORS * LANES <= width; column += TILE_VECTORS * LANES)
            NAME(register_block)(segments, count, blocks, stride, width, p, column, out);
        for (; column < width; column += LANES)
            NAME(register_column)(segments, count, blocks, stride, width, p, column, out);
    }
}
