// Spreading the dense convolutions over the pool.
#include "CKernels.h"
#include "families/convolution_shape.h"

static int tiles_of(const ck_convolution *layer, convolution_pass pass) {
    if (!layer->winograd) return (layer->height * layer->width + direct_pixels - 1) / direct_pixels;
    winograd_geometry g = winograd_of(layer, pass);
    return g.tiles_down * g.tiles_across;
}

int ck_convolution_tiles(const ck_convolution *layer, int backward) {
    return tiles_of(layer, pass_of(layer, backward));
}

static size_t staged_of(const ck_convolution *layer, convolution_pass pass) {
    if (layer->winograd) {
        winograd_geometry g = winograd_of(layer, pass);
        if (!g.staged) return 0;
        return (size_t)g.tiles_down * (size_t)g.tiles_across * (size_t)g.transformed
            + (size_t)pass.phases_out * winograd_positions * (size_t)g.products;
    }
    size_t plane = (size_t)direct_plane(pass);
    // The last pixels are multiplied in full blocks, which may read past the end.
    return (size_t)pass.phases_in * (size_t)pass.blocks_in * 3 * plane + CK_PIXELS * CK_CHANNELS;
}

size_t ck_convolution_staged(const ck_convolution *layer) {
    size_t forward = staged_of(layer, pass_of(layer, 0)), backward = staged_of(layer, pass_of(layer, 1));
    return forward > backward ? forward : backward;
}

static size_t scratch_of(const ck_convolution *layer, convolution_pass pass) {
    if (!layer->winograd) return 0;
    winograd_geometry g = winograd_of(layer, pass);
    return (size_t)(g.staged ? g.window : g.window + winograd_positions * g.products + g.transformed);
}

size_t ck_convolution_scratch(const ck_convolution *layer) {
    size_t forward = scratch_of(layer, pass_of(layer, 0)), backward = scratch_of(layer, pass_of(layer, 1));
    return forward > backward ? forward : backward;
}

int ck_blur_tiles(const ck_blur *layer) { return (layer->height + blur_rows - 1) / blur_rows; }
int ck_rgb_tiles(const ck_rgb *layer) { return (layer->height * layer->width + rgb_pixels - 1) / rgb_pixels; }

typedef struct {
    const ck_kernels *kernels;
    const void *layer;
    int backward;
    int inner; // tasks run over outer × inner
    int channels, height, width;
    int chunks;
    winograd_geometry geometry;
    float *scratch;
    size_t stride;
} loop;

static void direct_load_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    l->kernels->direct_load(l->layer, l->backward, task);
}
static void direct_multiply_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    l->kernels->direct_multiply(l->layer, l->backward, task % l->inner, task / l->inner);
}

// Scratch of a thread: window, and, unless staged, products and the transformed input. Staged by all threads: the
// transformed input of all tiles, then the products.

static void winograd_load_task(void *context, int task, int worker) {
    loop *l = context;
    const ck_convolution *layer = l->layer;
    l->kernels->winograd_load(layer, l->backward, task % l->inner, task / l->inner,
        l->scratch + (size_t)worker * l->stride, layer->staged + task % l->inner * l->geometry.transformed);
}
static void winograd_point_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    const ck_convolution *layer = l->layer;
    l->kernels->winograd_point(layer, l->backward, task % winograd_positions, task / winograd_positions, layer->staged,
        layer->staged + l->inner * l->geometry.transformed);
}
static void winograd_finish_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    const ck_convolution *layer = l->layer;
    l->kernels->winograd_finish(
        layer, l->backward, task % l->inner, task / l->inner, layer->staged + l->inner * l->geometry.transformed);
}
static void winograd_task(void *context, int task, int worker) {
    loop *l = context;
    float *window = l->scratch + (size_t)worker * l->stride, *products = window + l->geometry.window;
    float *transformed = products + winograd_positions * l->geometry.products;
    for (int block = 0; block < l->channels / CK_CHANNELS; block++)
        l->kernels->winograd_load(l->layer, l->backward, task, block, window, transformed);
    for (int chunk = 0; chunk < l->chunks; chunk++)
        l->kernels->winograd_multiply(l->layer, l->backward, task, chunk, transformed, products);
}
static void noise_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    l->kernels->noise_backward(l->layer, l->channels, l->height, l->width, task);
}

static void run_noise(
    const ck_kernels *kernels, ck_pool *pool, const ck_activation *end, int channels, int height, int width) {
    loop l = {.kernels = kernels, .layer = end, .channels = channels, .height = height, .width = width};
    if (end->d_noise) ck_pool_run(pool, height, noise_task, &l);
}

static void run_convolution(const ck_kernels *kernels, ck_pool *pool, const ck_convolution *layer, int backward,
    float *scratch, size_t stride) {
    convolution_pass pass = pass_of(layer, backward);
    loop l = {.kernels = kernels,
        .layer = layer,
        .backward = backward,
        .inner = tiles_of(layer, pass),
        .channels = pass.blocks_in * CK_CHANNELS,
        .chunks = chunks_of(pass.blocks_out),
        .scratch = scratch,
        .stride = stride};
    if (!layer->winograd) {
        ck_pool_run(pool, pass.blocks_in, direct_load_task, &l);
        ck_pool_run(pool, l.chunks * l.inner, direct_multiply_task, &l);
        return;
    }
    l.geometry = winograd_of(layer, pass);
    if (l.geometry.staged) {
        ck_pool_run(pool, pass.blocks_in * l.inner, winograd_load_task, &l);
        ck_pool_run(pool, pass.phases_out * winograd_positions, winograd_point_task, &l);
        ck_pool_run(pool, l.chunks * l.inner, winograd_finish_task, &l);
    } else {
        ck_pool_run(pool, l.inner, winograd_task, &l);
    }
}

