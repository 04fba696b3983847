// Choosing a variant at run time, packing weights, and spreading a layer's tiles over the pool.
#include "CKernels.h"
#include "families/geometry.h"

#include <string.h>

extern const ck_kernels ck_kernels_portable;
#if defined(__x86_64__)
extern const ck_kernels ck_kernels_avx2, ck_kernels_avx512;
#elif defined(__aarch64__)
extern const ck_kernels ck_kernels_neon;
#endif

const ck_kernels *ck_kernels_named(const char *name) {
    if (strcmp(name, "portable") == 0) return &ck_kernels_portable;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &ck_kernels_avx2;
    if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        return &ck_kernels_avx512;
#elif defined(__aarch64__)
    if (strcmp(name, "neon") == 0) return &ck_kernels_neon;
#endif
    return NULL;
}

const ck_kernels *ck_kernels_fastest(void) {
    static const char *const fastest_first[] = {"avx512", "avx2", "neon", "portable"};
    const ck_kernels *found = NULL;
    for (int i = 0; !found; i++) found = ck_kernels_named(fastest_first[i]);
    return found;
}

size_t ck_packed_size(int rows, int columns) { return (size_t)round_up(rows, CK_BLOCK) * (size_t)columns; }

void ck_pack_weights(
    const float *source, int rows, int columns, ptrdiff_t row_stride, ptrdiff_t column_stride, float *packed) {
    for (int block = 0; block < rows; block += CK_BLOCK)
        for (int k = 0; k < columns; k++)
            for (int r = block; r < block + CK_BLOCK; r++)
                *packed++ = r < rows ? source[r * row_stride + k * column_stride] : 0;
}

size_t ck_separable_scratch(const ck_separable *layer) {
    tile_geometry g = geometry_of(layer->height, layer->width);
    size_t in = (size_t)layer->channels_in, out = (size_t)layer->channels_out;
    size_t channels = in > out ? in : out, gains = layer->haar ? 4 * in : in;
    size_t ring = in * (size_t)g.slots * (size_t)g.row, panels = (size_t)g.panels * channels * CK_PANEL;
    return gains * 17 + 16 + 9 * in + 16 + 2 * (size_t)g.row + ring + panels;
}

size_t ck_image_scratch(const ck_image *layer) {
    size_t channels = (size_t)layer->channels_in, padded = (size_t)round_up(layer->width, CK_PANEL);
    size_t bands = 16 * padded, panels = (channels > 12 ? channels : 12) * padded;
    return channels * 17 + 16 + bands + panels;
}

/// Tasks split the rows of a layer's grid, or its channels.
static int separable_tasks(const ck_separable *layer) {
    return (layer->height + layer->rows - 1) / layer->rows * parts_of(layer);
}
static int image_tiles(const ck_image *layer) { return (layer->height + layer->rows - 1) / layer->rows; }

// One context type serves all parallel loops below: each reads the fields it set.
typedef struct {
    const ck_kernels *kernels;
    const void *layer;
    float *scratch;
    size_t stride;
    const float *x;
    float *y;
    int accumulate, columns;
    const float *packed;
    int rows, inner;
} loop;

static void separable_forward_task(void *context, int task, int worker) {
    loop *l = context;
    l->kernels->separable_forward(l->layer, task, l->scratch + (size_t)worker * l->stride);
}
static void separable_backward_task(void *context, int task, int worker) {
    loop *l = context;
    l->kernels->separable_backward(l->layer, task, l->scratch + (size_t)worker * l->stride);
}
static void image_forward_task(void *context, int task, int worker) {
    loop *l = context;
    l->kernels->image_forward(l->layer, task, l->scratch + (size_t)worker * l->stride);
}
static void image_backward_task(void *context, int task, int worker) {
    loop *l = context;
    l->kernels->image_backward(l->layer, task, l->scratch + (size_t)worker * l->stride);
}

