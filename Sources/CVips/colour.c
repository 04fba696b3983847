#include "internal.h"
#include <stdlib.h>
#include <string.h>

/// Adds `image` to what `scope` frees, and returns it; NULL where the operation that made it failed.
static VipsImage *keep(VipsObject *scope, int failed, VipsImage *image) {
    if (failed || image == NULL) return NULL;
    vips_object_local(scope, image);
    return image;
}

#define OPERATION(name, ...)                                   \
    static VipsImage *name(VipsObject *scope, VipsImage *in) { \
        VipsImage *out = NULL;                                 \
        int failed = __VA_ARGS__;                              \
        return keep(scope, failed, out);                       \
    }

// Relative colorimetric with black-point compensation: what editors show by default.
#define INTENT "intent", VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE, "depth", 8
OPERATION(from_profile, vips_icc_transform(in, &out, "srgb", "embedded", TRUE, INTENT, NULL))
OPERATION(from_srgb,
    vips_icc_import(
        in, &out, "input_profile", "srgb", "intent", VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE, NULL))
OPERATION(from_cmyk, vips_icc_transform(in, &out, "srgb", "input_profile", "cmyk", INTENT, NULL))
OPERATION(plain, vips_colourspace(in, &out, VIPS_INTERPRETATION_sRGB, NULL))
// To the nearest level: libvips' own 16-bit conversion drops the low byte.
OPERATION(halved, vips_linear1(in, &out, 1.0 / 257.0, 0.5, "uchar", TRUE, NULL))
OPERATION(sixteen_bits, vips_linear1(in, &out, 65535.0, 0.5, NULL))
OPERATION(as_float, vips_cast_float(in, &out, NULL))
OPERATION(as_bytes, vips_cast_uchar(in, &out, NULL))
OPERATION(rounded, vips_linear1(in, &out, 1.0, 0.5, "uchar", TRUE, NULL))
OPERATION(first_four, vips_extract_band(in, &out, 0, "n", 4, NULL))
#undef OPERATION

static VipsImage *over_white(VipsObject *scope, VipsImage *in) {
    double white[3] = {255, 255, 255};
    VipsArrayDouble *background = vips_array_double_new(white, 3);
    VipsImage *out = NULL;
    int failed = vips_flatten(in, &out, "background", background, "max_alpha", 255.0, NULL);
    vips_area_unref(VIPS_AREA(background));
    return keep(scope, failed, out);
}

static VipsImage *interpreted(VipsObject *scope, VipsImage *in, VipsInterpretation as) {
    VipsImage *out = NULL;
    int failed = vips_copy(in, &out, "interpretation", as, NULL);
    return keep(scope, failed, out);
}

/// Converts through profiles. libvips before 8.15 does not scale a 16-bit alpha to the 8 bits that come out, so
/// that one goes round.
static VipsImage *managed(VipsObject *scope, VipsImage *in, VipsImage *(*transform)(VipsObject *, VipsImage *)) {
    if (in->BandFmt != VIPS_FORMAT_USHORT || !vips_image_hasalpha(in)) return transform(scope, in);
    VipsImage *colours = NULL, *alpha = NULL, *out = NULL;
    int failed = vips_extract_band(in, &colours, 0, "n", in->Bands - 1, NULL);
    if ((colours = keep(scope, failed, colours)) == NULL) return NULL;
    failed = vips_extract_band(in, &alpha, in->Bands - 1, NULL);
    if ((alpha = keep(scope, failed, alpha)) == NULL) return NULL;
    colours = transform(scope, colours);
    alpha = halved(scope, alpha);
    if (colours == NULL || alpha == NULL) return NULL;
    failed = vips_bandjoin2(colours, alpha, &out, NULL);
    return keep(scope, failed, out);
}

