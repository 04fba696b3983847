"""From samples to the numbers that are reported: medians, the machine's peaks, the bound, our share of it."""

from statistics import median

# Bytes that PulseBench copies for the word `copy`.
COPY_BYTES = 1 << 28
KEYS = {"forward": "forward", "both": "forwardBackward", "step": "step"}


def summarise(samples, peaks):
    """The JSON of one thread count. PyTorch is whichever of its two memory formats is faster."""
    medians = {key: median(values) for key, values in samples.items() if key[1] != "layers"}
    result = {key: {} for key in KEYS.values()} | {"peakMB": {}, "ratios": {}, "pytorchFormat": {}}
    for work, key in KEYS.items():
        eager = [k for k in medians if k[1] == work and k[0] in ("pytorch contiguous", "pytorch channels_last")]
        chosen = {"ours": ("ours", work), "torchCompile": ("pytorch compile", work), "openvino": ("openvino", work)}
        if eager:
            chosen["pytorch"] = min(eager, key=medians.get)
            result["pytorchFormat"][key] = chosen["pytorch"][0].split()[1]
        for name, found in chosen.items():
            if found in medians:
                result[key][name] = round(medians[found], 5)
                result["peakMB"].setdefault(key, {})[name] = round(peaks[found])
                if name != "ours" and ("ours", work) in samples:
                    # Within a round, so that what slows the machine for a while slows both.
                    pairs = zip(samples[found], samples["ours", work])
                    result["ratios"].setdefault(key, {})[name] = round(median(peer / ours for peer, ours in pairs), 2)
    if ("ours", "batch4") in medians:
        result["peakMB"]["batch4"] = {"ours": round(peaks["ours", "batch4"])}
        if ("ours", "step") in medians:
            # Both ran in every round: the ratio is paired.
            pairs = zip(samples["ours", "batch4"], samples["ours", "step"])
            result["batch4"] = round(median(four / one for four, one in pairs), 3)
    if ("ours", "layers") in samples:
        result["machine"] = machine(medians)
        result["layers"] = layers(samples["ours", "layers"], result["machine"])
        result["bound"] = bound(result)
    result["samples"] = {f"{name} {work}": [round(t, 5) for t in values]
                         for (name, work), values in samples.items() if work != "layers"}
    return result


def machine(medians):
    """The fastest matrix product of anybody at any size, and the copy bandwidth (bytes read plus written)."""
    def rate(key):
        m, k, n = map(int, key[1].split()[1:])
        return 2 * m * k * n / medians[key] / 1e9

    products = [key for key in medians if key[1].startswith("gemm")]
    best = max(products, key=rate)
    return {"matmulGFLOPs": round(rate(best), 1), "matmulBy": best[0],
            "matmulSize": "x".join(best[1].split()[1:]),
            "matmulAll": {f"{key[0]} {'x'.join(key[1].split()[1:])}": round(rate(key), 1) for key in products},
            "copyGBs": round(2 * COPY_BYTES / medians["ours", "copy"] / 1e9, 2)}


def layers(samples, peaks):
    """For each layer and direction: median seconds, GFLOP/s, share of both passes, bound, and what binds."""
    result = []
    for i, first in enumerate(samples[0]):
        layer = {"name": first["name"], "MFLOP": round(first["flops"] / 1e6, 1)}
        for way in ("forward", "backward"):
            time = median(sample[i][way] for sample in samples)
            compute = first["flops"] / (peaks["matmulGFLOPs"] * 1e9)
            memory = first[f"{way}Bytes"] / (peaks["copyGBs"] * 1e9)
            layer[way] = {"seconds": time, "GFLOPs": round(first["flops"] / time / 1e9, 1),
                          "MB": round(first[f"{way}Bytes"] / 1e6, 2), "bound": max(compute, memory),
                          "boundBy": "matmul" if compute >= memory else "copy",
                          "ratio": round(time / max(compute, memory), 2)}
        result.append(layer)
    total = sum(layer[way]["seconds"] for layer in result for way in ("forward", "backward"))
    for layer in result:
        for way in ("forward", "backward"):
            layer[way]["share"] = round(layer[way]["seconds"] / total, 4)
    return result


def bound(result):
    """The sum of the layers' bounds, and how many times that the layers, and the whole pass, take."""
    found = {}
    for way in ("forward", "backward"):
        found[way] = sum(layer[way]["bound"] for layer in result["layers"])
        found[f"{way}Layers"] = sum(layer[way]["seconds"] for layer in result["layers"])
        found[f"{way}Ratio"] = found[f"{way}Layers"] / found[way]
    found["total"] = found["forward"] + found["backward"]
    found["layersRatio"] = (found["forwardLayers"] + found["backwardLayers"]) / found["total"]
    for key in ("forwardBackward", "step"):
        if "ours" in result[key]:
            found[f"{key}Ratio"] = result[key]["ours"] / found["total"]
    if "ours" in result["forward"]:
        found["forwardPassRatio"] = result["forward"]["ours"] / found["forward"]
    return {key: round(value, 5) for key, value in found.items()}
