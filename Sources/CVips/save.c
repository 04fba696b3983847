#include "internal.h"

cvips_status cvips_encode_png(
    const uint8_t *pixels, int width, int height, void **bytes, size_t *count, char *reason, size_t reason_size) {
    if (cvips_begin() != 0) return cvips_end(CVIPS_FAILED, reason, reason_size);
    size_t size = (size_t)width * (size_t)height * 3;
    VipsImage *image = vips_image_new_from_memory(pixels, size, width, height, 3, VIPS_FORMAT_UCHAR);
    if (image == NULL) return cvips_end(CVIPS_FAILED, reason, reason_size);
    image->Type = VIPS_INTERPRETATION_sRGB;
    // Level 6 with all filters takes nine times as long, for a tenth off the size of a face.
    int failed = vips_pngsave_buffer(image, bytes, count, "compression", 2, "filter",
        VIPS_FOREIGN_PNG_FILTER_UP | VIPS_FOREIGN_PNG_FILTER_AVG, NULL);
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
