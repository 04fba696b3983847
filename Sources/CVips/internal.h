// Shared by the files of this shim; not public.
#pragma once
#include "CVips.h"
#include <vips/vips.h>

/// Moves libvips' message into `reason` and empties its buffer, which all threads share: where two calls fail at
/// once, one of them may come away without a reason. Always returns `status`.
cvips_status cvips_fail(cvips_status status, char *reason, size_t reason_size);

/// Adds to `scope` the operations that turn any decoded picture into 8-bit sRGB with three bands, over
/// white. Returns the result, owned by `scope`, or NULL.
VipsImage *cvips_to_srgb(VipsObject *scope, VipsImage *image);
