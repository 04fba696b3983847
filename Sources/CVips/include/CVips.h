// A thin shim over libvips: its variadic calls are not callable from Swift, and none of its headers are
// needed to use this one.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Any thread may call any of these. They take turns, so that what libvips says about a picture, in a buffer that all
// threads share, is never said about another.

/// What a call came to. The text behind `CVIPS_FAILED` and `CVIPS_RANGE` is written to the caller's `reason`.
typedef enum {
    CVIPS_OK = 0,
    CVIPS_FAILED = 1,
    /// This build of libvips has no decoder for the format.
    CVIPS_UNSUPPORTED = 2,
    /// Samples in floating point do not lie about 0…1; `reason` says where they lie.
    CVIPS_RANGE = 3,
} cvips_status;

/// The only formats that libvips ever decodes here.
typedef enum {
    CVIPS_UNKNOWN = 0,
    CVIPS_JPEG,
    CVIPS_PNG,
    CVIPS_WEBP,
    CVIPS_TIFF,
    CVIPS_HEIF,
    CVIPS_GIF,
} cvips_format;

/// The format that the first bytes of a file announce, whatever the file is called.
cvips_format cvips_sniff(const uint8_t *bytes, size_t count);

/// What the samples of a picture are.
typedef enum {
    CVIPS_UNSIGNED,
    CVIPS_SIGNED,
    CVIPS_FLOAT,
    CVIPS_COMPLEX,
    /// In L*a*b*, where each width of number has a scale of its own.
    CVIPS_LAB,
} cvips_samples;

/// What the header of a picture says.
typedef struct {
    /// In pixels, as stored.
    int width, height;
    /// Of the EXIF data as the decoder hands it on, 1…8; 1 where there is none.
    int orientation;
    cvips_samples samples;
    int bits;
    /// The EXIF data, as long as the decoder lives; NULL where there are none.
    const void *exif;
    size_t exif_size;
} cvips_header;

/// A picture whose header has been read and whose pixels have not.
typedef struct cvips_decoder cvips_decoder;

/// Reads the header of a picture in memory. The bytes must outlive the decoder.
/// - header: receives what it says; undefined on failure.
/// - decoder: receives the open picture, to be closed with cvips_close; untouched on failure.
/// - reason: receives libvips' account of a failure, at most reason_size bytes with the terminator.
cvips_status cvips_open(const void *bytes, size_t count, cvips_format format, cvips_header *header,
    cvips_decoder **decoder, char *reason, size_t reason_size);

/// Decodes, once, into 8-bit sRGB, interleaved RGB, width·height·3 bytes at `pixels`: turned as `orientation`, 1…8,
/// says, profile converted, transparency laid over white. On failure the pixels are undefined.
cvips_status cvips_decode(cvips_decoder *decoder, int orientation, uint8_t *pixels, char *reason, size_t reason_size);

void cvips_close(cvips_decoder *decoder);

/// Encodes interleaved 8-bit RGB as PNG. `bytes` is to be freed with cvips_free.
cvips_status cvips_encode_png(
    const uint8_t *pixels, int width, int height, void **bytes, size_t *count, char *reason, size_t reason_size);

/// Draws one line of plain text as a mask, 0 outside the letters and 255 inside, `pixels_high` to the em.
/// The mask holds the ink alone: `left` and `top` receive its place within the line, so that lines share a baseline.
/// Fails where libvips has no text renderer or the machine has no font. `mask` is to be freed with cvips_free.
cvips_status cvips_text(const char *text, int pixels_high, uint8_t **mask, int *left, int *top, int *width, int *height,
    char *reason, size_t reason_size);

void cvips_free(void *memory);

#include "CVipsGeometry.h"
