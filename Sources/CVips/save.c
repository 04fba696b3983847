#include "internal.h"

// Nothing that the library could add by itself: metadata are written by the caller.
#define BARE "strip", TRUE, NULL
static int save(VipsImage *image, cvips_format format, void **bytes, size_t *count) {
    switch (format) {
    case CVIPS_PNG:
        // Level 6 with all filters takes nine times as long, for a tenth off the size of a face.
        return vips_pngsave_buffer(image, bytes, count, "compression", 2, "filter",
            VIPS_FOREIGN_PNG_FILTER_UP | VIPS_FOREIGN_PNG_FILTER_AVG, BARE);
    case CVIPS_JPEG:
        return vips_jpegsave_buffer(
            image, bytes, count, "Q", 95, "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_OFF, "optimize_coding", TRUE, BARE);
    case CVIPS_WEBP: return vips_webpsave_buffer(image, bytes, count, "lossless", TRUE, BARE);
    case CVIPS_TIFF:
        return vips_tiffsave_buffer(image, bytes, count, "compression", VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE,
            "predictor", VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL, BARE);
    default: return -1;
    }
}

static bool has_saver(cvips_format format) {
    static const char *const names[] = {
        NULL, "jpegsave_buffer", "pngsave_buffer", "webpsave_buffer", "tiffsave_buffer"};
    return format > CVIPS_UNKNOWN && format <= CVIPS_TIFF && vips_type_find("VipsOperation", names[format]) != 0;
}

static VipsImage *wrap(cvips_raw raw) {
    bool is_wide = raw.bits == 16, is_colour = raw.bands > 2;
    size_t size = (size_t)raw.width * (size_t)raw.height * (size_t)raw.bands * (is_wide ? 2 : 1);
    VipsImage *image = vips_image_new_from_memory(
        raw.samples, size, raw.width, raw.height, raw.bands, is_wide ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR);
    if (image == NULL) return NULL;
    image->Type = is_colour ? (is_wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB)
                            : (is_wide ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W);
    return image;
}

cvips_status cvips_encode(
    cvips_raw raw, cvips_format format, void **bytes, size_t *count, char *reason, size_t reason_size) {
    if (cvips_begin() != 0) return cvips_end(CVIPS_FAILED, reason, reason_size);
    if (!has_saver(format)) return cvips_end(CVIPS_UNSUPPORTED, reason, reason_size);
    VipsImage *image = wrap(raw);
    if (image == NULL) return cvips_end(CVIPS_FAILED, reason, reason_size);
    int failed = save(image, format, bytes, count);
    g_object_unref(image);
    return cvips_end(failed ? CVIPS_FAILED : CVIPS_OK, reason, reason_size);
}

cvips_status cvips_encode_animation(cvips_raw frames, const int *milliseconds, int frame_count, void **bytes,
    size_t *count, char *reason, size_t reason_size) {
    if (cvips_begin() != 0) return cvips_end(CVIPS_FAILED, reason, reason_size);
    if (!has_saver(CVIPS_WEBP)) return cvips_end(CVIPS_UNSUPPORTED, reason, reason_size);
    VipsImage *image = wrap(frames);
    if (image == NULL) return cvips_end(CVIPS_FAILED, reason, reason_size);
    vips_image_set_int(image, VIPS_META_PAGE_HEIGHT, frames.height / frame_count);
    vips_image_set_int(image, "loop", 0);
    vips_image_set_array_int(image, "delay", milliseconds, frame_count);
    // With strip set, the delays would go as well.
    int failed = vips_webpsave_buffer(image, bytes, count, "Q", 90, NULL);
    g_object_unref(image);
    return cvips_end(failed ? CVIPS_FAILED : CVIPS_OK, reason, reason_size);
}

static cvips_status draw_text(
    const char *text, int pixels_high, uint8_t **mask, int *left, int *top, int *width, int *height) {
    if (vips_type_find("VipsOperation", "text") == 0) return CVIPS_UNSUPPORTED;
    // Pango reads markup; the text is meant as it stands.
    char *escaped = g_markup_escape_text(text, -1);
    char *font = g_strdup_printf("sans %d", pixels_high);
    VipsImage *image = NULL;
    // At 72 dots an inch a point is a pixel.
    int failed = vips_text(&image, escaped, "font", font, "dpi", 72, NULL);
    g_free(font);
    g_free(escaped);
    if (failed) return CVIPS_FAILED;
    size_t size = 0;
    uint8_t *bytes = NULL;
    if (image->Bands == 1 && image->BandFmt == VIPS_FORMAT_UCHAR) bytes = vips_image_write_to_memory(image, &size);
    *left = image->Xoffset;
    *top = image->Yoffset;
    *width = image->Xsize;
    *height = image->Ysize;
    g_object_unref(image);
    if (bytes == NULL) return CVIPS_FAILED;
    *mask = bytes;
    return CVIPS_OK;
}

cvips_status cvips_text(const char *text, int pixels_high, uint8_t **mask, int *left, int *top, int *width, int *height,
    char *reason, size_t reason_size) {
    cvips_status status = CVIPS_FAILED;
    if (cvips_begin() == 0) status = draw_text(text, pixels_high, mask, left, top, width, height);
    return cvips_end(status, reason, reason_size);
}
