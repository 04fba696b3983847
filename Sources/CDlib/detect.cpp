// The shim itself: pixels are wrapped, not copied, and every call is closed by a catch-all.
#include "CDlib.h"

#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>

#include <fstream>
#include <new>

namespace {

/// dlib's generic image interface over somebody else's pixels.
struct borrowed_picture {
    cdlib_picture picture;
};

long num_rows(const borrowed_picture &image) { return image.picture.height; }
long num_columns(const borrowed_picture &image) { return image.picture.width; }
long width_step(const borrowed_picture &image) { return static_cast<long>(image.picture.stride); }
const void *image_data(const borrowed_picture &image) { return image.picture.pixels; }

constexpr unsigned long landmark_count = 68;

template <typename Body> cdlib_status guarded(Body body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) { return CDLIB_OUT_OF_MEMORY; } catch (...) {
        return CDLIB_FAILED;
    }
}

} // namespace

namespace dlib {
template <> struct image_traits<borrowed_picture> { typedef rgb_pixel pixel_type; };
} // namespace dlib

struct cdlib_detector {
    dlib::frontal_face_detector faces;
    dlib::shape_predictor landmarks;
};

extern "C" cdlib_status cdlib_open(const char *path, cdlib_detector **detector) {
    return guarded([&] {
        std::unique_ptr<cdlib_detector> opened(new cdlib_detector);
        std::ifstream file(path, std::ios::binary);
        if (!file) return CDLIB_UNREADABLE;
        try {
            dlib::deserialize(opened->landmarks, file);
        } catch (const dlib::serialization_error &) { return CDLIB_UNREADABLE; }
        if (opened->landmarks.num_parts() != landmark_count) return CDLIB_UNSUITABLE;
        opened->faces = dlib::get_frontal_face_detector();
        *detector = opened.release();
        return CDLIB_OK;
    });
}

extern "C" void cdlib_close(cdlib_detector *detector) { delete detector; }

extern "C" cdlib_status cdlib_find_faces(
    const cdlib_detector *detector, cdlib_picture picture, int doublings, cdlib_face *faces, int capacity, int *count) {
    return guarded([&] {
        // The detector keeps scratch between calls: a copy makes concurrent calls safe.
        dlib::frontal_face_detector finder(detector->faces);
        const dlib::pyramid_down<2> pyramid;
        std::vector<dlib::rect_detection> found;
        const borrowed_picture source{picture};
        if (doublings == 0) {
            finder(source, found, 0.0);
        } else {
            dlib::array2d<dlib::rgb_pixel> larger;
            dlib::pyramid_up(source, larger, pyramid);
            for (int i = 1; i < doublings; ++i) dlib::pyramid_up(larger, pyramid);
            finder(larger, found, 0.0);
        }
        int kept = 0;
        for (const dlib::rect_detection &one : found) {
            if (kept == capacity) break;
            const dlib::rectangle box = pyramid.rect_down(one.rect, static_cast<unsigned int>(doublings));
            faces[kept++] = cdlib_face{static_cast<int>(box.left()), static_cast<int>(box.top()),
                static_cast<int>(box.right()), static_cast<int>(box.bottom()), one.detection_confidence};
        }
        *count = kept;
        return CDLIB_OK;
    });
}

extern "C" cdlib_status cdlib_place_landmarks(
    const cdlib_detector *detector, cdlib_picture picture, cdlib_face box, int32_t points[136]) {
    return guarded([&] {
        const dlib::rectangle rectangle(box.left, box.top, box.right, box.bottom);
        const dlib::full_object_detection shape = detector->landmarks(borrowed_picture{picture}, rectangle);
        for (unsigned long i = 0; i < landmark_count; ++i) {
            points[2 * i] = static_cast<int32_t>(shape.part(i).x());
            points[2 * i + 1] = static_cast<int32_t>(shape.part(i).y());
        }
        return CDLIB_OK;
    });
}
