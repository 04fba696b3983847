#include "CVipsGeometry.h"
#include "internal.h"

#include <math.h>

// Each function hangs its intermediate images on `scope`, so that one unref frees them all.

static VipsImage *open_scope(void) { return cvips_begin() ? NULL : vips_image_new(); }

static cvips_status close_scope(VipsImage *scope, int result, char *reason, size_t reason_size) {
    if (scope) g_object_unref(scope);
    return cvips_end(result ? CVIPS_FAILED : CVIPS_OK, reason, reason_size);
}

static VipsImage *wrap(VipsObject *scope, cvips_picture picture) {
    size_t bytes = (size_t)picture.width * (size_t)picture.height * 3;
    VipsImage *image = vips_image_new_from_memory(
        picture.pixels, bytes, picture.width, picture.height, 3, VIPS_FORMAT_UCHAR);
    if (image) vips_object_local(scope, image);
    return image;
}

// Rounds, clamps and renders.
static int write_pixels(VipsObject *scope, VipsImage *image, int width, int height, uint8_t *pixels) {
    VipsImage **t = (VipsImage **)vips_object_local_array(scope, 2);
    if (vips_rint(image, &t[0], NULL) || vips_cast_uchar(t[0], &t[1], NULL)) return -1;
    image = t[1];
    if (image->Xsize != width || image->Ysize != height || image->Bands != 3) {
        vips_error("geometry", "unexpected size %d x %d x %d", image->Xsize, image->Ysize, image->Bands);
        return -1;
    }
    // A memory image over the caller's pixels: libvips renders straight into them.
    VipsImage *target = vips_image_new_from_memory(
        pixels, (size_t)width * (size_t)height * 3, width, height, 3, VIPS_FORMAT_UCHAR);
    if (!target) return -1;
    int result = vips_image_write(image, target);
    g_object_unref(target);
    return result;
}

// In floating point, unrounded: on bytes libvips shrinks columns with weights of a few bits.
static VipsImage *reduce(VipsObject *scope, VipsImage *image, VipsKernel kernel, double across, double down) {
    VipsImage **t = (VipsImage **)vips_object_local_array(scope, 2);
    if (!image || vips_cast_float(image, &t[0], NULL)) return NULL;
    return vips_reduce(t[0], &t[1], across, down, "kernel", kernel, NULL) ? NULL : t[1];
}

static int shrink_lanczos(VipsObject *scope, cvips_picture picture, int width, int height, uint8_t *pixels) {
    double across = (double)picture.width / width;
    double down = (double)picture.height / height;
    VipsImage *smaller = reduce(scope, wrap(scope, picture), VIPS_KERNEL_LANCZOS3, across, down);
    return smaller ? write_pixels(scope, smaller, width, height, pixels) : -1;
}

cvips_status cvips_shrink_lanczos(
    cvips_picture picture, int width, int height, uint8_t *pixels, char *reason, size_t reason_size) {
    VipsImage *scope = open_scope();
    int result = scope ? shrink_lanczos(VIPS_OBJECT(scope), picture, width, height, pixels) : -1;
    return close_scope(scope, result, reason, reason_size);
}

// A Gaussian wider than this many pixels loses nothing on a copy shrunken to this width.
static const double narrow_sigma = 4.0;

// Enlarges by linear interpolation. vips_resize would shift the picture by half a pixel in some versions.
static VipsImage *enlarge(VipsObject *scope, VipsImage *image, int width, int height) {
    VipsImage **t = (VipsImage **)vips_object_local_array(scope, 1);
    VipsInterpolate *bilinear = vips_interpolate_new("bilinear");
    if (!bilinear) return NULL;
    vips_object_local(scope, bilinear);
    VipsArrayInt *window = vips_array_int_newv(4, 0, 0, width, height);
    int failed = vips_affine(image, &t[0], (double)width / image->Xsize, 0.0, 0.0, (double)height / image->Ysize,
        "interpolate", bilinear, "oarea", window, "extend", VIPS_EXTEND_COPY, "idx", 0.5, "idy", 0.5, "odx", -0.5,
        "ody", -0.5, NULL);
    vips_area_unref(VIPS_AREA(window));
    return failed ? NULL : t[0];
}

