// The inverse Haar transform of four bands (low, vertical lh, horizontal hl, diagonal hh), and its adjoint.
//
//     out(2i+a, 2j+b) = ½ ( low + σₐ·lh + σ_b·hl + σₐσ_b·hh )(i, j),   σ₀ = 1, σ₁ = −1
//
// The transform is orthonormal, so the adjoint is the forward transform.

/// Two rows of the picture from one row of each band, each band times its gain; `half` band pixels.
static inline void NAME(inverse_haar)(
    const float *const bands[4], const float gains[4], int half, float *restrict top, float *restrict bottom) {
    const float *low = bands[0], *lh = bands[1], *hl = bands[2], *hh = bands[3];
    float g0 = 0.5f * gains[0], g1 = 0.5f * gains[1], g2 = 0.5f * gains[2], g3 = 0.5f * gains[3];
    int j = 0;
    for (; j + LANES <= half; j += LANES) {
        vf a = g0 * NAME(load)(low + j), b = g1 * NAME(load)(lh + j);
        vf d = g2 * NAME(load)(hl + j), e = g3 * NAME(load)(hh + j);
        vf even = (a + b) + (d + e), odd = (a + b) - (d + e);
        NAME(store)(top + 2 * j, INTERLEAVE_LOW(even, odd));
        NAME(store)(top + 2 * j + LANES, INTERLEAVE_HIGH(even, odd));
        even = (a - b) + (d - e), odd = (a - b) - (d - e);
        NAME(store)(bottom + 2 * j, INTERLEAVE_LOW(even, odd));
        NAME(store)(bottom + 2 * j + LANES, INTERLEAVE_HIGH(even, odd));
    }
    for (; j < half; j++) {
        float a = g0 * low[j], b = g1 * lh[j], d = g2 * hl[j], e = g3 * hh[j];
        top[2 * j] = (a + b) + (d + e), top[2 * j + 1] = (a + b) - (d + e);
        bottom[2 * j] = (a - b) + (d - e), bottom[2 * j + 1] = (a - b) - (d - e);
    }
}

/// LANES pixels of the four bands from 2·LANES pixels of two picture rows.
static inline void NAME(haar_adjoint)(const float *top, const float *bottom, vf d[4]) {
    vf u = 0.5f * NAME(load)(top), v = 0.5f * NAME(load)(top + LANES);
    vf sum0 = EVEN(u, v) + ODD(u, v), difference0 = EVEN(u, v) - ODD(u, v);
    u = 0.5f * NAME(load)(bottom), v = 0.5f * NAME(load)(bottom + LANES);
    vf sum1 = EVEN(u, v) + ODD(u, v), difference1 = EVEN(u, v) - ODD(u, v);
    d[0] = sum0 + sum1, d[1] = sum0 - sum1;
    d[2] = difference0 + difference1, d[3] = difference0 - difference1;
}

/// The same for one pixel.
static inline void NAME(haar_adjoint_one)(const float *top, const float *bottom, float d[4]) {
    float sum0 = 0.5f * (top[0] + top[1]), difference0 = 0.5f * (top[0] - top[1]);
    float sum1 = 0.5f * (bottom[0] + bottom[1]), difference1 = 0.5f * (bottom[0] - bottom[1]);
    d[0] = sum0 + sum1, d[1] = sum0 - sum1;
    d[2] = difference0 + difference1, d[3] = difference0 - difference1;
}

/// Reads activations for the last time: returns their products with d = ∂loss/∂(gain ∘ activations), the
/// terms of ∂loss/∂gain, and overwrites them with the gradient before their leaky ReLU.
static inline vf NAME(consume)(float *activations, float gain, vf d) {
    vf a = NAME(load)(activations);
    NAME(store)(activations, NAME(leaky)(a, gain * d));
    return a * d;
}
static inline float NAME(consume_one)(float *activation, float gain, float d) {
    float a = *activation;
    *activation = NAME(leaky_one)(a, gain * d);
    return a * d;
}
