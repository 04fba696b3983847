// Everything of one variant: included once by each variant_*.c after its four definitions.
#include "geometry.h"
#include "vector.h"

#include "panel.h"

#include "haar.h"
#include "linear.h"

#include "separable.h"

#include "image.h"

const ck_kernels NAME(ck_kernels) = {
    .name = VARIANT_NAME,
    .separable_forward = NAME(separable_forward),
    .separable_backward = NAME(separable_backward),
    .image_forward = NAME(image_forward),
    .image_backward = NAME(image_backward),
    .linear_forward = NAME(linear_forward),
    .linear_backward = NAME(linear_backward),
    .multiply_panel = NAME(multiply_panel),
};
