// The dense convolutions of every set of kernels, held to the definitions of their originals in double precision.
#include "kernel_test.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    int in, out, height, width, upsampling, winograd;
    const float *weight, *bias, *strength, *noise, *gain, *center, *offset, *output_gain, *input, *d_output;
    int absolute; // every number by its absolute value, every map by the identity: the sum of |terms|
} problem;

static double value(const problem *p, double x) { return p->absolute ? fabs(x) : x; }
/// The input without its centre.
static double centred(const problem *p, int channel, int element) {
    return value(p, p->input[element]) + value(p, -p->center[channel]);
}
static int side(const problem *p) { return p->upsampling == CK_SAME ? 1 : 2; }

/// The coefficient with which input row `j` reaches output row `i` through element `k` of the kernel.
static double reach(int upsampling, int size, int i, int j, int k) {
    switch (upsampling) {
    case CK_SAME: return i + k - 1 == j;
    case CK_NEAREST: {
        int row = i + k - 1;
        return row >= 0 && row < 2 * size && row / 2 == j;
    }
    case CK_TRANSPOSED: return i - 2 * j + 1 == k || i - 2 * j == k;
    default: {
        static const double filter[4] = {0.25, 0.75, 0.75, 0.25};
        int tap = k + 2 * j - i + 1;
        return tap >= 0 && tap < 4 ? filter[tap] : 0;
    }
    }
}

/// Calls body for every product: input element `from` of channel i, output element `to` of channel o, coefficient.
#define EACH_TERM(p, body)                                                                           \
    for (int y = 0; y < (p)->height * side(p); y++)                                                  \
        for (int x = 0; x < (p)->width * side(p); x++)                                               \
            for (int k = 0; k < 9; k++)                                                              \
                for (int v = 0; v < (p)->height; v++) {                                              \
                    double down = reach((p)->upsampling, (p)->height, y, v, k / 3);                  \
                    if (down == 0) continue;                                                         \
                    for (int u = 0; u < (p)->width; u++) {                                           \
                        double term = down * reach((p)->upsampling, (p)->width, x, u, k % 3);        \
                        if (term == 0) continue;                                                     \
                        for (int o = 0; o < (p)->out; o++)                                           \
                            for (int i = 0; i < (p)->in; i++) {                                      \
                                int from = (i * (p)->height + v) * (p)->width + u;                   \
                                int to = (o * (p)->height * side(p) + y) * (p)->width * side(p) + x; \
                                double w = term * value(p, (p)->weight[(o * (p)->in + i) * 9 + k]);  \
                                body                                                                 \
                            }                                                                        \
                    }                                                                                \
                }

static double *forward(const problem *p) {
    int area = p->height * p->width, pixels = area * side(p) * side(p);
    double *result = zeros((size_t)p->out * pixels);
    EACH_TERM(p, result[to] += w * (value(p, p->gain[i]) * centred(p, i, from) + value(p, p->offset[i]));)
    for (int o = 0; o < p->out; o++)
        for (int q = 0; q < pixels; q++) {
            double z = result[o * pixels + q] * value(p, p->output_gain[o]) + value(p, p->bias[o])
                + value(p, p->strength[o]) * value(p, p->noise[q]);
            result[o * pixels + q] = (p->absolute ? z : z > 0 ? z : 0.2 * z) * 1.5;
        }
    return result;
}

/// `a` are the activations that decide about the slopes; sums holds Σ dx·x, then Σ dx of every input channel.
static void backward(const problem *p, const float *a, double *d_input, double *sums, double *d_noise) {
    int area = p->height * p->width, pixels = area * side(p) * side(p);
    double *d = zeros((size_t)p->out * pixels);
    for (int o = 0; o < p->out; o++)
        for (int q = 0; q < pixels; q++) {
            d[o * pixels + q] = value(p, p->d_output[o * pixels + q]) * 1.5 * (a[o * pixels + q] > 0 ? 1 : 0.2);
            d_noise[q] += value(p, p->strength[o]) * d[o * pixels + q];
            d[o * pixels + q] *= value(p, p->output_gain[o]);
        }
    EACH_TERM(p, d_input[from] += w * d[to];)
    for (int c = 0; c < p->in; c++)
        for (int q = 0; q < area; q++) {
            sums[c] += d_input[c * area + q] * centred(p, c, c * area + q);
            sums[p->in + c] += d_input[c * area + q];
            d_input[c * area + q] *= value(p, p->gain[c]);
        }
    free(d);
}

static int padded(int channels) { return (channels + CK_CHANNELS - 1) / CK_CHANNELS * CK_CHANNELS; }

