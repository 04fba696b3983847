#include "internal.h"
#include <string.h>

struct cvips_decoder {
    VipsImage *image;
    /// What it was opened from, to be opened once more where samples are measured first.
    const void *bytes;
    size_t count;
    cvips_format format;
};

static bool has(const uint8_t *bytes, size_t count, size_t offset, const char *magic, size_t length) {
    return count >= offset + length && memcmp(bytes + offset, magic, length) == 0;
}

static uint32_t big_endian(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool has_still_brand(const uint8_t *bytes, size_t count) {
    static const char brands[][5] = {
        "heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "msf1", "avif", "avis"};
    size_t end = VIPS_MIN(count, VIPS_MIN(big_endian(bytes), 128));
    // Behind the major brand stands a version.
    for (size_t at = 8; at == 8 || at + 4 <= end; at += at == 8 ? 8 : 4)
        for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
            if (has(bytes, count, at, brands[i], 4)) return true;
    return false;
}

cvips_format cvips_sniff(const uint8_t *bytes, size_t count) {
    if (has(bytes, count, 0, "\xFF\xD8\xFF", 3)) return CVIPS_JPEG;
    if (has(bytes, count, 0, "\x89PNG\r\n\x1A\n", 8)) return CVIPS_PNG;
    if (has(bytes, count, 0, "RIFF", 4) && has(bytes, count, 8, "WEBP", 4)) return CVIPS_WEBP;
    if (has(bytes, count, 0, "GIF87a", 6) || has(bytes, count, 0, "GIF89a", 6)) return CVIPS_GIF;
    if (has(bytes, count, 0, "II*\0", 4) || has(bytes, count, 0, "MM\0*", 4)) return CVIPS_TIFF;
    if (has(bytes, count, 0, "II+\0", 4) || has(bytes, count, 0, "MM\0+", 4)) return CVIPS_TIFF;
    // HEIC and AVIF by their major brand, or by one that the file says it is compatible with.
    if (has(bytes, count, 4, "ftyp", 4) && has_still_brand(bytes, count)) return CVIPS_HEIF;
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
    case CVIPS_GIF: return vips_gifload_buffer(buffer, count, image, OPTIONS);
    default: return -1;
    }
#undef OPTIONS
}

static bool has_loader(cvips_format format) {
    static const char *const names[] = {NULL, "jpegload_buffer", "pngload_buffer", "webpload_buffer", "tiffload_buffer",
        "heifload_buffer", "gifload_buffer"};
    return format > CVIPS_UNKNOWN && format <= CVIPS_GIF && vips_type_find("VipsOperation", names[format]) != 0;
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

static cvips_samples samples_of(const VipsImage *image) {
    if (image->Type == VIPS_INTERPRETATION_LAB || image->Type == VIPS_INTERPRETATION_LABS) return CVIPS_LAB;
    switch (image->BandFmt) {
    case VIPS_FORMAT_CHAR:
    case VIPS_FORMAT_SHORT:
    case VIPS_FORMAT_INT: return CVIPS_SIGNED;
    case VIPS_FORMAT_FLOAT:
    case VIPS_FORMAT_DOUBLE: return CVIPS_FLOAT;
    case VIPS_FORMAT_COMPLEX:
    case VIPS_FORMAT_DPCOMPLEX: return CVIPS_COMPLEX;
    default: return CVIPS_UNSIGNED;
    }
}

/// How many of the first samples of a pixel are its colours, where they are those of a screen in whole numbers.
static int colours_of(const VipsImage *image) {
    bool is_wide = image->BandFmt == VIPS_FORMAT_USHORT;
    if (image->Coding != VIPS_CODING_NONE || (!is_wide && image->BandFmt != VIPS_FORMAT_UCHAR)) return 0;
    VipsInterpretation kind = vips_image_guess_interpretation(image);
    if (kind == (is_wide ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W)) return image->Bands <= 2 ? 1 : 0;
    if (kind != (is_wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB)) return 0;
    return image->Bands == 3 || image->Bands == 4 ? 3 : 0;
}

static cvips_blob blob_of(VipsImage *image, const char *name) {
    cvips_blob blob = {NULL, 0};
    if (vips_image_get_typeof(image, name) == 0) return blob;
    if (vips_image_get_blob(image, name, &blob.data, &blob.size) != 0) blob = (cvips_blob){NULL, 0};
    return blob;
}

static cvips_header header_of(VipsImage *image) {
    cvips_header header = {.width = image->Xsize, .height = image->Ysize, .bands = image->Bands};
    header.orientation = vips_image_get_orientation(image);
    if (header.orientation < 1 || header.orientation > 8) header.orientation = 1;
    header.samples = samples_of(image);
    header.bits = (int)(8 * vips_format_sizeof(image->BandFmt));
    header.colours = colours_of(image);
    header.exif = blob_of(image, VIPS_META_EXIF_NAME);
    header.icc = blob_of(image, VIPS_META_ICC_NAME);
    header.xmp = blob_of(image, VIPS_META_XMP_NAME);
    header.iptc = blob_of(image, VIPS_META_IPTC_NAME);
    return header;
}

cvips_status cvips_open(const void *bytes, size_t count, cvips_format format, cvips_header *header,
    cvips_decoder **decoder, char *reason, size_t reason_size) {
    if (cvips_begin() != 0) return cvips_end(CVIPS_FAILED, reason, reason_size);
    if (!has_loader(format)) return cvips_end(CVIPS_UNSUPPORTED, reason, reason_size);
    VipsImage *image = NULL;
    if (load(bytes, count, format, &image) != 0) return cvips_end(CVIPS_FAILED, reason, reason_size);
    complete_exif(image, format, bytes, count);
    *header = header_of(image);
    cvips_decoder *result = g_new0(cvips_decoder, 1);
    *result = (cvips_decoder){image, bytes, count, format};
    *decoder = result;
    return cvips_end(CVIPS_OK, reason, reason_size);
}

void cvips_close(cvips_decoder *decoder) {
    if (decoder == NULL) return;
    cvips_begin();
    g_object_unref(decoder->image);
    g_free(decoder);
    cvips_end(CVIPS_OK, NULL, 0);
}

/// Where a stored pixel of `size` bytes goes: byte `origin + x·dx + y·dy` of the upright picture.
typedef struct {
    uint8_t *pixels;
    ptrdiff_t size, origin, dx, dy;
} placement;

static placement place(void *pixels, const VipsImage *image, int orientation) {
    ptrdiff_t w = image->Xsize, h = image->Ysize, s = (ptrdiff_t)VIPS_IMAGE_SIZEOF_PEL(image);
    ptrdiff_t row = s * (orientation >= 5 ? h : w);
    placement p = {pixels, s, 0, s, row};
    switch (orientation) {
    case 2: p = (placement){pixels, s, s * (w - 1), -s, row}; break;
    case 3: p = (placement){pixels, s, (h - 1) * row + s * (w - 1), -s, -row}; break;
    case 4: p = (placement){pixels, s, (h - 1) * row, s, -row}; break;
    case 5: p = (placement){pixels, s, 0, row, s}; break;
    case 6: p = (placement){pixels, s, s * (h - 1), row, -s}; break;
    case 7: p = (placement){pixels, s, (w - 1) * row + s * (h - 1), -row, -s}; break;
    case 8: p = (placement){pixels, s, (w - 1) * row, -row, s}; break;
    default: break;
    }
    return p;
}

static void store(void *context, VipsRegion *region, const VipsRect *area) {
    const placement *p = context;
    if (p->dx == p->size) {
        for (int y = area->top; y < area->top + area->height; y++)
            memcpy(p->pixels + p->origin + y * p->dy, VIPS_REGION_ADDR(region, 0, y), (size_t)(p->size * area->width));
        return;
    }
    ptrdiff_t line = VIPS_REGION_LSKIP(region);
    for (int x = 0; x < area->width; x++) {
        const uint8_t *from = VIPS_REGION_ADDR(region, x, area->top);
        uint8_t *to = p->pixels + p->origin + x * p->dx + area->top * p->dy;
        for (int y = 0; y < area->height; y++, from += line, to += p->dy)
            for (ptrdiff_t i = 0; i < p->size; i++) to[i] = from[i];
    }
}

int cvips_pull(VipsImage *image, cvips_strip strip, void *context) {
    enum { rows = 64 };
    VipsRegion *region = vips_region_new(image);
    if (region == NULL) return -1;
    int failed = 0;
    for (int top = 0; top < image->Ysize && !failed; top += rows) {
        VipsRect area = {0, top, image->Xsize, VIPS_MIN(rows, image->Ysize - top)};
        failed = vips_region_prepare(region, &area);
        if (!failed) strip(context, region, &area);
    }
    g_object_unref(region);
    return failed;
}

/// Adds to `scope` the operations that make `decoder`'s picture 8-bit sRGB, owned by `scope`.
static cvips_status convert(
    VipsObject *scope, const cvips_decoder *decoder, VipsImage **srgb, char *reason, size_t reason_size) {
    if (!cvips_is_float(decoder->image)) {
        *srgb = cvips_to_srgb(scope, decoder->image);
        return *srgb != NULL ? CVIPS_OK : CVIPS_FAILED;
    }
    // A picture is read from top to bottom and once, so a second one is opened to be measured.
    VipsImage *measured = NULL;
    if (load(decoder->bytes, decoder->count, decoder->format, &measured) != 0) return CVIPS_FAILED;
    cvips_scale scale;
    cvips_status status = cvips_measure_floats(measured, &scale, reason, reason_size);
    g_object_unref(measured);
    if (status != CVIPS_OK) return status;
    *srgb = cvips_float_to_srgb(scope, decoder->image, scale);
    return *srgb != NULL ? CVIPS_OK : CVIPS_FAILED;
}

cvips_status cvips_decode(cvips_decoder *decoder, int orientation, uint8_t *pixels, char *reason, size_t reason_size) {
    if (cvips_begin() != 0) return cvips_end(CVIPS_FAILED, reason, reason_size);
    VipsObject *scope = VIPS_OBJECT(vips_image_new());
    VipsImage *srgb = NULL;
    cvips_status status = convert(scope, decoder, &srgb, reason, reason_size);
    if (status == CVIPS_OK) {
        placement p = place(pixels, srgb, orientation);
        if (cvips_pull(srgb, store, &p) != 0) status = CVIPS_FAILED;
    }
    g_object_unref(scope);
    return cvips_end(status, reason, reason_size);
}

cvips_status cvips_decode_samples(
    cvips_decoder *decoder, int orientation, void *samples, char *reason, size_t reason_size) {
    if (cvips_begin() != 0) return cvips_end(CVIPS_FAILED, reason, reason_size);
    placement p = place(samples, decoder->image, orientation);
    int failed = cvips_pull(decoder->image, store, &p);
    return cvips_end(failed ? CVIPS_FAILED : CVIPS_OK, reason, reason_size);
}
