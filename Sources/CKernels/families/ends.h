// The two ends of a dense convolution: what happens to a pixel before the products, and behind them.
//
//   forward    x ──gain, offset──▶ products ──output gain, noise, bias, leaky ReLU──▶ a, statistics
//   backward   ∂a, a ──leaky′──▶ ∂z, its sums ──output gain──▶ products ──gain──▶ ∂x, sums with x

enum { NAME(parts) = CK_CHANNELS / LANES, NAME(chunk_vectors) = CK_CHUNK / LANES };

static inline vf NAME(or_else)(const float *values, int channel, float otherwise) {
    if (values) return NAME(load)(values + channel);
    return (vf){0} + otherwise;
}

/// The forward load of LANES channels.
typedef struct {
    vf gain, center, offset;
} TYPE(affine);

static inline TYPE(affine) NAME(affine_of)(const ck_convolution *layer, int channel) {
    return (TYPE(affine)){NAME(load)(layer->gain + channel), NAME(or_else)(layer->center, channel, 0),
        NAME(or_else)(layer->offset, channel, 0)};
}

static inline vf NAME(apply)(const TYPE(affine) *affine, vf x) {
    return (x - affine->center) * affine->gain + affine->offset;
}

/// ∂loss/∂u of LANES channels of an activation, from ∂loss/∂a.
typedef struct {
    vf shift, slope, rgb[3];
} TYPE(slopes);

static inline TYPE(slopes) NAME(slopes_of)(const ck_activation *end, int channels, int channel) {
    TYPE(slopes) slopes = {
        .shift = NAME(or_else)(end->d_shift, channel, 0), .slope = NAME(or_else)(end->d_slope, channel, 0)};
    for (int k = 0; k < 3; k++) slopes.rgb[k] = NAME(or_else)(end->rgb_weight, k * channels + channel, 0);
    return slopes;
}

static inline vf NAME(through_activation)(
    const ck_activation *end, const TYPE(slopes) *slopes, ptrdiff_t element, ptrdiff_t pixel) {
    vf a = NAME(load)(end->output + element), d;
    if (end->d_output) {
        d = NAME(load)(end->d_output + element);
    } else {
        const float *rgb = end->d_rgb + pixel;
        d = rgb[0] * slopes->rgb[0] + rgb[end->pixels] * slopes->rgb[1] + rgb[2 * end->pixels] * slopes->rgb[2];
    }
    if (end->d_slope) d += slopes->shift + slopes->slope * a;
    d = NAME(leaky)(a, d * end->scale);
    if (end->clamp > 0) d = (vf)((vi)d & (a < end->clamp) & (a > -end->clamp));
    return d;
}

/// The backward load of LANES output channels, and the sum that it makes on its way.
typedef struct {
    TYPE(slopes) slopes;
    vf output_gain, bias, strength, d_output_gain;
} TYPE(arrival);

static inline TYPE(arrival) NAME(arrival_of)(const ck_convolution *layer, int channel) {
    return (TYPE(arrival)){.slopes = NAME(slopes_of)(&layer->end, layer->channels_out, channel),
        .output_gain = NAME(or_else)(layer->output_gain, channel, 1),
        .bias = NAME(or_else)(layer->end.bias, channel, 0),
        .strength = NAME(or_else)(layer->end.strength, channel, 0)};
}

/// ∂loss/∂(convolution) at one pixel of the output; `element` is its position in the blocked arrays, `pixel` in a
/// plane. Pixels of a halo are not `owned`: they do not add to the sum.
static inline vf NAME(arrive)(
    TYPE(arrival) *arrival, const ck_convolution *layer, ptrdiff_t element, ptrdiff_t pixel, int owned) {
    if (layer->raw) return NAME(load)(layer->raw + element);
    const ck_activation *end = &layer->end;
    vf d = NAME(through_activation)(end, &arrival->slopes, element, pixel);
    if (layer->d_output_gain && owned) {
        vf a = NAME(load)(end->output + element) * (1 / end->scale);
        vi positive = a > 0.0f;
        vf u = (vf)(((vi)a & positive) | ((vi)(a * 5.0f) & ~positive)) - arrival->bias;
        if (end->noise) u -= arrival->strength * end->noise[pixel];
        arrival->d_output_gain += d * u;
    }
    return d * arrival->output_gain;
}

/// The forward store of LANES output channels, and their statistics.
typedef struct {
    vf gain, bias, strength, pivot, sum, squares;
    int pixels;
    int held; // activations of the group that is not yet in the sums
    vf group[stored_group];
} TYPE(departure);

static inline TYPE(departure) NAME(departure_of)(const ck_activation *end, const float *gain, int channel) {
    return (TYPE(departure)){.gain = NAME(or_else)(gain, channel, 1),
        .bias = NAME(or_else)(end->bias, channel, 0),
        .strength = NAME(or_else)(end->strength, channel, 0)};
}

