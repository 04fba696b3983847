#include "internal.h"
#include <string.h>

struct cvips_decoder {
    VipsImage *image;
    /// EXIF orientation, 1…8; 1 is upright.
    int orientation;
};

static bool has(const uint8_t *bytes, size_t count, size_t offset, const char *magic, size_t length) {
    return count >= offset + length && memcmp(bytes + offset, magic, length) == 0;
}

cvips_format cvips_sniff(const uint8_t *bytes, size_t count) {
    if (has(bytes, count, 0, "\xFF\xD8\xFF", 3)) return CVIPS_JPEG;
    if (has(bytes, count, 0, "\x89PNG\r\n\x1A\n", 8)) return CVIPS_PNG;
    if (has(bytes, count, 0, "RIFF", 4) && has(bytes, count, 8, "WEBP", 4)) return CVIPS_WEBP;
    if (has(bytes, count, 0, "II*\0", 4) || has(bytes, count, 0, "MM\0*", 4)) return CVIPS_TIFF;
    if (has(bytes, count, 0, "II+\0", 4) || has(bytes, count, 0, "MM\0+", 4)) return CVIPS_TIFF;
    if (has(bytes, count, 4, "ftyp", 4)) {
        static const char brands[][5] = {"heic", "heix", "hevc", "hevx", "heim", "heis", "hevm",
                                         "hevs", "mif1", "msf1", "avif", "avis"};
        for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
            if (has(bytes, count, 8, brands[i], 4)) return CVIPS_HEIF;
    }
    return CVIPS_UNKNOWN;
}

/// Calls the one loader of a format: libvips never chooses.
static int load(const void *bytes, size_t count, cvips_format format, VipsImage **image) {
    void *buffer = (void *)bytes;
    // A file that is cut short or damaged is an error, not a picture with a grey lower half.
#define OPTIONS "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, NULL
    switch (format) {
    case CVIPS_JPEG: return vips_jpegload_buffer(buffer, count, image, OPTIONS);
    case CVIPS_PNG: return vips_pngload_buffer(buffer, count, image, OPTIONS);
    case CVIPS_WEBP: return vips_webpload_buffer(buffer, count, image, OPTIONS);
    case CVIPS_TIFF: return vips_tiffload_buffer(buffer, count, image, OPTIONS);
    case CVIPS_HEIF: return vips_heifload_buffer(buffer, count, image, OPTIONS);
    default: return -1;
    }
#undef OPTIONS
}

static bool has_loader(cvips_format format) {
    static const char *const names[] = {NULL, "jpegload_buffer", "pngload_buffer", "webpload_buffer",
                                        "tiffload_buffer", "heifload_buffer"};
    return format > CVIPS_UNKNOWN && format <= CVIPS_HEIF
        && vips_type_find("VipsOperation", names[format]) != 0;
}

