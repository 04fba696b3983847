"""The tables that `make bench` prints."""

NAMES = {"ours": "pulse", "pytorch": "PyTorch eager", "torchCompile": "torch.compile", "openvino": "OpenVINO"}
TITLES = {"forward": "generator forward", "forwardBackward": "generator forward + backward", "step": "search step"}


def report(results, about):
    """`results` maps models, and those thread counts, to what `summarise` made."""
    lines = [about]
    for model, threads, result in [(m, t, r) for m, by_threads in results.items() for t, r in by_threads.items()]:
        lines += ["", f"==== {model}, {threads} thread{'s' if threads > 1 else ''}"]
        for key, title in TITLES.items():
            lines += times(result, key, title)
        if "batch4" in result["peakMB"]:
            ratio = f"{result['batch4']:.2f} x one candidate's step, " if "batch4" in result else ""
            lines += ["", f"four candidates as one batch: {ratio}{result['peakMB']['batch4']['ours']} MB peak"]
        if "bound" in result:
            lines += machine(result) + layers(result) + bound(result)
        if "allocations" in result:
            lines += ["", f"allocations in steps 3 to 20 of a search: {result['allocations']}"]
    return "\n".join(lines)


def times(result, key, title):
    rows = []
    for name, label in NAMES.items():
        if name in result[key]:
            ratio = result["ratios"].get(key, {}).get(name)
            rows.append(f"  {label:<14}{result[key][name]:9.4f} s{result['peakMB'][key][name]:8.0f} MB peak"
                        + (f"   {ratio:6.2f} x ours, median of the rounds' ratios" if ratio else ""))
    if rows and key in result["pytorchFormat"]:
        title += f" (PyTorch eager in {result['pytorchFormat'][key]})"
    return ["", title, *rows] if rows else []


def machine(result):
    peaks = result["machine"]
    others = ", ".join(f"{name} {rate:.0f}" for name, rate in peaks["matmulAll"].items())
    return ["", "the machine, measured in the same run",
            f"  matrix product   {peaks['matmulGFLOPs']:7.1f} GFLOP/s, by {peaks['matmulBy']} at {peaks['matmulSize']}  ({others})",
            f"  copy             {peaks['copyGBs']:7.1f} GB/s, read plus written"]


def layers(result):
    lines = ["", "layer (ms; share of both passes; bound = max of FLOP / matrix product and bytes / copy)",
             f"  {'':<30}{'forward':>8} GFLOP/s  share  x bound {'backward':>9} GFLOP/s  share  x bound"]
    for layer in result["layers"]:
        line = f"  {layer['name']:<30}"
        for way, width in (("forward", 8), ("backward", 10)):
            part = layer[way]
            line += (f"{1e3 * part['seconds']:{width}.2f}{part['GFLOPs']:8.0f}{100 * part['share']:6.1f}%"
                     f"{part['ratio']:6.1f} {part['boundBy'][:4]}")
        lines.append(line)
    return lines


def bound(result):
    found = result["bound"]
    lines = ["", "the bound, summed over the layers"]
    for way in ("forward", "backward"):
        lines.append(f"  {way:<18}{1e3 * found[way]:7.1f} ms; our layers take {found[f'{way}Ratio']:.2f} x that")
    lines.append(f"  {'both':<18}{1e3 * found['total']:7.1f} ms; our layers take {found['layersRatio']:.2f} x that "
                 f"({100 / found['layersRatio']:.0f} % of the bound reached)")
    for key, title in TITLES.items():
        ratio = found.get("forwardPassRatio" if key == "forward" else f"{key}Ratio")
        if ratio:
            of = "the forward bound" if key == "forward" else "the bound of both"
            lines.append(f"  {title:<30}{ratio:.2f} x {of}")
    return lines
