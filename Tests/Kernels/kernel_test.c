// Every set of kernels that this machine runs, held to plain loops in double precision.
//
// The Swift tests do the same through the engine's layers; this program needs nothing but a C compiler, so it
// also runs where Swift is not at hand: `make test-neon` builds it for AArch64 and runs it under emulation.
// An error is allowed to be `tolerance` times the sum of the absolute values of the terms behind it.
#include "kernel_test.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double tolerance = 2e-6;
static int passed, failed;

float *numbers(size_t count, uint32_t seed) {
    float *x = aligned_alloc(64, (count * sizeof(float) + 127) / 64 * 64);
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)((double)(seed >> 8) / (1 << 23) - 1);
    }
    return x;
}

double *zeros(size_t count) { return calloc(count, sizeof(double)); }

void check_within(double factor, const char *variant, const char *what, const float *actual, ptrdiff_t stride,
    const double *expected, const double *magnitude, int rows, int length) {
    double worst = 0;
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < length; i++) {
            double error = fabs(actual[r * stride + i] - expected[r * length + i]);
            double allowed = factor * tolerance * (magnitude[r * length + i] + 1e-20);
            if (!(error / allowed <= worst)) worst = error / allowed;
        }
    int good = worst <= 1;
    good ? passed++ : failed++;
    if (!good) printf("FAILED %s %s: %g times the allowed error\n", variant, what, worst);
}

void check(const char *variant, const char *what, const float *actual, ptrdiff_t stride, const double *expected,
    const double *magnitude, int rows, int length) {
    check_within(1, variant, what, actual, stride, expected, magnitude, rows, length);
}

static double leaky(double x) { return x > 0 ? x : 0.2 * x; }

// ------------------------------------------------------------------------------------ reference layers

typedef struct {
    int in, out, height, width, haar;
    const float *weight, *kernel, *bias, *gain, *noise, *input, *gradient;
    int absolute; // replace every number by its absolute value and every map by the identity
} reference;

static double value(const reference *r, double x) { return r->absolute ? fabs(x) : x; }
static int gains(const reference *r) { return r->haar ? 4 * r->in : r->in; }
static int input_width(const reference *r) { return r->haar ? r->width / 2 : r->width; }
static int input_pixels(const reference *r) { return r->haar ? r->height * r->width / 4 : r->height * r->width; }

/// Calls body(input element, x element, coefficient of the Haar transform) for every pair.
#define EACH_BAND(r, body)                                                                          \
    for (int j = 0; j < gains(r); j++) {                                                            \
        int low = !(r)->haar || j < (r)->in, c = low ? j : (j - (r)->in) / 3;                       \
        int band = low ? 0 : 1 + (j - (r)->in) % 3, shrink = (r)->haar ? 2 : 1;                     \
        for (int row = 0; row < (r)->height; row++)                                                 \
            for (int column = 0; column < (r)->width; column++) {                                   \
                int source = j * input_pixels(r) + row / shrink * input_width(r) + column / shrink; \
                int target = (c * (r)->height + row) * (r)->width + column;                         \
                int negative = ((band & 1) && row % 2) != ((band & 2) && column % 2);               \
                double h = (r)->haar ? value(r, negative ? -0.5 : 0.5) : 1;                         \
                body                                                                                \
            }                                                                                       \
    }

static double *forward(const reference *r) {
    int pixels = r->height * r->width;
    double *x = zeros((size_t)r->in * pixels), *d = zeros((size_t)r->in * pixels), *a = zeros((size_t)r->out * pixels);
    EACH_BAND(r, x[target] += h * value(r, r->gain[j]) * value(r, r->input[source]);)
    for (int c = 0; c < r->in; c++)
        for (int y = 0; y < r->height; y++)
            for (int z = 0; z < r->width; z++)
                for (int t = 0; t < 9; t++) {
                    int v = y + t / 3 - 1, u = z + t % 3 - 1;
                    if (v >= 0 && v < r->height && u >= 0 && u < r->width)
                        d[c * pixels + y * r->width + z] += value(r, r->kernel[9 * c + t])
                            * x[c * pixels + v * r->width + u];
                }
    for (int o = 0; o < r->out; o++)
        for (int p = 0; p < pixels; p++) {
            double sum = value(r, r->bias[o]) + (r->noise ? value(r, r->noise[p]) : 0);
            for (int c = 0; c < r->in; c++) sum += value(r, r->weight[o * r->in + c]) * d[c * pixels + p];
            a[o * pixels + p] = r->absolute ? sum : leaky(sum);
        }
    free(x), free(d);
    return a;
}

