/// Dense 3×3 convolutions on blocked activations: the layers of StyleGAN and StyleGAN2.
///
/// Blocked activations keep 16 channels together, [channels/16][height][width][16], so that everything which is
/// done to a pixel is plain vector code. Channel counts are rounded up to 16; what pads them is zero.
#pragma once

#include <stddef.h>

/// Channels of one block.
#define CK_CHANNELS 16
/// Output channels of one chunk of packed weights; the last chunk of an odd number of blocks has 16.
#define CK_CHUNK 32
/// Pixels (direct) or tiles of 4×4 pixels (Winograd) that the matrix product handles at once.
#define CK_PIXELS 8

/// How a convolution doubles the side of its picture, if it does: in each case as four convolutions on the grid
/// of the input, one for each parity of the output's row and column.
enum {
    CK_SAME = 0,       ///< It does not.
    CK_NEAREST = 1,    ///< Repeats every pixel, then convolves: taps of 2×2.
    CK_TRANSPOSED = 2, ///< Stride-2 transposed convolution of the box-filtered kernel: the same, flipped.
    CK_FILTERED = 3,   ///< Stride-2 transposed convolution, then the filter [1,3,3,1]²/16: taps of 3×3.
};

/// What stands behind a convolution: a = clamp( scale · leakyReLU₀.₂( u + strength·noise + bias ) ), u given.
typedef struct {
    const float *bias;     ///< [channels].
    const float *strength; ///< [channels], factor of the noise map.
    const float *noise;    ///< [pixels]; NULL for none.
    float scale;
    float clamp;             ///< Bound of |a|; 0 for none.
    float *output;           ///< Blocked: a.
    float *statistics;       ///< Forward: [tiles][4][channels], pixels, pivot p, Σ(a − p), Σ(a − p)²; or NULL.
    const float *d_output;   ///< ∂loss/∂a; or NULL, and it is Σ over k of d_rgb[k]·rgb_weight[k]:
    const float *d_rgb;      ///< [3][pixels], the gradient of a picture that only these activations make.
    const float *rgb_weight; ///< [3][channels].
    ptrdiff_t pixels;        ///< Of one plane of d_rgb.
    const float *d_shift;    ///< [channels]; backward adds d_shift + d_slope·a to d_output.
    const float *d_slope;    ///< [channels]; NULL for neither.
    float *d_noise;          ///< Backward: [pixels], ∂loss/∂noise; NULL when not wanted.
} ck_activation;

/// A 3×3 convolution with its two ends, the same for its forward and backward direction.
typedef struct {
    int channels_in, channels_out;  ///< Multiples of CK_CHANNELS.
    int height, width;              ///< Of the input.
    int upsampling;                 ///< CK_SAME … CK_FILTERED; otherwise than CK_SAME the output is twice as large.
    int winograd;                   ///< Weights are packed for F(4×4, 3×3), else for direct convolution.
    const float *weight;            ///< `ck_pack_convolution` forward,
    const float *weight_transposed; ///< and backward.
    const float *gain;              ///< [channels_in]: gain·(x − center) + offset is read, 0 outside the picture.
    const float *center;            ///< [channels_in]; NULL for neither it nor an offset.
    const float *offset;
    const float *output_gain; ///< [channels_out], right behind the convolution; NULL for none.
    float *raw;               ///< Blocked: takes the bare convolution, gives its gradient; NULL: `end`.
    ck_activation end;
    float *input;         ///< Blocked.
    float *d_input;       ///< Receives ∂loss/∂input.
    float *d_gain;        ///< Backward: [tiles][2][channels_in], Σ ∂loss/∂(what it reads) · {x − center, 1}.
    float *d_output_gain; ///< Backward: [tiles][channels_out], output_gain · ∂loss/∂output_gain; NULL when not wanted.
    float *staged;        ///< Shared by the threads, `ck_convolution_staged` floats.
} ck_convolution;

/// Floats of a packed 3×3 kernel, and packing it: `weight` is [outputs][inputs][3][3], multiplied by `scale`.
size_t ck_packed_convolution_size(int outputs, int inputs, int upsampling, int winograd);
void ck_pack_convolution(const float *weight, float scale, int outputs, int inputs, int upsampling, int winograd,
    int backward, float *packed);

/// Tiles of a layer: the leading extent of `statistics` forward, of `d_gain` and `d_output_gain` backward.
int ck_convolution_tiles(const ck_convolution *layer, int backward);
/// Floats that the threads share, and floats of scratch for each of them, in either direction.
size_t ck_convolution_staged(const ck_convolution *layer);
size_t ck_convolution_scratch(const ck_convolution *layer);

/// Behind an upsampling convolution of StyleGAN: u = blur(x), then an activation, where blur is [1,2,1]²/16 with
/// zeros outside the picture.
typedef struct {
    int channels, height, width;
    float *raw; ///< Blocked: x, and in backward ∂loss/∂x.
    ck_activation end;
} ck_blur;

int ck_blur_tiles(const ck_blur *layer);

/// rgb = weight · (gain ∘ (x − center) + offset) + bias, from blocked activations to three planes.
typedef struct {
    int channels, height, width;
    const float *weight; ///< [3][channels].
    const float *bias;   ///< [3].
    const float *gain;   ///< [channels].
    const float *center; ///< [channels]; NULL for neither it nor an offset.
    const float *offset;
    const float *input;
    float *image;   ///< [3][height][width]; backward reads its gradient.
    int accumulate; ///< Forward adds to the image, backward adds to d_input.
    float *d_input; ///< NULL when not wanted.
    float *d_gain;  ///< [tiles][2][channels], as in ck_convolution.
} ck_rgb;

int ck_rgb_tiles(const ck_rgb *layer);

/// Three planes [3][height][width] to twice the side: zeros in between, then the filter [1,3,3,1]²/16.
typedef struct {
    int height, width; ///< Of the small planes.
    float *small;      ///< Forward reads it, backward writes its gradient.
    float *large;      ///< Forward writes it, backward reads its gradient.
    int accumulate;
} ck_rgb_upsampling;