// Renders a small image once, where many parts of a later one look at the same pixels.
static VipsImage *rendered(VipsObject *scope, VipsImage *image) {
    VipsImage *memory = image ? vips_image_copy_memory(image) : NULL;
    if (memory) vips_object_local(scope, memory);
    return memory;
}

static VipsImage *convolve(VipsObject *scope, VipsImage *image, double sigma) {
    VipsImage **t = (VipsImage **)vips_object_local_array(scope, 1);
    int failed = !image
        || vips_gaussblur(image, &t[0], sigma, "min_ampl", 0.001, "precision", VIPS_PRECISION_FLOAT, NULL);
    return failed ? NULL : t[0];
}

static int gaussian_blur(VipsObject *scope, cvips_picture picture, double sigma, uint8_t *pixels) {
    VipsImage *image = wrap(scope, picture);
    double factor = fmax(1.0, floor(sigma / narrow_sigma));
    if (factor > 1.0) {
        double across = picture.width / fmax(1.0, rint(picture.width / factor));
        double down = picture.height / fmax(1.0, rint(picture.height / factor));
        image = rendered(scope, reduce(scope, image, VIPS_KERNEL_LINEAR, across, down));
        // The triangles that shrink the picture and enlarge it again blur it too: f²/6 each.
        image = rendered(scope, convolve(scope, image, sqrt(sigma * sigma / (factor * factor) - 1.0 / 3.0)));
        if (image) image = enlarge(scope, image, picture.width, picture.height);
    } else {
        image = convolve(scope, image, sigma);
    }
    return image ? write_pixels(scope, image, picture.width, picture.height, pixels) : -1;
}

cvips_status cvips_gaussian_blur(
    cvips_picture picture, double sigma, uint8_t *pixels, char *reason, size_t reason_size) {
    VipsImage *scope = open_scope();
    int result = scope ? gaussian_blur(VIPS_OBJECT(scope), picture, sigma, pixels) : -1;
    return close_scope(scope, result, reason, reason_size);
}

static int extract_parallelogram(
    VipsObject *scope, cvips_picture picture, cvips_parallelogram area, int side, int oversampling, uint8_t *pixels) {
    VipsImage **t = (VipsImage **)vips_object_local_array(scope, 1);
    VipsImage *source = wrap(scope, picture);
    VipsInterpolate *bilinear = source ? vips_interpolate_new("bilinear") : NULL;
    if (!bilinear) return -1;
    vips_object_local(scope, bilinear);
    int fine = side * oversampling;
    // Source steps per fine pixel along each axis, and the matrix that undoes them: libvips wants that one.
    double rx = area.right_x / fine, ry = area.right_y / fine;
    double dx = area.down_x / fine, dy = area.down_y / fine;
    double determinant = rx * dy - dx * ry;
    VipsArrayInt *window = vips_array_int_newv(4, 0, 0, fine, fine);
    int failed = vips_affine(source, &t[0], dy / determinant, -dx / determinant, -ry / determinant, rx / determinant, //
        "interpolate", bilinear, "oarea", window, "extend", VIPS_EXTEND_COPY,                                         //
        // The centre of fine pixel 0 lies half a step into the area.
        "idx", -(area.x + 0.5 * (rx + dx)), "idy", -(area.y + 0.5 * (ry + dy)), NULL);
    vips_area_unref(VIPS_AREA(window));
    if (failed) return -1;
    VipsImage *upright = reduce(scope, t[0], VIPS_KERNEL_LANCZOS3, oversampling, oversampling);
    return upright ? write_pixels(scope, upright, side, side, pixels) : -1;
}

cvips_status cvips_extract_parallelogram(cvips_picture picture, cvips_parallelogram area, int side, int oversampling,
    uint8_t *pixels, char *reason, size_t reason_size) {
    VipsImage *scope = open_scope();
    int result = scope ? extract_parallelogram(VIPS_OBJECT(scope), picture, area, side, oversampling, pixels) : -1;
    return close_scope(scope, result, reason, reason_size);
}