/// Adds the held activations to the sums. The next layer divides by what these sums give, so that their rounding
/// would move a whole channel: groups of 16 are summed around their own mean, and groups around the first one's.
static inline void NAME(settle)(TYPE(departure) *departure) {
    if (departure->held == 0) return;
    float count = (float)departure->held;
    vf mean = {0}, squares = {0};
    for (int i = 0; i < departure->held; i++) mean += departure->group[i];
    mean *= 1 / count;
    for (int i = 0; i < departure->held; i++) {
        vf d = departure->group[i] - mean;
        squares += d * d;
    }
    if (departure->pixels == 0) departure->pivot = mean;
    vf distance = mean - departure->pivot;
    departure->sum += count * distance;
    departure->squares += squares + count * distance * distance;
    departure->pixels += departure->held;
    departure->held = 0;
}

static inline void NAME(activate)(
    TYPE(departure) *departure, const ck_activation *end, vf v, ptrdiff_t element, ptrdiff_t pixel) {
    v = v * departure->gain + departure->bias;
    if (end->noise) v += departure->strength * end->noise[pixel];
    v = NAME(leaky)(v, v * end->scale);
    if (end->clamp > 0) {
        vi high = v > end->clamp, low = v < -end->clamp;
        vf bound = (vf){0} + end->clamp;
        v = (vf)(((vi)bound & high) | ((vi)-bound & low) | ((vi)v & ~(high | low)));
    }
    NAME(store)(end->output + element, v);
    if (!end->statistics) return;
    departure->group[departure->held++] = v;
    if (departure->held == stored_group) NAME(settle)(departure);
}

static inline void NAME(write_statistics)(
    TYPE(departure) *departure, const ck_activation *end, int channels, int tile, int channel) {
    if (!end->statistics) return;
    NAME(settle)(departure);
    float *target = end->statistics + (ptrdiff_t)tile * 4 * channels + channel;
    NAME(store)(target, (vf){0} + (float)departure->pixels);
    NAME(store)(target + channels, departure->pivot);
    NAME(store)(target + 2 * channels, departure->sum);
    NAME(store)(target + 3 * channels, departure->squares);
}

/// The backward store of LANES input channels, and the sums with the input.
typedef struct {
    vf gain, center, dot, sum;
} TYPE(return_end);

static inline void NAME(give_back)(TYPE(return_end) *end, const ck_convolution *layer, vf v, ptrdiff_t element) {
    end->dot += v * (NAME(load)(layer->input + element) - end->center);
    end->sum += v;
    NAME(store)(layer->d_input + element, v * end->gain);
}

static inline void NAME(write_sums)(const TYPE(return_end) *end, const ck_convolution *layer, int tile, int channel) {
    float *target = layer->d_gain + (ptrdiff_t)tile * 2 * layer->channels_in + channel;
    NAME(store)(target, end->dot);
    NAME(store)(target + layer->channels_in, end->sum);
}

/// The store of either direction, for the vectors of one chunk.
typedef struct {
    convolution_pass pass;
    const ck_convolution *layer;
    TYPE(departure) out[CK_CHUNK / LANES];
    TYPE(return_end) back[CK_CHUNK / LANES];
} TYPE(sink);

static inline void NAME(open_sink)(TYPE(sink) *sink, const ck_convolution *layer, convolution_pass pass, int chunk) {
    sink->pass = pass, sink->layer = layer;
    for (int v = 0; v < chunk_width(pass.blocks_out, chunk) / LANES; v++) {
        int channel = chunk * CK_CHUNK + v * LANES;
        if (pass.backward)
            sink->back[v] = (TYPE(return_end)){
                .gain = NAME(load)(layer->gain + channel), .center = NAME(or_else)(layer->center, channel, 0)};
        else
            sink->out[v] = NAME(departure_of)(&layer->end, layer->output_gain, channel);
    }
}

static inline void NAME(close_sink)(TYPE(sink) *sink, int tile, int chunk) {
    const ck_convolution *layer = sink->layer;
    for (int v = 0; v < chunk_width(sink->pass.blocks_out, chunk) / LANES; v++) {
        int channel = chunk * CK_CHUNK + v * LANES;
        if (sink->pass.backward)
            NAME(write_sums)(&sink->back[v], layer, tile, channel);
        else if (!layer->raw)
            NAME(write_statistics)(&sink->out[v], &layer->end, layer->channels_out, tile, channel);
    }
}

/// Takes LANES results of the products: vector `v` of the chunk, at one pixel.
static inline void NAME(take)(TYPE(sink) *sink, int v, vf result, ptrdiff_t element, ptrdiff_t pixel) {
    const ck_convolution *layer = sink->layer;
    if (sink->pass.backward)
        NAME(give_back)(&sink->back[v], layer, result, element);
    else if (layer->raw)
        NAME(store)(layer->raw + element, result);
    else
        NAME(activate)(&sink->out[v], &layer->end, result, element, pixel);
}
