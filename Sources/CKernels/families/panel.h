// Matrix products on panels: the arithmetic heart of every layer.
//
//   packed weights          panel                     block
//   [K][8]  one block       [K][32]                   [8][32], its rows `stride` floats apart
//   k→ ┌ w₀₀ … w₇₀ ┐        k→ ┌ d₀ d₁ … d₃₁ ┐        = Σₖ w[k]ᵀ d[k]
//      └ …         ┘           └ …           ┘
//
// A register block of BLOCK_ROWS × BLOCK_VECTORS vectors stays in registers over the whole of K.

static inline void NAME(panel_block)(
    const float *restrict weights, const float *restrict panel, int inner, float *restrict block, ptrdiff_t stride) {
    for (int row = 0; row < CK_BLOCK; row += BLOCK_ROWS) {
        for (int column = 0; column < CK_PANEL; column += BLOCK_VECTORS * LANES) {
            vf sum[BLOCK_ROWS][BLOCK_VECTORS];
            for (int r = 0; r < BLOCK_ROWS; r++)
                for (int v = 0; v < BLOCK_VECTORS; v++) sum[r][v] = (vf){0};
            const float *w = weights + row;
            const float *d = panel + column;
#pragma clang loop unroll_count(2)
            for (int k = 0; k < inner; k++) {
                vf pixels[BLOCK_VECTORS];
                for (int v = 0; v < BLOCK_VECTORS; v++) pixels[v] = NAME(load)(d + v * LANES);
                for (int r = 0; r < BLOCK_ROWS; r++)
                    for (int v = 0; v < BLOCK_VECTORS; v++) sum[r][v] += w[r] * pixels[v];
                w += CK_BLOCK;
                d += CK_PANEL;
            }
            for (int r = 0; r < BLOCK_ROWS; r++)
                for (int v = 0; v < BLOCK_VECTORS; v++)
                    NAME(store)(block + (row + r) * stride + column + v * LANES, sum[r][v]);
        }
    }
}

/// Number of blocks in the product of `rows` output rows and `columns` pixels.
static inline int NAME(products)(int rows, int columns) {
    return (rows + CK_BLOCK - 1) / CK_BLOCK * ((columns + CK_PANEL - 1) / CK_PANEL);
}

/// Copies one channel of a panel.
static inline void NAME(copy_panel_row)(float *restrict target, const float *restrict source) {
    for (int x = 0; x < CK_PANEL; x += LANES) NAME(store)(target + x, NAME(load)(source + x));
}

static void NAME(multiply_panel)(
    const float *packed, const float *panel, int rows, int inner, float *c, ptrdiff_t c_stride, int columns) {
    float block[CK_BLOCK * CK_PANEL] __attribute__((aligned(64)));
    for (int row = 0; row < rows; row += CK_BLOCK) {
        const float *weights = packed + (ptrdiff_t)row * inner;
        int count = rows - row < CK_BLOCK ? rows - row : CK_BLOCK;
        if (count == CK_BLOCK && columns == CK_PANEL) {
            NAME(panel_block)(weights, panel, inner, c + row * c_stride, c_stride);
            continue;
        }
        NAME(panel_block)(weights, panel, inner, block, CK_PANEL);
        for (int r = 0; r < count; r++)
            memcpy(c + (row + r) * c_stride, block + r * CK_PANEL, (size_t)columns * sizeof(float));
    }
}