/// [channels][pixels] to blocks, the padding zero, and back.
static float *blocked(const float *source, int channels, int pixels) {
    float *target = numbers((size_t)padded(channels) * pixels, 0);
    for (int c = 0; c < padded(channels); c++)
        for (int q = 0; q < pixels; q++)
            target[(c / CK_CHANNELS * pixels + q) * CK_CHANNELS + c % CK_CHANNELS] = c < channels
                ? source[c * pixels + q]
                : 0;
    return target;
}
static float *unblocked(const float *source, int channels, int pixels) {
    float *target = numbers((size_t)channels * pixels, 0);
    for (int c = 0; c < channels; c++)
        for (int q = 0; q < pixels; q++)
            target[c * pixels + q] = source[(c / CK_CHANNELS * pixels + q) * CK_CHANNELS + c % CK_CHANNELS];
    return target;
}

static float *packed(const problem *p, int backward) {
    float *target = numbers(ck_packed_convolution_size(p->out, p->in, p->upsampling, p->winograd), 0);
    ck_pack_convolution(p->weight, 1, p->out, p->in, p->upsampling, p->winograd, backward, target);
    return target;
}

void test_convolution(const ck_kernels *kernels, ck_pool *pool, const int shape[4], int upsampling, int winograd) {
    problem p = {.in = shape[0], .out = shape[1], .height = shape[2], .width = shape[3]};
    p.upsampling = upsampling, p.winograd = winograd;
    int area = p.height * p.width, pixels = area * side(&p) * side(&p);
    p.weight = numbers((size_t)p.in * p.out * 9, 1), p.bias = numbers((size_t)padded(p.out), 2);
    p.strength = numbers((size_t)padded(p.out), 3), p.noise = numbers((size_t)pixels, 4);
    p.gain = numbers((size_t)padded(p.in), 5), p.offset = numbers((size_t)padded(p.in), 6);
    p.center = numbers((size_t)padded(p.in), 10);
    p.output_gain = numbers((size_t)padded(p.out), 7), p.input = numbers((size_t)p.in * area, 8);
    p.d_output = numbers((size_t)p.out * pixels, 9);
    problem m = p;
    m.absolute = 1;

    ck_convolution layer = {.channels_in = padded(p.in),
        .channels_out = padded(p.out),
        .height = p.height,
        .width = p.width,
        .upsampling = upsampling,
        .winograd = winograd,
        .weight = packed(&p, 0),
        .weight_transposed = packed(&p, 1),
        .gain = p.gain,
        .center = p.center,
        .offset = p.offset,
        .output_gain = p.output_gain,
        .end = {.bias = p.bias,
            .strength = p.strength,
            .noise = p.noise,
            .scale = 1.5f,
            .output = numbers((size_t)padded(p.out) * pixels, 0),
            .d_output = blocked(p.d_output, p.out, pixels),
            .d_noise = numbers((size_t)pixels, 0)},
        .input = blocked(p.input, p.in, area),
        .d_input = numbers((size_t)padded(p.in) * area, 0)};
    int tiles = ck_convolution_tiles(&layer, 1);
    layer.d_gain = numbers((size_t)tiles * 2 * padded(p.in), 0);
    layer.staged = numbers(ck_convolution_staged(&layer) + 16, 0);
    size_t stride = (ck_convolution_scratch(&layer) + 31) / 32 * 32;
    float *scratch = numbers(stride * (size_t)ck_pool_threads(pool) + 16, 0);
    char name[100];
    snprintf(name, sizeof name, "convolution %d→%d %d×%d upsampling %d%s", p.in, p.out, p.height, p.width, upsampling,
        winograd ? " Winograd" : "");

    // Winograd's transforms mix the pixels of a tile: a small one inherits the rounding of its neighbours.
    double allowed = winograd ? 30 : 3;
    ck_run_convolution_forward(kernels, pool, &layer, scratch, stride);
    float *a = unblocked(layer.end.output, p.out, pixels);
    check_within(allowed, kernels->name, name, a, pixels, forward(&p), forward(&m), p.out, pixels);

    double *dx = zeros((size_t)p.in * area), *mx = zeros((size_t)p.in * area), *ds = zeros(2 * (size_t)p.in);
    double *ms = zeros(2 * (size_t)p.in), *dn = zeros((size_t)pixels), *mn = zeros((size_t)pixels);
    backward(&p, a, dx, ds, dn), backward(&m, a, mx, ms, mn);
    ck_run_convolution_backward(kernels, pool, &layer, scratch, stride);
    float *d_input = unblocked(layer.d_input, p.in, area), *sums = numbers(2 * (size_t)p.in, 0);
    for (int c = 0; c < p.in; c++)
        for (int k = 0; k < 2; k++) {
            sums[k * p.in + c] = 0;
            for (int t = 0; t < tiles; t++) sums[k * p.in + c] += layer.d_gain[(2 * t + k) * padded(p.in) + c];
        }
    check_within(allowed, kernels->name, name, d_input, area, dx, mx, p.in, area);
    check_within(allowed, kernels->name, name, sums, 2 * p.in, ds, ms, 1, 2 * p.in);
    check_within(allowed, kernels->name, name, layer.end.d_noise, pixels, dn, mn, 1, pixels);
}
