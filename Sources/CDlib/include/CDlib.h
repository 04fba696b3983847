// A thin C face over the two parts of dlib that alignment needs: the frontal face detector and the
// 68-landmark shape predictor. No exception and no C++ type crosses it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a call came to; anything but `CDLIB_OK` leaves the outputs untouched.
typedef enum {
    CDLIB_OK = 0,
    CDLIB_UNREADABLE = 1, // the landmark file is missing or is not a shape predictor
    CDLIB_UNSUITABLE = 2, // a shape predictor, but not one of 68 points
    CDLIB_OUT_OF_MEMORY = 3,
    CDLIB_FAILED = 4,
} cdlib_status;

/// 8-bit RGB pixels, three bytes each; `stride` bytes from one row to the next.
typedef struct {
    const uint8_t *pixels;
    int width;
    int height;
    ptrdiff_t stride;
} cdlib_picture;

/// One detection: first and last pixel on each axis, both inside the box; score above 0, higher is surer.
typedef struct {
    int left, top, right, bottom;
    double score;
} cdlib_face;

typedef struct cdlib_detector cdlib_detector;

/// Builds the detector and reads the landmark model at `path`.
cdlib_status cdlib_open(const char *path, cdlib_detector **detector);

void cdlib_close(cdlib_detector *detector);

/// Finds faces, surest first, after doubling the picture's size `doublings` times.
/// `faces` receives at most `capacity` of them, in the picture's own pixels; `count` how many.
cdlib_status cdlib_find_faces(
    const cdlib_detector *detector, cdlib_picture picture, int doublings, cdlib_face *faces, int capacity, int *count);

/// Places the 68 landmarks of the face in `box`: `points` receives x and y in turn, 136 numbers.
cdlib_status cdlib_place_landmarks(
    const cdlib_detector *detector, cdlib_picture picture, cdlib_face box, int32_t points[136]);

#ifdef __cplusplus
}
#endif