static void backward(const reference *r, double *d_input, double *d_gain, double *d_noise) {
    int pixels = r->height * r->width;
    double *d = zeros((size_t)r->in * pixels), *x = zeros((size_t)r->in * pixels);
    for (int o = 0; o < r->out; o++)
        for (int p = 0; p < pixels; p++) {
            d_noise[p] += value(r, r->gradient[o * pixels + p]);
            for (int c = 0; c < r->in; c++)
                d[c * pixels + p] += value(r, r->weight[o * r->in + c]) * value(r, r->gradient[o * pixels + p]);
        }
    for (int c = 0; c < r->in; c++)
        for (int y = 0; y < r->height; y++)
            for (int z = 0; z < r->width; z++)
                for (int t = 0; t < 9; t++) {
                    int v = y + t / 3 - 1, u = z + t % 3 - 1;
                    if (v >= 0 && v < r->height && u >= 0 && u < r->width)
                        x[c * pixels + v * r->width + u] += value(r, r->kernel[9 * c + t])
                            * d[c * pixels + y * r->width + z];
                }
    EACH_BAND(r, {
        double slope = r->absolute || r->input[source] > 0 ? 1 : 0.2;
        d_gain[j] += h * value(r, r->input[source]) * x[target];
        d_input[source] += slope * h * value(r, r->gain[j]) * x[target];
    })
    free(x), free(d);
}

// ------------------------------------------------------------------------------------ tests

static float *pack(const float *matrix, int rows, int columns, int transposed) {
    float *packed = numbers(ck_packed_size(rows, columns), 0);
    ck_pack_weights(matrix, rows, columns, transposed ? 1 : columns, transposed ? rows : 1, packed);
    return packed;
}

static float *padded(const float *source, int channels, int pixels, ptrdiff_t stride) {
    float *memory = numbers((size_t)(channels * stride + 64), 9);
    for (int c = 0; c < channels; c++) memcpy(memory + c * stride, source + c * pixels, (size_t)pixels * sizeof(float));
    return memory;
}

static void test_separable(const ck_kernels *kernels, ck_pool *pool, int in, int out, int height, int width, int haar) {
    int pixels = height * width;
    reference r = {.in = in, .out = out, .height = height, .width = width, .haar = haar};
    float *weight = numbers((size_t)in * out, 1), *output = numbers((size_t)out * pixels, 2);
    r.weight = weight, r.kernel = numbers((size_t)in * 9, 3), r.bias = numbers((size_t)out, 4);
    r.gain = numbers((size_t)gains(&r), 5), r.noise = numbers((size_t)pixels, 6);
    r.input = numbers((size_t)gains(&r) * input_pixels(&r), 7), r.gradient = output;
    reference m = r;
    m.absolute = 1;

    // Only aligned channels go past the caches, and only when they are many.
    ptrdiff_t in_stride = input_pixels(&r) + 35, out_stride = pixels + (out * pixels > (4 << 20) ? 48 : 37);
    ck_separable layer = {.channels_in = in,
        .channels_out = out,
        .height = height,
        .width = width,
        .haar = haar,
        .rows = width < CK_PANEL ? height : 8,
        .weight = pack(weight, out, in, 0),
        .weight_transposed = pack(weight, in, out, 1),
        .kernel = r.kernel,
        .bias = r.bias,
        .gain = r.gain,
        .noise = r.noise,
        .input = padded(r.input, gains(&r), input_pixels(&r), in_stride),
        .input_stride = in_stride,
        .output = padded(output, out, pixels, out_stride),
        .output_stride = out_stride};
    size_t stride = (ck_separable_scratch(&layer) + 31) / 32 * 32;
    int tiles = (height + layer.rows - 1) / layer.rows;
    float *scratch = numbers(stride * (size_t)ck_pool_threads(pool), 8);
    float *d_gain = numbers((size_t)tiles * gains(&r), 10), *d_noise = numbers((size_t)pixels, 11);
    char name[100];
    snprintf(name, sizeof name, "separable %d→%d %d×%d%s", in, out, height, width, haar ? " haar" : "");

    double *dx = zeros((size_t)gains(&r) * input_pixels(&r)), *dg = zeros((size_t)gains(&r)),
           *dn = zeros((size_t)pixels);
    double *mx = zeros((size_t)gains(&r) * input_pixels(&r)), *mg = zeros((size_t)gains(&r)),
           *mn = zeros((size_t)pixels);
    backward(&r, dx, dg, dn), backward(&m, mx, mg, mn);
    layer.d_gain = d_gain, layer.d_noise = d_noise;
    ck_run_separable_backward(kernels, pool, &layer, scratch, stride);
    for (int t = 1; t < tiles; t++)
        for (int j = 0; j < gains(&r); j++) d_gain[j] += d_gain[t * gains(&r) + j];
    check(kernels->name, name, layer.input, in_stride, dx, mx, gains(&r), input_pixels(&r));
    check(kernels->name, name, d_gain, gains(&r), dg, mg, 1, gains(&r));
    check(kernels->name, name, d_noise, pixels, dn, mn, 1, pixels);

    layer.input = padded(r.input, gains(&r), input_pixels(&r), in_stride);
    ck_run_separable_forward(kernels, pool, &layer, scratch, stride);
    double *a = forward(&r), *ma = forward(&m);
    check(kernels->name, name, layer.output, out_stride, a, ma, out, pixels);
}