void ck_run_separable_forward(
    const ck_kernels *kernels, ck_pool *pool, const ck_separable *layer, float *scratch, size_t stride) {
    loop l = {.kernels = kernels, .layer = layer, .scratch = scratch, .stride = stride};
    ck_pool_run(pool, separable_tasks(layer), separable_forward_task, &l);
}
void ck_run_separable_backward(
    const ck_kernels *kernels, ck_pool *pool, const ck_separable *layer, float *scratch, size_t stride) {
    loop l = {.kernels = kernels, .layer = layer, .scratch = scratch, .stride = stride};
    ck_pool_run(pool, separable_tasks(layer), separable_backward_task, &l);
}
void ck_run_image_forward(
    const ck_kernels *kernels, ck_pool *pool, const ck_image *layer, float *scratch, size_t stride) {
    loop l = {.kernels = kernels, .layer = layer, .scratch = scratch, .stride = stride};
    ck_pool_run(pool, image_tiles(layer), image_forward_task, &l);
}
void ck_run_image_backward(
    const ck_kernels *kernels, ck_pool *pool, const ck_image *layer, float *scratch, size_t stride) {
    loop l = {.kernels = kernels, .layer = layer, .scratch = scratch, .stride = stride};
    ck_pool_run(pool, image_tiles(layer), image_backward_task, &l);
}

enum { linear_rows = 512, linear_columns = 64 };

static void linear_forward_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    const ck_linear *layer = l->layer;
    int first = task * linear_rows, last = first + linear_rows < layer->rows ? first + linear_rows : layer->rows;
    l->kernels->linear_forward(layer, l->x, l->y, first, last);
}
static void linear_backward_task(void *context, int task, int worker) {
    (void)worker;
    loop *l = context;
    const ck_linear *layer = l->layer;
    int first = task * linear_columns;
    int last = first + linear_columns < layer->columns ? first + linear_columns : layer->columns;
    l->kernels->linear_backward(layer, l->x, l->y, first, last, l->accumulate);
}

void ck_run_linear_forward(const ck_kernels *kernels, ck_pool *pool, const ck_linear *layer, const float *x, float *y) {
    loop l = {.kernels = kernels, .layer = layer, .x = x, .y = y};
    ck_pool_run(pool, (layer->rows + linear_rows - 1) / linear_rows, linear_forward_task, &l);
}
void ck_run_linear_backward(
    const ck_kernels *kernels, ck_pool *pool, const ck_linear *layer, const float *dy, float *dx, int accumulate) {
    loop l = {.kernels = kernels, .layer = layer, .x = dy, .y = dx, .accumulate = accumulate};
    ck_pool_run(pool, (layer->columns + linear_columns - 1) / linear_columns, linear_backward_task, &l);
}

static void multiply_task(void *context, int task, int worker) {
    loop *l = context;
    int first = task * CK_PANEL, count = l->columns - first < CK_PANEL ? l->columns - first : CK_PANEL;
    float *panel = l->scratch + (size_t)worker * l->stride;
    for (int k = 0; k < l->inner; k++) {
        memcpy(panel + k * CK_PANEL, l->x + (ptrdiff_t)k * l->columns + first, (size_t)count * sizeof(float));
        memset(panel + k * CK_PANEL + count, 0, (size_t)(CK_PANEL - count) * sizeof(float));
    }
    l->kernels->multiply_panel(l->packed, panel, l->rows, l->inner, l->y + first, l->columns, count);
}

void ck_run_multiply(const ck_kernels *kernels, ck_pool *pool, const float *packed, const float *b, float *c, int rows,
    int inner, int columns, float *scratch) {
    loop l = {.kernels = kernels,
        .packed = packed,
        .x = b,
        .y = c,
        .rows = rows,
        .inner = inner,
        .columns = columns,
        .scratch = scratch,
        .stride = (size_t)inner * CK_PANEL};
    ck_pool_run(pool, (columns + CK_PANEL - 1) / CK_PANEL, multiply_task, &l);
}
