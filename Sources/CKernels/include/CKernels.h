/// The engine's C kernels: what Swift sees of them.
///
/// Every kernel works on one picture, splits its work into fixed tiles and reduces in a fixed order, so that
/// the bits of a result do not depend on the number of threads. All arrays are float32. Sizes are the
/// caller's responsibility; kernels check nothing.
#pragma once

#include "Convolution.h"

#include <stddef.h>

// ---------------------------------------------------------------- packed layouts (the same in every variant)

/// Pixels of one panel: a panel holds the 32 pixels of all K channels as [K][32].
#define CK_PANEL 32
/// Rows of one block of packed weights: blocks of 8 output rows, each [K][8], the last padded with zeros.
#define CK_BLOCK 8

/// Number of floats that `ck_pack_weights` writes for a matrix [rows, columns].
size_t ck_packed_size(int rows, int columns);
/// Packs a matrix given by two strides into blocks: element (r, k) is source[r·row_stride + k·column_stride].
void ck_pack_weights(
    const float *source, int rows, int columns, ptrdiff_t row_stride, ptrdiff_t column_stride, float *packed);

// ---------------------------------------------------------------- memory

/// `count` zeros, 64-byte aligned; NULL if there is no memory. Blocks of 2 MiB and more ask for huge pages.
float *ck_floats_create(size_t count);
/// `count` as it was given to create.
void ck_floats_destroy(float *floats, size_t count);
/// Bytes that `ck_floats_create` takes for so many floats.
size_t ck_floats_bytes(size_t count);
/// Bytes that the calling thread has created and not destroyed (modulo 2^64, since what it destroys may be another's).
size_t ck_floats_live_of_thread(void);
/// Gives memory that was freed back to the system, where its C library would keep it for later.
void ck_memory_trim(void);

// ---------------------------------------------------------------- thread pool

typedef struct ck_pool ck_pool;
/// A pool of `threads` threads, the caller's included; NULL if they cannot be created.
ck_pool *ck_pool_create(int threads);
void ck_pool_destroy(ck_pool *pool);
int ck_pool_threads(const ck_pool *pool);
/// Runs body(context, task, worker) for every task in 0..<tasks, worker in 0..<threads; returns when all ended.
void ck_pool_run(ck_pool *pool, int tasks, void (*body)(void *context, int task, int worker), void *context);

// ---------------------------------------------------------------- layers

/// A styled depthwise-separable layer on a grid of height × width:
///
///     x  = gain ∘ input                (or the inverse Haar transform of gain ∘ input, when `haar` is set)
///     d  = depthwise 3×3 (x), zero padding
///     a  = leakyReLU₀.₂( weight · d + noise + bias )
typedef struct {
    int channels_in;     ///< Channels of x.
    int channels_out;    ///< Channels of a.
    int height, width;   ///< Of x and a.
    int haar;            ///< Input is [4·channels_in, height/2, width/2]: low bands, then three high bands for each.
    int rows;            ///< Rows of one tile; even, and all of them when width < CK_PANEL.
    const float *weight; ///< Packed [channels_out, channels_in].
    const float *weight_transposed; ///< Packed [channels_in, channels_out].
    const float *kernel;            ///< [channels_in][3][3].
    const float *bias;              ///< [channels_out].
    const float *gain;              ///< One per input channel.
    const float *noise;             ///< [height·width], multiplied by its strength; NULL for none.
    float *input;                   ///< Activations before this layer. Backward overwrites them with their gradient.
    ptrdiff_t input_stride;         ///< Floats from one channel to the next.
    float *output;                  ///< Activations a. Backward reads ∂loss/∂(before the leaky ReLU) here.
    ptrdiff_t output_stride;
    float *d_gain;  ///< Backward: [tiles of rows][input channels], ∂loss/∂gain of each tile.
    float *d_noise; ///< Backward: [height·width], ∂loss/∂noise; NULL when not wanted.
} ck_separable;

/// The last layer: rgb = inverse Haar( weight · (gain ∘ input) + bias ), where weight has 12 rows.
typedef struct {
    int channels_in;
    int height, width;              ///< Of the input; the picture is twice as large.
    int rows;                       ///< Input rows of one tile.
    const float *weight;            ///< Packed [12, channels_in]: low bands of r, g, b, then 3 high bands of each.
    const float *weight_transposed; ///< Packed [channels_in, 12].
    const float *bias;              ///< [12].
    const float *gain;              ///< [channels_in].
    float *input;                   ///< As in ck_separable.
    ptrdiff_t input_stride;
    float *image;  ///< [3, 2·height, 2·width]. Forward writes the picture, backward reads its gradient.
    float *d_gain; ///< Backward: [tiles][channels_in].
} ck_image;

/// y = A·x + b, and its transpose, for a row-major matrix [rows, columns].
typedef struct {
    int rows, columns;
    const float *matrix;
    const float *bias; ///< [rows], or NULL.
} ck_linear;