static void test_products(const ck_kernels *kernels, ck_pool *pool, int rows, int inner, int columns) {
    float *a = numbers((size_t)rows * inner, 1), *b = numbers((size_t)inner * columns, 2);
    float *c = numbers((size_t)rows * columns, 3);
    float *scratch = numbers((size_t)inner * CK_PANEL * (size_t)ck_pool_threads(pool), 4);
    double *expected = zeros((size_t)rows * columns), *magnitude = zeros((size_t)rows * columns);
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < inner; k++)
            for (int j = 0; j < columns; j++) {
                expected[i * columns + j] += (double)a[i * inner + k] * b[k * columns + j];
                magnitude[i * columns + j] += fabs((double)a[i * inner + k] * b[k * columns + j]);
            }
    ck_run_multiply(kernels, pool, pack(a, rows, inner, 0), b, c, rows, inner, columns, scratch);
    check(kernels->name, "matrix product", c, columns, expected, magnitude, rows, columns);

    // The matrix times the first column of b, and its transpose times the first column of c.
    ck_linear layer = {.rows = rows, .columns = inner, .matrix = a};
    float *x = numbers((size_t)inner, 5), *y = numbers((size_t)rows, 6), *dx = numbers((size_t)inner, 7);
    double *ey = zeros((size_t)rows), *my = zeros((size_t)rows), *ex = zeros((size_t)inner), *mx = zeros((size_t)inner);
    ck_run_linear_forward(kernels, pool, &layer, x, y);
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < inner; k++)
            ey[i] += (double)a[i * inner + k] * x[k], my[i] += fabs((double)a[i * inner + k] * x[k]);
    check(kernels->name, "linear forward", y, rows, ey, my, 1, rows);
    ck_run_linear_backward(kernels, pool, &layer, y, dx, 0);
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < inner; k++)
            ex[k] += (double)a[i * inner + k] * y[i], mx[k] += fabs((double)a[i * inner + k] * y[i]);
    check(kernels->name, "linear backward", dx, inner, ex, mx, 1, inner);
}

int main(void) {
    static const char *const names[] = {"portable", "neon", "avx2", "avx512"};
    static const int shapes[][5] = {{1, 1, 1, 1, 0}, {3, 5, 1, 7, 0}, {16, 8, 8, 8, 0}, {9, 17, 5, 33, 0},
        {8, 24, 19, 64, 0}, {12, 12, 16, 16, 0}, {1, 3, 2, 2, 1}, {4, 16, 8, 8, 1}, {5, 7, 12, 10, 1},
        {3, 11, 34, 38, 1}, {8, 16, 20, 64, 1}, {1, 72, 120, 512, 0}}; // the last output is too large for a cache
    static const int dense[][4] = {{1, 1, 1, 1}, {17, 33, 5, 3}, {20, 9, 9, 13}, {33, 48, 4, 8}};
    ck_pool *pool = ck_pool_create(2);
    for (size_t v = 0; v < sizeof names / sizeof *names; v++) {
        const ck_kernels *kernels = ck_kernels_named(names[v]);
        if (!kernels) continue;
        printf("kernels: %s\n", kernels->name);
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            test_separable(kernels, pool, shapes[s][0], shapes[s][1], shapes[s][2], shapes[s][3], shapes[s][4]);
        for (size_t s = 0; s < sizeof dense / sizeof *dense; s++)
            for (int upsampling = CK_SAME; upsampling <= CK_FILTERED; upsampling++)
                for (int winograd = 0; winograd < 2; winograd++)
                    test_convolution(kernels, pool, dense[s], upsampling, winograd);
        test_products(kernels, pool, 1, 1, 1);
        test_products(kernels, pool, 13, 70, 45);
        test_products(kernels, pool, 520, 96, 65);
    }
    ck_pool_destroy(pool);
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}
