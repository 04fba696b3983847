// Packing a 3×3 kernel for the dense convolutions, in double precision up to the last rounding.
//
//   direct     [chunk][output phase][input phase][tap][inputs][width]
//   Winograd   forward [chunk][phase][point][inputs][width], backward [chunk][point][phase][inputs][width]
//
// where what a phase does not use is left out (see convolution_shape.h).
#include "Convolution.h"
#include "families/convolution_shape.h"
#include "families/winograd_points.h"

#include <string.h>

/// The three taps of a phase along one axis, as sums over the three elements of the kernel.
static void phase_matrix(int upsampling, int phase, double e[3][3]) {
    static const double same[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    static const double repeated[2][3][3] = {{{1, 0, 0}, {0, 1, 1}, {0, 0, 0}}, {{0, 0, 0}, {1, 1, 0}, {0, 0, 1}}};
    static const double filter[4] = {0.25, 0.75, 0.75, 0.25};
    memset(e, 0, 9 * sizeof(double));
    switch (upsampling) {
    case CK_SAME: memcpy(e, same, sizeof same); break;
    case CK_NEAREST: memcpy(e, repeated[phase], sizeof same); break;
    case CK_TRANSPOSED:
        for (int tap = 0; tap < 3; tap++)
            for (int k = 0; k < 3; k++) e[tap][k] = repeated[phase][tap][2 - k];
        break;
    default:
        // Output 2y + phase reads the transposed convolution's outputs 2y + phase − 1 … + 2 through the filter;
        // input y + tap − 1 has reached output i of those through element i − 2(y + tap − 1) of the kernel.
        for (int tap = 0; tap < 3; tap++)
            for (int m = 0; m < 4; m++) {
                int k = phase + m - 1 - 2 * (tap - 1);
                if (k >= 0 && k < 3) e[tap][k] += filter[m];
            }
    }
}

/// target [n][n] = left [n][3] · source [3][3] · rightᵀ [3][n].
static void sandwich(const double *left, const double *source, const double *right, int n, double *target) {
    for (int i = 0; i < n; i++) {
        double row[3];
        for (int b = 0; b < 3; b++)
            row[b] = left[3 * i] * source[b] + left[3 * i + 1] * source[3 + b] + left[3 * i + 2] * source[6 + b];
        for (int j = 0; j < n; j++)
            target[i * n + j] = row[0] * right[3 * j] + row[1] * right[3 * j + 1] + row[2] * right[3 * j + 2];
    }
}

typedef struct {
    int upsampling, winograd, backward, phases, size;
    double axis[2][3][3]; // phase_matrix of both parities
    int count[4];         // positions that each phase uses
    int used[4][winograd_positions];
} packing;

static packing packing_of(int upsampling, int winograd, int backward) {
    packing p = {.upsampling = upsampling, .winograd = winograd, .backward = backward};
    p.phases = upsampling == CK_SAME ? 1 : 4;
    p.size = winograd ? winograd_points : 3;
    for (int phase = 0; phase < 2; phase++) phase_matrix(upsampling, phase, p.axis[phase]);
    for (int phase = 0; phase < p.phases; phase++)
        for (int i = 0; i < p.size * p.size; i++) {
            int (*use)(int, int, int, int) = winograd ? point_used : tap_used;
            if (use(upsampling, backward, phase / 2, i / p.size) && use(upsampling, backward, phase % 2, i % p.size))
                p.used[phase][p.count[phase]++] = i;
        }
    return p;
}

/// The packed values of one pair of channels, in the order of the packed positions.
static void pack_pair(const packing *p, const float *kernel, float scale, double *values) {
    double source[9], taps[9], all[4][winograd_positions];
    for (int i = 0; i < 9; i++) source[i] = (double)kernel[i] * scale;
    for (int phase = 0; phase < p->phases; phase++) {
        sandwich(&p->axis[phase / 2][0][0], source, &p->axis[phase % 2][0][0], 3, taps);
        if (p->backward)
            for (int i = 0; i < 4; i++) {
                double swap = taps[i];
                taps[i] = taps[8 - i], taps[8 - i] = swap;
            }
        if (p->winograd)
            sandwich(&winograd_kernel[0][0], taps, &winograd_kernel[0][0], winograd_points, all[phase]);
        else
            memcpy(all[phase], taps, sizeof taps);
    }
    if (p->winograd && p->backward) {
        for (int i = 0; i < winograd_positions; i++)
            for (int phase = 0; phase < p->phases; phase++)
                for (int u = 0; u < p->count[phase]; u++)
                    if (p->used[phase][u] == i) *values++ = all[phase][i];
    } else {
        for (int phase = 0; phase < p->phases; phase++)
            for (int u = 0; u < p->count[phase]; u++) *values++ = all[phase][p->used[phase][u]];
    }
}

size_t ck_packed_convolution_size(int outputs, int inputs, int upsampling, int winograd) {
    return (size_t)round_up(outputs, CK_CHANNELS) * (size_t)round_up(inputs, CK_CHANNELS)
        * (size_t)products_of(upsampling, winograd);
}

void ck_pack_convolution(const float *weight, float scale, int outputs, int inputs, int upsampling, int winograd,
    int backward, float *packed) {
    packing p = packing_of(upsampling, winograd, backward);
    int products = products_of(upsampling, winograd);
    int to = backward ? inputs : outputs, from = backward ? outputs : inputs;
    int blocks_to = round_up(to, CK_CHANNELS) / CK_CHANNELS, padded_from = round_up(from, CK_CHANNELS);
    memset(packed, 0, ck_packed_convolution_size(outputs, inputs, upsampling, winograd) * sizeof(float));
    double values[4 * winograd_positions];
    for (int chunk = 0; chunk < chunks_of(blocks_to); chunk++) {
        int width = chunk_width(blocks_to, chunk);
        for (int f = 0; f < from; f++)
            for (int lane = 0; lane < width && chunk * CK_CHUNK + lane < to; lane++) {
                int t = chunk * CK_CHUNK + lane, o = backward ? f : t, i = backward ? t : f;
                pack_pair(&p, weight + ((ptrdiff_t)o * inputs + i) * 9, scale, values);
                for (int position = 0; position < products; position++)
                    packed[((ptrdiff_t)position * padded_from + f) * width + lane] = (float)values[position];
            }
        packed += (ptrdiff_t)products * padded_from * width;
    }
}