static uint32_t big_endian(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/// Hands EXIF data to libvips with the six bytes in front without which it does not read them before 8.13.
static void attach_exif(VipsImage *image, const uint8_t *data, size_t size) {
    static const char prefix[6] = "Exif\0";
    uint8_t *exif = g_malloc(sizeof prefix + size);
    memcpy(exif, prefix, sizeof prefix);
    memcpy(exif + sizeof prefix, data, size);
    vips_image_set_blob_copy(image, VIPS_META_EXIF_NAME, exif, sizeof prefix + size);
    g_free(exif);
}

/// Sees to it that libvips has read the EXIF data of a PNG, whose chunk its loader overlooks before 8.14, or of
/// a WebP file, which hands them over without their prefix.
static void complete_exif(VipsImage *image, cvips_format format, const uint8_t *bytes, size_t count) {
    const void *data;
    size_t size;
    if (vips_image_get_typeof(image, VIPS_META_EXIF_NAME) != 0) {
        if (vips_image_get_blob(image, VIPS_META_EXIF_NAME, &data, &size) != 0) return;
        if (has(data, size, 0, "II*\0", 4) || has(data, size, 0, "MM\0*", 4)) attach_exif(image, data, size);
        return;
    }
    for (size_t at = 8; format == CVIPS_PNG && at + 12 <= count; at += 12 + size) {
        size = big_endian(bytes + at);
        if (size > count - at - 12) return;
        if (memcmp(bytes + at + 4, "eXIf", 4) == 0 && size <= 1 << 16) {
            attach_exif(image, bytes + at + 8, size);
            return;
        }
    }
}

cvips_status cvips_open(
    const void *bytes, size_t count, cvips_format format, int *width, int *height,
    cvips_decoder **decoder, char *reason, size_t reason_size) {
    if (cvips_start() != 0) return cvips_fail(CVIPS_FAILED, reason, reason_size);
    if (!has_loader(format)) return CVIPS_UNSUPPORTED;
    VipsImage *image = NULL;
    if (load(bytes, count, format, &image) != 0) return cvips_fail(CVIPS_FAILED, reason, reason_size);
    complete_exif(image, format, bytes, count);
    int orientation = vips_image_get_orientation(image);
    // A HEIF decoder applies the container's own rotation; the EXIF tag beside it repeats it.
    if (format == CVIPS_HEIF || orientation < 1 || orientation > 8) orientation = 1;
    bool turned = orientation >= 5;
    *width = turned ? image->Ysize : image->Xsize;
    *height = turned ? image->Xsize : image->Ysize;
    cvips_decoder *result = g_new0(cvips_decoder, 1);
    result->image = image;
    result->orientation = orientation;
    *decoder = result;
    return CVIPS_OK;
}

void cvips_close(cvips_decoder *decoder) {
    if (decoder == NULL) return;
    g_object_unref(decoder->image);
    g_free(decoder);
    // Warnings about this picture must not pass for the reason why the next one fails.
    vips_error_clear();
}

/// Where a stored pixel goes: byte `origin + x·dx + y·dy` of the upright picture.
typedef struct {
    uint8_t *pixels;
    ptrdiff_t origin, dx, dy;
} placement;

static placement place(uint8_t *pixels, int stored_width, int stored_height, int orientation) {
    ptrdiff_t w = stored_width, h = stored_height;
    ptrdiff_t row = 3 * (orientation >= 5 ? h : w);
    placement p = {pixels, 0, 3, row};
    switch (orientation) {
    case 2: p = (placement){pixels, 3 * (w - 1), -3, row}; break;
    case 3: p = (placement){pixels, (h - 1) * row + 3 * (w - 1), -3, -row}; break;
    case 4: p = (placement){pixels, (h - 1) * row, 3, -row}; break;
    case 5: p = (placement){pixels, 0, row, 3}; break;
    case 6: p = (placement){pixels, 3 * (h - 1), row, -3}; break;
    case 7: p = (placement){pixels, (w - 1) * row + 3 * (h - 1), -row, -3}; break;
    case 8: p = (placement){pixels, (w - 1) * row, -row, 3}; break;
    default: break;
    }
    return p;
}

static void store(const placement *p, VipsRegion *region, const VipsRect *area) {
    if (p->dx == 3) {
        for (int y = area->top; y < area->top + area->height; y++)
            memcpy(p->pixels + p->origin + y * p->dy, VIPS_REGION_ADDR(region, 0, y), 3 * (size_t)area->width);
        return;
    }
    ptrdiff_t line = VIPS_REGION_LSKIP(region);
    for (int x = 0; x < area->width; x++) {
        const uint8_t *from = VIPS_REGION_ADDR(region, x, area->top);
        uint8_t *to = p->pixels + p->origin + x * p->dx + area->top * p->dy;
        for (int y = 0; y < area->height; y++, from += line, to += p->dy)
            to[0] = from[0], to[1] = from[1], to[2] = from[2];
    }
}

/// Computes the picture strip by strip on this thread. Not with libvips' own sinks: before 8.15 their thread
/// pool can lose a worker's error, and a file cut short then passes for a black picture.
static int pull(VipsImage *image, const placement *p) {
    enum { strip = 64 };
    VipsRegion *region = vips_region_new(image);
    if (region == NULL) return -1;
    int failed = 0;
    for (int top = 0; top < image->Ysize && !failed; top += strip) {
        VipsRect area = {0, top, image->Xsize, VIPS_MIN(strip, image->Ysize - top)};
        failed = vips_region_prepare(region, &area);
        if (!failed) store(p, region, &area);
    }
    g_object_unref(region);
    return failed;
}

cvips_status cvips_decode(cvips_decoder *decoder, uint8_t *pixels, char *reason, size_t reason_size) {
    VipsObject *scope = VIPS_OBJECT(vips_image_new());
    VipsImage *srgb = cvips_to_srgb(scope, decoder->image);
    int failed = -1;
    if (srgb != NULL) {
        placement p = place(pixels, srgb->Xsize, srgb->Ysize, decoder->orientation);
        failed = pull(srgb, &p);
    }
    g_object_unref(scope);
    return failed ? cvips_fail(CVIPS_FAILED, reason, reason_size) : CVIPS_OK;
}
