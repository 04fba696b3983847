// Matrix times vector, both ways.

static void NAME(linear_forward)(const ck_linear *layer, const float *x, float *y, int first, int last) {
    int columns = layer->columns;
    for (int row = first; row < last; row++) {
        const float *a = layer->matrix + (ptrdiff_t)row * columns;
        vf sums[4] = {{0}, {0}, {0}, {0}};
        int k = 0;
        for (; k + 4 * LANES <= columns; k += 4 * LANES)
            for (int u = 0; u < 4; u++) sums[u] += NAME(load)(a + k + u * LANES) * NAME(load)(x + k + u * LANES);
        float total = NAME(sum)((sums[0] + sums[1]) + (sums[2] + sums[3]));
        for (; k < columns; k++) total += a[k] * x[k];
        y[row] = total + (layer->bias ? layer->bias[row] : 0);
    }
}

static void NAME(linear_backward)(
    const ck_linear *layer, const float *dy, float *dx, int first, int last, int accumulate) {
    int columns = layer->columns, k = first;
    if (!accumulate) memset(dx + first, 0, (size_t)(last - first) * sizeof(float));
    for (; k + 4 * LANES <= last; k += 4 * LANES) {
        vf sums[4];
        for (int u = 0; u < 4; u++) sums[u] = NAME(load)(dx + k + u * LANES);
        const float *a = layer->matrix + k;
        for (int row = 0; row < layer->rows; row++, a += columns)
            for (int u = 0; u < 4; u++) sums[u] += dy[row] * NAME(load)(a + u * LANES);
        for (int u = 0; u < 4; u++) NAME(store)(dx + k + u * LANES, sums[u]);
    }
    for (; k < last; k++) {
        float total = dx[k];
        for (int row = 0; row < layer->rows; row++) total += dy[row] * layer->matrix[(ptrdiff_t)row * columns + k];
        dx[k] = total;
    }
}