/// Whether the embedded profile leaves a cube of colours where it is, to within two levels: then it is sRGB
/// under one of its many names, and converting would only blur exact values.
static bool profile_is_srgb(VipsObject *scope, cvips_blob profile) {
    enum { steps = 6, colours = steps * steps * steps };
    uint8_t cube[colours][3];
    for (int i = 0; i < colours; i++) {
        cube[i][0] = 51 * (i % steps);
        cube[i][1] = 51 * (i / steps % steps);
        cube[i][2] = 51 * (i / (steps * steps));
    }
    VipsImage *probe = vips_image_new_from_memory_copy(cube, sizeof cube, colours, 1, 3, VIPS_FORMAT_UCHAR);
    if (keep(scope, 0, probe) == NULL) return false;
    probe->Type = VIPS_INTERPRETATION_sRGB;
    vips_image_set_blob_copy(probe, VIPS_META_ICC_NAME, profile.data, profile.size);
    VipsImage *converted = from_profile(scope, probe);
    if (converted == NULL || converted->Bands != 3) return false;
    size_t count;
    uint8_t *bytes = vips_image_write_to_memory(converted, &count);
    if (bytes == NULL) return false;
    bool same = count == sizeof cube;
    for (size_t i = 0; same && i < count; i++) same = abs(bytes[i] - ((uint8_t *)cube)[i]) <= 2;
    g_free(bytes);
    return same;
}

static bool is_marked_srgb(VipsObject *scope, VipsImage *image) {
    cvips_blob profile;
    return vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile.data, &profile.size) == 0
        && profile_is_srgb(scope, profile);
}

/// The picture in sRGB primaries; alpha, if there is one, is still the last band.
static VipsImage *convert(VipsObject *scope, VipsImage *image) {
    VipsInterpretation kind = vips_image_guess_interpretation(image);
    VipsImage *in = interpreted(scope, image, kind);
    if (in == NULL) return NULL;
    bool is_rgb = kind == VIPS_INTERPRETATION_sRGB || kind == VIPS_INTERPRETATION_RGB16;
    if (vips_image_get_typeof(in, VIPS_META_ICC_NAME) != 0 && !(is_rgb && is_marked_srgb(scope, in))) {
        VipsImage *out = managed(scope, in, from_profile);
        if (out != NULL) return out;
        // A broken profile, or one for another kind of picture: go on as if there were none.
    }
    vips_error_clear();
    if (kind == VIPS_INTERPRETATION_CMYK) {
        VipsImage *out = managed(scope, in, from_cmyk);
        if (out != NULL) return out;
        vips_error_clear();
    }
    bool is_wide = kind == VIPS_INTERPRETATION_RGB16 || kind == VIPS_INTERPRETATION_GREY16;
    if (is_wide && in->BandFmt == VIPS_FORMAT_USHORT) {
        VipsImage *bytes = halved(scope, in);
        if (bytes == NULL) return NULL;
        in = interpreted(
            scope, bytes, kind == VIPS_INTERPRETATION_RGB16 ? VIPS_INTERPRETATION_sRGB : VIPS_INTERPRETATION_B_W);
        if (in == NULL) return NULL;
    }
    return plain(scope, in);
}

/// The last steps: over white, in bytes, and of three bands.
static VipsImage *finish(VipsObject *scope, VipsImage *in) {
    if (in != NULL && in->Bands > 4) in = first_four(scope, in);
    if (in != NULL && in->Bands == 4) {
        // In floating point, since libvips truncates when it flattens bytes.
        in = as_float(scope, in);
        if (in != NULL) in = over_white(scope, in);
        if (in != NULL) in = rounded(scope, in);
    }
    if (in != NULL && in->BandFmt != VIPS_FORMAT_UCHAR) in = as_bytes(scope, in);
    if (in == NULL) return NULL;
    if (in->Bands != 3) {
        vips_error("pulse", "%d colour bands after conversion", in->Bands);
        return NULL;
    }
    return in;
}

VipsImage *cvips_to_srgb(VipsObject *scope, VipsImage *image) { return finish(scope, convert(scope, image)); }

