#include "internal.h"
#include <math.h>

bool cvips_is_float(const VipsImage *image) {
    // L*a*b* is not 0…1, and libvips converts it.
    return image->BandFmt == VIPS_FORMAT_FLOAT && image->Type != VIPS_INTERPRETATION_LAB;
}

/// What the samples of a picture come to.
typedef struct {
    size_t per_line;
    double lowest, highest;
    bool has_nan;
    /// Every sample is n/255, to the precision of single floating point.
    bool are_levels;
} measured;

static void measure(void *context, VipsRegion *region, const VipsRect *area) {
    measured *m = context;
    for (int y = area->top; y < area->top + area->height; y++) {
        const float *line = (const float *)VIPS_REGION_ADDR(region, 0, y);
        for (size_t i = 0; i < m->per_line; i++) {
            double value = line[i];
            if (isnan(value)) m->has_nan = true;
            if (value < m->lowest) m->lowest = value;
            if (value > m->highest) m->highest = value;
            double level = value * 255;
            if (fabs(level - rint(level)) > 1e-4) m->are_levels = false;
        }
    }
}

cvips_status cvips_measure_floats(VipsImage *image, cvips_scale *scale, char *reason, size_t reason_size) {
    measured m = {
        .per_line = (size_t)image->Xsize * (size_t)image->Bands,
        .lowest = INFINITY,
        .highest = -INFINITY,
        .are_levels = true,
    };
    if (cvips_pull(image, measure, &m) != 0) return CVIPS_FAILED;
    if (m.has_nan) {
        g_strlcpy(reason, "some are not a number", reason_size);
        return CVIPS_RANGE;
    }
    // scRGB (IEC 61966-2-2) reaches from -0.5 to just below 7.5; what goes on beyond is on another scale.
    if (m.lowest < -0.5 || m.highest > 7.5) {
        g_snprintf(reason, reason_size, "%.6g to %.6g", m.lowest, m.highest);
        return CVIPS_RANGE;
    }
    bool has_profile = vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0;
    bool are_levels = m.are_levels && m.lowest >= 0 && m.highest <= 1;
    *scale = has_profile || are_levels ? CVIPS_ENCODED : CVIPS_LINEAR;
    return CVIPS_OK;
}
