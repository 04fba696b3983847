// What the kernels' tests share: numbers to compute with, and the comparison with plain loops in double precision.
#pragma once
#include "CKernels.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/// Aligned numbers in −1…1, the same for the same seed.
float *numbers(size_t count, uint32_t seed);
double *zeros(size_t count);

/// Compares rows of `stride` floats with rows of `length` doubles. An error is allowed to be a fixed tolerance times
/// the sum of the absolute values of the terms behind it, or `factor` times that.
void check(const char *variant, const char *what, const float *actual, ptrdiff_t stride, const double *expected,
    const double *magnitude, int rows, int length);
void check_within(double factor, const char *variant, const char *what, const float *actual, ptrdiff_t stride,
    const double *expected, const double *magnitude, int rows, int length);

/// `shape`: channels in and out, height and width of the input.
void test_convolution(const ck_kernels *kernels, ck_pool *pool, const int shape[4], int upsampling, int winograd);
