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

/// What a file holds beside its pixels, until they are decoded; NULL where it holds none.
typedef struct {
    const void *data;
    size_t size;
} cvips_blob;

/// What the header of a picture says.
typedef struct {
    /// In pixels, as stored.
    int width, height;
    /// Of the EXIF data as the decoder hands it on, 1…8; 1 where there is none.
    int orientation;
    cvips_samples samples;
    int bits;
    /// Samples of a pixel, and how many of the first are its colours, 1 for grey and 3 for RGB; one more is alpha.
    /// `colours` is 0 where they are anything but 8 or 16 bits of these.
    int bands, colours;
    cvips_blob exif, icc, xmp, iptc;
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

/// Decodes, once, into the samples as they are stored, interleaved, width·height·bands of `bits` bits at `samples`, in
/// this machine's byte order: turned as `orientation` says, and not changed otherwise. For pictures with `colours`.
cvips_status cvips_decode_samples(
    cvips_decoder *decoder, int orientation, void *samples, char *reason, size_t reason_size);

void cvips_close(cvips_decoder *decoder);

/// Takes pixels of 8-bit sRGB, `count` of them, into the colours of a profile: `colours` numbers of `bits` bits a pixel
/// at `samples`. CVIPS_UNSUPPORTED where a picture with this profile is read as if it had none, or sRGB's.
cvips_status cvips_from_srgb(const uint8_t *pixels, int count, cvips_blob profile, int colours, int bits, void *samples,
    char *reason, size_t reason_size);

/// Interleaved samples in memory that the caller owns: grey or RGB, with alpha behind, of 8 or 16 bits.
typedef struct {
    const void *samples;
    int width, height, bands, bits;
} cvips_raw;

/// Encodes samples without any metadata: PNG, TIFF and WebP without loss, JPEG at quality 95 with all of its colours.
/// JPEG takes neither 16 bits nor alpha, WebP no 16 bits. `bytes` is to be freed with cvips_free.
cvips_status cvips_encode(
    cvips_raw raw, cvips_format format, void **bytes, size_t *count, char *reason, size_t reason_size);

/// Encodes frames of 8-bit RGB, one below the other, as an animated WebP that repeats for ever. `milliseconds` has one
/// number a frame; `bytes` is to be freed with cvips_free.
cvips_status cvips_encode_animation(cvips_raw frames, const int *milliseconds, int frame_count, void **bytes,
    size_t *count, char *reason, size_t reason_size);

/// Draws one line of plain text as a mask, 0 outside the letters and 255 inside, `pixels_high` to the em.
/// The mask holds the ink alone: `left` and `top` receive its place within the line, so that lines share a baseline.
/// Fails where libvips has no text renderer or the machine has no font. `mask` is to be freed with cvips_free.
cvips_status cvips_text(const char *text, int pixels_high, uint8_t **mask, int *left, int *top, int *width, int *height,
    char *reason, size_t reason_size);

void cvips_free(void *memory);

#include "CVipsGeometry.h"
