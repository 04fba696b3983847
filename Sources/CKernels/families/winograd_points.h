// Winograd's F(4×4, 3×3) with the points 0, ±√½, ±√2, ∞: four outputs of three taps from six inputs with six
// products along each axis. These points round less than 0, ±1, ±2 and cost the same.
//
// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks" (2015), for the scheme.
#pragma once

/// Rows (1, p, p²) / ∏ (p − other points), the last (0, 0, 1): a kernel's three taps at the six points.
static const double winograd_kernel[6][3] = {
    {1, 0, 0},
    {-2.0 / 3, -0.47140452079103168, -1.0 / 3},
    {-2.0 / 3, 0.47140452079103168, -1.0 / 3},
    {1.0 / 6, 0.23570226039551584, 1.0 / 3},
    {1.0 / 6, -0.23570226039551584, 1.0 / 3},
    {0, 0, 1},
};