/// Numbers 0…1 as numbers of 16 bits.
static VipsImage *as_shorts(VipsObject *scope, VipsImage *in) {
    VipsImage *scaled = sixteen_bits(scope, in), *out = NULL;
    // What lies beyond is clipped.
    return scaled == NULL ? NULL : keep(scope, vips_cast_ushort(scaled, &out, NULL), out);
}

VipsImage *cvips_float_to_srgb(VipsObject *scope, VipsImage *image, cvips_scale scale) {
    bool is_colour = image->Bands >= 3;
    int bands = is_colour ? 3 : 1;
    VipsImage *colours = NULL, *alpha = NULL, *out = NULL;
    colours = keep(scope, vips_extract_band(image, &colours, 0, "n", bands, NULL), colours);
    if (colours == NULL) return NULL;
    if (scale == CVIPS_ENCODED) {
        colours = as_shorts(scope, colours);
        VipsInterpretation kind = is_colour ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_GREY16;
        if (colours != NULL) colours = interpreted(scope, colours, kind);
        if (colours != NULL) colours = convert(scope, colours);
    } else {
        VipsImage *grey[3] = {colours, colours, colours};
        if (!is_colour) colours = keep(scope, vips_bandjoin(grey, &out, 3, NULL), out);
        if (colours != NULL) colours = interpreted(scope, colours, VIPS_INTERPRETATION_scRGB);
        if (colours != NULL) colours = plain(scope, colours);
    }
    if (colours == NULL || image->Bands == bands) return finish(scope, colours);
    alpha = keep(scope, vips_extract_band(image, &alpha, bands, NULL), alpha);
    if (alpha != NULL) alpha = as_shorts(scope, alpha);
    if (alpha != NULL) alpha = halved(scope, alpha);
    if (alpha == NULL) return NULL;
    return finish(scope, keep(scope, vips_bandjoin2(colours, alpha, &out, NULL), out));
}

/// Colours of sRGB by way of the profile that `image` then carries.
static VipsImage *to_profile(VipsObject *scope, VipsImage *image, cvips_blob profile, int bits) {
    VipsImage *neutral = from_srgb(scope, image), *named = NULL, *out = NULL;
    if (neutral == NULL || (named = keep(scope, vips_copy(neutral, &named, NULL), named)) == NULL) return NULL;
    vips_image_set_blob_copy(named, VIPS_META_ICC_NAME, profile.data, profile.size);
    int failed = vips_icc_export(
        named, &out, "intent", VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE, "depth", bits, NULL);
    return keep(scope, failed, out);
}

static void copy_line(void *context, VipsRegion *region, const VipsRect *area) {
    size_t size = VIPS_IMAGE_SIZEOF_PEL(region->im) * (size_t)area->width;
    memcpy((uint8_t *)context + size * (size_t)area->top, VIPS_REGION_ADDR(region, 0, area->top), size);
}

cvips_status cvips_from_srgb(const uint8_t *pixels, int count, cvips_blob profile, int colours, int bits, void *samples,
    char *reason, size_t reason_size) {
    if (cvips_begin() != 0) return cvips_end(CVIPS_FAILED, reason, reason_size);
    VipsObject *scope = VIPS_OBJECT(vips_image_new());
    cvips_status status = CVIPS_UNSUPPORTED;
    VipsImage *in = vips_image_new_from_memory(pixels, 3 * (size_t)count, count, 1, 3, VIPS_FORMAT_UCHAR);
    if (keep(scope, 0, in) == NULL) {
        status = CVIPS_FAILED;
    } else if (colours != 3 || !profile_is_srgb(scope, profile)) {
        in->Type = VIPS_INTERPRETATION_sRGB;
        VipsImage *out = to_profile(scope, in, profile, bits);
        bool fits = out != NULL && out->Bands == colours
            && out->BandFmt == (bits == 16 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR);
        if (fits) status = cvips_pull(out, copy_line, samples) == 0 ? CVIPS_OK : CVIPS_FAILED;
    }
    g_object_unref(scope);
    return cvips_end(status, reason, reason_size);
}
