#include "CDlib.h"
#include <dlib/image_processing/frontal_face_detector.h>
