// Everything of one variant: included once by each variant_*.c after its four definitions.
#include "convolution_shape.h"
#include "geometry.h"
#include "vector.h"

#include "panel.h"

#include "haar.h"
#include "linear.h"

#include "separable.h"

#include "image.h"

#include "product.h"

#include "ends.h"

#include "direct.h"

#include "winograd.h"

#include "planes.h"

const ck_kernels NAME(ck_kernels) = {
    .name = VARIANT_NAME,
    .separable_forward = NAME(separable_forward),
    .separable_backward = NAME(separable_backward),
    .image_forward = NAME(image_forward),
    .image_backward = NAME(image_backward),
    .linear_forward = NAME(linear_forward),
    .linear_backward = NAME(linear_backward),
    .multiply_panel = NAME(multiply_panel),
    .direct_load = NAME(direct_load),
    .direct_multiply = NAME(direct_multiply),
    .winograd_load = NAME(winograd_load),
    .winograd_multiply = NAME(winograd_multiply),
    .winograd_point = NAME(winograd_point),
    .winograd_finish = NAME(winograd_finish),
    .blur_forward = NAME(blur_forward),
    .blur_backward = NAME(blur_backward),
    .noise_backward = NAME(noise_backward),
    .rgb_forward = NAME(rgb_forward),
    .rgb_backward = NAME(rgb_backward),
};
