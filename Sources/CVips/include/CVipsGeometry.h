// Resampling of 8-bit RGB pictures that face alignment needs. Every picture is interleaved, three bytes a
// pixel, rows following each other without gaps. A failure writes libvips' account of it to `reason`, at most
// `reason_size` bytes with the terminator, and leaves the pixels undefined.
#pragma once

#include "CVips.h"

/// An 8-bit RGB picture in memory that the caller owns.
typedef struct {
    const uint8_t *pixels;
    int width;
    int height;
} cvips_picture;

/// Shrinks by an antialiased Lanczos filter of three lobes; `pixels` receives `width`·`height`·3 bytes.
cvips_status cvips_shrink_lanczos(
    cvips_picture picture, int width, int height, uint8_t *pixels, char *reason, size_t reason_size);

/// Blurs by a Gaussian of standard deviation `sigma` pixels; `pixels` receives as many bytes as `picture` has.
/// Wide blurs are made on a shrunken copy.
cvips_status cvips_gaussian_blur(
    cvips_picture picture, double sigma, uint8_t *pixels, char *reason, size_t reason_size);

/// A parallelogram in a picture: the pixel coordinates of its corner and of the two sides that leave it.
typedef struct {
    double x, y;
    double right_x, right_y;
    double down_x, down_y;
} cvips_parallelogram;

/// Maps a parallelogram onto a square of `side` pixels: bilinear samples on a grid `oversampling` times finer,
/// then an antialiased Lanczos reduction. `pixels` receives `side`·`side`·3 bytes.
cvips_status cvips_extract_parallelogram(cvips_picture picture, cvips_parallelogram area, int side, int oversampling,
    uint8_t *pixels, char *reason, size_t reason_size);