void ck_run_convolution_forward(
    const ck_kernels *kernels, ck_pool *pool, const ck_convolution *layer, float *scratch, size_t stride) {
    run_convolution(kernels, pool, layer, 0, scratch, stride);
}
void ck_run_convolution_backward(
    const ck_kernels *kernels, ck_pool *pool, const ck_convolution *layer, float *scratch, size_t stride) {
    int side = layer->upsampling == CK_SAME ? 1 : 2;
    if (!layer->raw)
        run_noise(kernels, pool, &layer->end, layer->channels_out, layer->height * side, layer->width * side);
    run_convolution(kernels, pool, layer, 1, scratch, stride);
}

static void blur_forward_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    l->kernels->blur_forward(l->layer, task % l->inner, task / l->inner);
}
static void blur_backward_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    l->kernels->blur_backward(l->layer, task % l->inner, task / l->inner);
}

void ck_run_blur_forward(const ck_kernels *kernels, ck_pool *pool, const ck_blur *layer) {
    loop l = {.kernels = kernels, .layer = layer, .inner = ck_blur_tiles(layer)};
    ck_pool_run(pool, layer->channels / CK_CHANNELS * l.inner, blur_forward_task, &l);
}
void ck_run_blur_backward(const ck_kernels *kernels, ck_pool *pool, const ck_blur *layer) {
    run_noise(kernels, pool, &layer->end, layer->channels, layer->height, layer->width);
    loop l = {.kernels = kernels, .layer = layer, .inner = ck_blur_tiles(layer)};
    ck_pool_run(pool, layer->channels / CK_CHANNELS * l.inner, blur_backward_task, &l);
}

static void rgb_forward_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    l->kernels->rgb_forward(l->layer, task);
}
static void rgb_backward_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    l->kernels->rgb_backward(l->layer, task);
}

void ck_run_rgb_forward(const ck_kernels *kernels, ck_pool *pool, const ck_rgb *layer) {
    loop l = {.kernels = kernels, .layer = layer};
    ck_pool_run(pool, ck_rgb_tiles(layer), rgb_forward_task, &l);
}
void ck_run_rgb_backward(const ck_kernels *kernels, ck_pool *pool, const ck_rgb *layer) {
    loop l = {.kernels = kernels, .layer = layer};
    ck_pool_run(pool, ck_rgb_tiles(layer), rgb_backward_task, &l);
}

// RGB upsampling: along each axis large[2i] = ¼ small[i−1] + ¾ small[i], large[2i+1] = ¾ small[i] + ¼ small[i+1].

/// Two rows of the large plane from rows y−1, y, y+1 of the small one (zero weight where there is none).
static void upsample_row(const ck_rgb_upsampling *layer, int plane, int y) {
    int height = layer->height, width = layer->width;
    const float *here = layer->small + ((ptrdiff_t)plane * height + y) * width;
    for (int parity = 0; parity < 2; parity++) {
        int other = parity ? y + 1 : y - 1, inside = other >= 0 && other < height;
        const float *next = inside ? layer->small + ((ptrdiff_t)plane * height + other) * width : here;
        float weight = inside ? 0.25f : 0,
              *target = layer->large + ((ptrdiff_t)plane * 2 * height + 2 * y + parity) * 2 * width;
        float before = 0, now = 0.75f * here[0] + weight * next[0];
        for (int x = 0; x < width; x++) {
            float after = x + 1 < width ? 0.75f * here[x + 1] + weight * next[x + 1] : 0;
            float even = 0.25f * before + 0.75f * now, odd = 0.75f * now + 0.25f * after;
            target[2 * x] = layer->accumulate ? target[2 * x] + even : even;
            target[2 * x + 1] = layer->accumulate ? target[2 * x + 1] + odd : odd;
            before = now, now = after;
        }
    }
}

/// One row of the small plane from rows 2y−1 … 2y+2 of the large one.
static void gather_row(const ck_rgb_upsampling *layer, int plane, int y) {
    int height = layer->height, width = layer->width;
    static const float weights[4] = {0.25f, 0.75f, 0.75f, 0.25f};
    float *target = layer->small + ((ptrdiff_t)plane * height + y) * width;
    for (int x = 0; x < width; x++) {
        float total = 0;
        for (int m = 0; m < 4; m++) {
            int row = 2 * y - 1 + m;
            if (row < 0 || row >= 2 * height) continue;
            const float *source = layer->large + ((ptrdiff_t)plane * 2 * height + row) * 2 * width + 2 * x;
            float sum = 0.75f * (source[0] + source[1]);
            if (x > 0) sum += 0.25f * source[-1];
            if (x + 1 < width) sum += 0.25f * source[2];
            total += weights[m] * sum;
        }
        target[x] = layer->accumulate ? target[x] + total : total;
    }
}

static void upsample_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    upsample_row(l->layer, task % 3, task / 3);
}
static void gather_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    gather_row(l->layer, task % 3, task / 3);
}

void ck_run_rgb_upsampling_forward(ck_pool *pool, const ck_rgb_upsampling *layer) {
    loop l = {.layer = layer};
    ck_pool_run(pool, 3 * layer->height, upsample_task, &l);
}
void ck_run_rgb_upsampling_backward(ck_pool *pool, const ck_rgb_upsampling *layer) {
    loop l = {.layer = layer};
    ck_pool_run(pool, 3 * layer->height, gather_task, &l);
}
