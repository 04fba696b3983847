// The matrix product of the dense convolutions: pixels × channels times channels × output channels.
//
//   a                                weights                out
//   [blocks][pixel][16 channels]     [channels][width]      [pixel][width]
//
// Lanes are output channels: an element of the input is broadcast to all lanes of a few vectors of weights. The
// sums of a register block stay in registers over up to 64 channels, then go to memory: a sum of thousands of terms in
// one go would round as often, and the weights of 64 channels stay in the first cache for all pixels.

/// One run of channels to sum over: `blocks` blocks of 16, `stride` floats apart.
typedef struct {
    const float *a;
    const float *weights;
} TYPE(segment);

/// Defines a register block of `PIXELS` × `VECTORS` vectors: out[p] (+)= Σ over channels of a[p][channel]·w[channel].
#define REGISTER_BLOCK(function, PIXELS, VECTORS)                                                         \
    static inline void NAME(function)(                                                                    \
        const float *a, ptrdiff_t stride, int blocks, const float *w, int width, int adds, float *out) {  \
        vf sum[PIXELS][VECTORS];                                                                          \
        for (int p = 0; p < (PIXELS); p++)                                                                \
            for (int v = 0; v < (VECTORS); v++) sum[p][v] = (vf){0};                                      \
        for (int b = 0; b < blocks; b++, a += stride)                                                     \
            for (int k = 0; k < CK_CHANNELS; k++, w += width) {                                           \
                vf weight[VECTORS];                                                                       \
                for (int v = 0; v < (VECTORS); v++) weight[v] = NAME(load)(w + v * LANES);                \
                for (int p = 0; p < (PIXELS); p++)                                                        \
                    for (int v = 0; v < (VECTORS); v++) sum[p][v] += a[p * CK_CHANNELS + k] * weight[v];  \
            }                                                                                             \
        for (int p = 0; p < (PIXELS); p++, out += width)                                                  \
            for (int v = 0; v < (VECTORS); v++)                                                           \
                NAME(store)(out + v * LANES, adds ? NAME(load)(out + v * LANES) + sum[p][v] : sum[p][v]); \
    }

REGISTER_BLOCK(register_block, TILE_PIXELS, TILE_VECTORS)
REGISTER_BLOCK(register_column, TILE_PIXELS, 1)

/// out[p] = Σ over segments and channels of a[p][channel] · weights[channel], for a multiple of CK_PIXELS pixels.
static void NAME(multiply_pixels)(
    const TYPE(segment) *segments, int count, int blocks, ptrdiff_t stride, int width, int pixels, float *out) {
    for (int s = 0; s < count; s++)
        for (int first = 0; first < blocks; first += summed_blocks) {
            int some = blocks - first < summed_blocks ? blocks - first : summed_blocks, adds = s > 0 || first > 0;
            const float *a = segments[s].a + first * stride;
            const float *w = segments[s].weights + (ptrdiff_t)first * CK_CHANNELS * width;
            for (int p = 0; p < pixels; p += TILE_PIXELS) {
                float *target = out + (ptrdiff_t)p * width;
                int column = 0;
                for (; column + TILE_VECTORS * LANES <= width; column += TILE_VECTORS * LANES) {
                    NAME(register_block)(a + p * CK_CHANNELS, stride, some, w + column, width, adds, target + column);
                }
                for (; column < width; column += LANES) {
                    NAME(register_column)(a + p * CK_CHANNELS, stride, some, w + column, width, adds, target + column);
                }
            }
        }
}
