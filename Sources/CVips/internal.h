// Shared by the files of this shim; not public.
#pragma once
#include "CVips.h"
#include <vips/vips.h>

/// Takes libvips for this thread and empties its error buffer, which all threads share: from here to `cvips_end`
/// every message in it is about this call. Every call of libvips stands between the two. Returns 0 once libvips runs.
int cvips_begin(void);

/// Moves what libvips said into `reason` if `status` is CVIPS_FAILED, empties the buffer and gives libvips back.
/// Always returns `status`.
cvips_status cvips_end(cvips_status status, char *reason, size_t reason_size);

/// Adds to `scope` the operations that turn any decoded picture into 8-bit sRGB with three bands, over
/// white. Returns the result, owned by `scope`, or NULL.
VipsImage *cvips_to_srgb(VipsObject *scope, VipsImage *image);

/// What a picture in floating point measures by.
typedef enum {
    /// Light: 0 is black and 1 is white, as in scRGB.
    CVIPS_LINEAR,
    /// Levels of an 8-bit picture, or values that an embedded profile describes, divided by their white.
    CVIPS_ENCODED,
} cvips_scale;

/// The same for a picture in floating point, whose alpha is 0…1 too.
VipsImage *cvips_float_to_srgb(VipsObject *scope, VipsImage *image, cvips_scale scale);

/// Reads every sample of a picture in floating point. Returns CVIPS_RANGE with an account in `reason` where they do
/// not lie about 0…1, CVIPS_FAILED where they cannot be read.
cvips_status cvips_measure_floats(VipsImage *image, cvips_scale *scale, char *reason, size_t reason_size);

/// Whether the samples are floating-point numbers of a kind that has to be scaled.
bool cvips_is_float(const VipsImage *image);

/// Receives one strip of a picture, `area` of `region`.
typedef void (*cvips_strip)(void *context, VipsRegion *region, const VipsRect *area);

/// Computes a picture strip by strip on this thread. Not with libvips' own sinks: before 8.15 their thread pool can
/// lose a worker's error, and a file cut short then passes for a black picture.
int cvips_pull(VipsImage *image, cvips_strip strip, void *context);