/// One set of kernels, compiled for one instruction set.
typedef struct {
    const char *name;
    void (*separable_forward)(const ck_separable *layer, int task, float *scratch);
    void (*separable_backward)(const ck_separable *layer, int task, float *scratch);
    void (*image_forward)(const ck_image *layer, int tile, float *scratch);
    void (*image_backward)(const ck_image *layer, int tile, float *scratch);
    /// y[first..<last] = rows of A·x + b.
    void (*linear_forward)(const ck_linear *layer, const float *x, float *y, int first, int last);
    /// dx[first..<last] = columns of Aᵀ·dy; `accumulate` adds to what is there.
    void (*linear_backward)(const ck_linear *layer, const float *dy, float *dx, int first, int last, int accumulate);
    /// C[:, panel] = A·B[:, panel] for 32 columns: packed A [rows, inner], B panel [inner][32], C row-major.
    void (*multiply_panel)(
        const float *packed, const float *panel, int rows, int inner, float *c, ptrdiff_t c_stride, int columns);
    /// Dense convolutions: one block of the loaded input, then one chunk of the output for a tile of the picture.
    void (*direct_load)(const ck_convolution *layer, int backward, int block);
    void (*direct_multiply)(const ck_convolution *layer, int backward, int tile, int chunk);
    void (*winograd_load)(
        const ck_convolution *layer, int backward, int tile, int block, float *window, float *transformed);
    void (*winograd_multiply)(
        const ck_convolution *layer, int backward, int tile, int chunk, const float *transformed, float *products);
    void (*winograd_point)(
        const ck_convolution *layer, int backward, int point, int phase, const float *transformed, float *products);
    void (*winograd_finish)(const ck_convolution *layer, int backward, int tile, int chunk, const float *products);
    void (*blur_forward)(const ck_blur *layer, int tile, int block);
    void (*blur_backward)(const ck_blur *layer, int tile, int block);
    void (*noise_backward)(const ck_activation *end, int channels, int height, int width, int row);
    void (*rgb_forward)(const ck_rgb *layer, int tile);
    void (*rgb_backward)(const ck_rgb *layer, int tile);
} ck_kernels;

/// The set named "portable", "avx2", "avx512" or "neon", or NULL where this machine cannot run it.
const ck_kernels *ck_kernels_named(const char *name);
/// The fastest set of this machine.
const ck_kernels *ck_kernels_fastest(void);

/// Floats of scratch that one tile of a layer needs, forward or backward.
size_t ck_separable_scratch(const ck_separable *layer);
size_t ck_image_scratch(const ck_image *layer);

/// Runs a whole layer over the pool. `scratch` holds `stride` floats for every thread.
void ck_run_separable_forward(
    const ck_kernels *kernels, ck_pool *pool, const ck_separable *layer, float *scratch, size_t stride);
void ck_run_separable_backward(
    const ck_kernels *kernels, ck_pool *pool, const ck_separable *layer, float *scratch, size_t stride);
void ck_run_image_forward(
    const ck_kernels *kernels, ck_pool *pool, const ck_image *layer, float *scratch, size_t stride);
void ck_run_image_backward(
    const ck_kernels *kernels, ck_pool *pool, const ck_image *layer, float *scratch, size_t stride);
/// y = A·x + b, split over the pool by fixed ranges of rows.
void ck_run_linear_forward(const ck_kernels *kernels, ck_pool *pool, const ck_linear *layer, const float *x, float *y);
/// dx = Aᵀ·dy (added to dx when `accumulate`), split over the pool by fixed ranges of columns.
void ck_run_linear_backward(
    const ck_kernels *kernels, ck_pool *pool, const ck_linear *layer, const float *dy, float *dx, int accumulate);
/// C = A·B for packed A [rows, inner] and row-major B [inner, columns], split over the pool by panels.
/// `scratch` holds inner·CK_PANEL floats for every thread.
void ck_run_multiply(const ck_kernels *kernels, ck_pool *pool, const float *packed, const float *b, float *c, int rows,
    int inner, int columns, float *scratch);

/// The dense layers over the pool; `scratch` as above.
void ck_run_convolution_forward(
    const ck_kernels *kernels, ck_pool *pool, const ck_convolution *layer, float *scratch, size_t stride);
void ck_run_convolution_backward(
    const ck_kernels *kernels, ck_pool *pool, const ck_convolution *layer, float *scratch, size_t stride);
void ck_run_blur_forward(const ck_kernels *kernels, ck_pool *pool, const ck_blur *layer);
void ck_run_blur_backward(const ck_kernels *kernels, ck_pool *pool, const ck_blur *layer);
void ck_run_rgb_forward(const ck_kernels *kernels, ck_pool *pool, const ck_rgb *layer);
void ck_run_rgb_backward(const ck_kernels *kernels, ck_pool *pool, const ck_rgb *layer);
void ck_run_rgb_upsampling_forward(ck_pool *pool, const ck_rgb_upsampling *layer);
void ck_run_rgb_upsampling_backward(ck_pool *pool, const ck_rgb_upsampling *layer);
