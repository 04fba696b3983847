"""A tiny MobileStyleGAN in OpenVINO IR, as the importer's tests read it, and what must come out of it.

    python tiny_openvino_graph.py      writes Tests/GeneratorsTests/Goldens/{Synthesis,Mapping}Network.{xml,bin}
                                       their archive tiny_model.whl, and tiny_openvino_graph.safetensors

The graph has the form that an exporter gives the real network (demodulation folded into the weights, noise
multiplied by its strength, shapes computed by integer operations), written here layer by layer. OpenVINO
itself runs it, so that the form is proved to be valid and the pictures are the peer's.
"""

import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import openvino

import golden_files
from counter_random import normals

GOLDENS = Path(__file__).resolve().parents[2] / "Tests/GeneratorsTests/Goldens"
SEED = 2104
CHANNELS, STYLE, MAPPING_LAYERS = [8, 12, 8], 16, 2
OPSETS = {"ShapeOf": "opset3", "Gather": "opset7", "Broadcast": "opset3"}
PRECISIONS = {np.dtype(np.float32): ("f32", "FP32"), np.dtype(np.int64): ("i64", "I64")}
half = np.float32(0.5) ** 0.5


class Graph:
    """Layers in topological order; an output is (layer, output number, shape, dtype)."""

    def __init__(self, name):
        self.name, self.layers, self.edges, self.data, self.offsets = name, [], [], bytearray(), {}

    def layer(self, kind, inputs, shapes, name=None, dtype=np.float32, **attributes):
        index = len(self.layers)
        ports = "".join(self.port(i, shape, d) for i, (_, _, shape, d) in enumerate(inputs))
        outputs = "".join(self.port(len(inputs) + i, shape, np.dtype(dtype)) for i, shape in enumerate(shapes))
        data = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        self.layers.append(
            f'<layer id="{index}" name={quoteattr(name or f"{kind}_{index}")} type="{kind}" '
            f'version="{OPSETS.get(kind, "opset1")}">' + (f"<data{data}/>" if data else "")
            + (f"<input>{ports}</input>" if ports else "") + (f"<output>{outputs}</output>" if outputs else "")
            + "</layer>")
        for port, (source, output, _, _) in enumerate(inputs):
            self.edges.append(
                f'<edge from-layer="{source[0]}" from-port="{source[1] + output}" '
                f'to-layer="{index}" to-port="{port}"/>')
        results = [((index, len(inputs)), i, list(shape), np.dtype(dtype)) for i, shape in enumerate(shapes)]
        return results[0] if len(results) == 1 else results

    @staticmethod
    def port(index, shape, dtype):
        dims = "".join(f"<dim>{n}</dim>" for n in shape)
        return f'<port id="{index}" precision="{PRECISIONS[dtype][1]}">{dims}</port>'

    def const(self, value, name=None):
        value = np.asarray(value, order="C")
        content = value.tobytes()
        if content not in self.offsets:  # equal constants share their bytes, as exporters do
            self.offsets[content] = len(self.data)
            self.data += content
        return self.layer(
            "Const", [], [value.shape], name, value.dtype, element_type=PRECISIONS[value.dtype][0],
            shape=", ".join(map(str, value.shape)), offset=str(self.offsets[content]), size=str(len(content)))

    def ints(self, *values):
        return self.const(np.array(values, np.int64))

    def batch(self, source, axis=0):
        """The extent of `source` along an axis, as the exporter computes it: a vector of one number."""
        shape = self.layer("ShapeOf", [source], [[len(source[2])]], dtype=np.int64, output_type="i64")
        index = self.const(np.array(axis, np.int64))
        zero = self.const(np.array(0, np.int64))
        scalar = self.layer("Gather", [shape, index, zero], [[]], dtype=np.int64, batch_dims="0")
        return self.layer("Unsqueeze", [scalar, self.ints(0)], [[1]], dtype=np.int64)

    def concat(self, *parts):
        return self.layer("Concat", list(parts), [[len(parts)]], dtype=np.int64, axis="0")

    def reshape(self, source, target, shape):
        return self.layer("Reshape", [source, target], [shape], special_zero="true")

    def binary(self, kind, a, b):
        shape = list(np.broadcast_shapes(tuple(a[2]), tuple(b[2])))
        return self.layer(kind, [a, b], [shape], auto_broadcast="numpy")

    def matmul(self, x, weight):
        return self.layer(
            "MatMul", [x, weight], [[1, weight[2][0]]], transpose_a="false", transpose_b="true")

    def activation(self, x):
        return self.layer("PReLU", [x, self.const(np.array([0.2], np.float32))], [x[2]])

    def write(self, result):
        self.layer("Result", [result], [], "result")
        stem = GOLDENS / self.name
        stem.with_suffix(".xml").write_text(
            f'<?xml version="1.0" ?>\n<net name="{self.name}" version="10"><layers>\n' + "\n".join(self.layers)
            + "\n</layers><edges>\n" + "\n".join(self.edges) + "\n</edges></net>\n")
        stem.with_suffix(".bin").write_bytes(self.data)


def mapping_graph(weights, biases):
    g = Graph("MappingNetwork")
    z = g.layer("Parameter", [], [[1, STYLE]], "var", shape=f"1, {STYLE}", element_type="f32")
    number = lambda value: g.const(np.array([[value]], np.float32))
    one = number(1)
    square = g.binary("Power", z, number(2))
    mean = g.layer("ReduceMean", [square, g.ints(1)], [[1, 1]], keep_dims="true")
    root = g.binary("Power", g.binary("Add", mean, number(1e-8)), number(0.5))
    x = g.binary("Multiply", z, g.binary("Multiply", one, g.binary("Power", root, number(-1))))
    for weight, bias in zip(weights, biases):
        x = g.matmul(x, g.const(weight))
        b = g.reshape(g.const(bias), g.concat(g.ints(1), g.batch(x, 1)), [1, STYLE])
        x = g.binary("Multiply", g.activation(g.binary("Add", x, b)), number(2**0.5))
    g.write(x)


class Synthesis(Graph):
    def __init__(self, parameters):
        super().__init__("SynthesisNetwork")
        self.parameters = parameters
        self.style = self.layer("Parameter", [], [[1, STYLE]], "style", shape=f"1, {STYLE}", element_type="f32")

    def parameter(self, name, shape=None, named=True):
        value = self.parameters[name]
        return self.const(value if shape is None else value.reshape(shape), "m." + name if named else None)

    def modulated(self, name, x, kernel=None):
        channels = x[2][1]
        product = self.matmul(self.style, self.parameter(name + ".modulation.weight"))
        factor = self.binary("Add", product, self.parameter(name + ".modulation.bias", [1, channels]))
        batch = self.batch(self.style if kernel else x)
        target = self.concat(batch, self.ints(-1), self.ints(1), self.ints(1))
        factor = self.reshape(factor, target, [1, channels, 1, 1])
        if kernel:
            scale = np.full([1, 1, 1, 1], 1 / np.sqrt(channels * kernel**2), np.float32)
            factor = self.binary("Multiply", factor, self.const(scale))
        return self.binary("Multiply", factor, x)

    def convolution(self, kind, x, weight, channels):
        pad = str(weight[2][-1] // 2)
        return self.layer(
            kind, [x, weight], [[1, channels, *x[2][2:]]], strides="1, 1", dilations="1, 1",
            pads_begin=f"{pad}, {pad}", pads_end=f"{pad}, {pad}", auto_pad="explicit")

    def styled(self, name, x, channels, side):
        x = self.modulated(name + ".conv", x, kernel=3)
        if name + ".conv.weight" in self.parameters:
            x = self.convolution("Convolution", x, self.parameter(name + ".conv.weight", named=False), channels)
        else:
            inputs = x[2][1]
            depthwise = self.parameter(name + ".conv.weight_dw", [inputs, 1, 1, 3, 3])
            x = self.convolution("GroupConvolution", x, depthwise, inputs)
            pointwise = self.parameter(name + ".conv.weight_permute", named=False)
            x = self.convolution("Convolution", x, pointwise, channels)
        x = self.binary("Add", x, self.const(self.parameters[name + ".baked"]))
        return self.activation(self.binary("Add", x, self.parameter(name + ".bias")))

    def filtered(self, x, sign, rows):
        channels = x[2][1]
        taps = np.tile(np.array([half, sign * half], np.float32), channels)
        weight = self.const(taps.reshape([channels, 1, 1, 2, 1] if rows else [channels, 1, 1, 1, 2]))
        side = [x[2][2] * 2, x[2][3]] if rows else [x[2][2], x[2][3] * 2]
        return self.layer(
            "GroupConvolutionBackpropData", [x, weight], [[1, channels, *side]],
            strides="2, 1" if rows else "1, 2", pads_begin="0, 0", pads_end="0, 0", dilations="1, 1",
            auto_pad="explicit", output_padding="0, 0")

    def inverse_wavelet(self, x):
        channels, side = x[2][1] // 4, x[2][2]
        shape = [1, channels, side, side]
        low, high = self.layer(
            "VariadicSplit", [x, self.const(np.array(1, np.int64)), self.ints(channels, 3 * channels)],
            [shape, [1, 3 * channels, side, side]])
        target = self.concat(
            self.batch(x), self.ints(channels), self.ints(3), self.batch(x, 2), self.batch(x, 3))
        details = self.reshape(high, target, [1, channels, 3, side, side])
        bands = self.layer(
            "VariadicSplit", [details, self.const(np.array(2, np.int64)), self.ints(1, 1, 1)],
            [[1, channels, 1, side, side]] * 3)
        lh, hl, hh = [self.layer("Squeeze", [band, self.ints(2)], [shape]) for band in bands]
        left = self.binary("Add", self.filtered(low, 1, True), self.filtered(lh, -1, True))
        right = self.binary("Add", self.filtered(hl, 1, True), self.filtered(hh, -1, True))
        return self.binary("Add", self.filtered(left, 1, False), self.filtered(right, -1, False))

    def constant_input(self):
        constant = self.parameter("input.input")
        ones = self.concat(self.batch(self.style), self.ints(1), self.ints(1), self.ints(1))
        rank = self.layer("ShapeOf", [ones], [[1]], dtype=np.int64, output_type="i64")
        fill = self.layer("Broadcast", [self.ints(1), rank], [[4]], dtype=np.int64, mode="numpy")
        return self.layer("Broadcast", [constant, fill], [constant[2]], mode="bidirectional")


def synthesis_graph(parameters):
    g = Synthesis(parameters)
    x = g.styled("conv1", g.constant_input(), CHANNELS[0], 4)
    for i, channels in enumerate(CHANNELS[1:]):
        x = g.inverse_wavelet(g.modulated(f"layers.{i}.up", x))
        for part in ("conv1", "conv2"):
            x = g.styled(f"layers.{i}.{part}", x, channels, 8 << i)
    last = f"layers.{len(CHANNELS) - 2}.to_img"
    x = g.modulated(last + ".conv", x, kernel=1)
    x = g.convolution("Convolution", x, g.parameter(last + ".conv.weight"), 12)
    g.write(g.inverse_wavelet(g.binary("Add", x, g.parameter(last + ".bias"))))


def synthesis_parameters():
    """Random parameters under the original's names; a layer's noise as `X.baked`, strength times map."""
    shapes = {"input.input": [1, CHANNELS[0], 4, 4], "conv1.conv.weight": [CHANNELS[0], CHANNELS[0], 3, 3]}

    def modulation(name, channels):
        shapes[name + ".modulation.weight"], shapes[name + ".modulation.bias"] = [channels, STYLE], [channels]

    def layer(name, inputs, channels, side):
        modulation(name + ".conv", inputs)
        shapes[name + ".baked"], shapes[name + ".bias"] = [1, 1, side, side], [1, channels, 1, 1]

    layer("conv1", CHANNELS[0], CHANNELS[0], 4)
    for i, (before, channels) in enumerate(zip(CHANNELS, CHANNELS[1:])):
        modulation(f"layers.{i}.up", before)
        for part, inputs in (("conv1", before // 4), ("conv2", channels)):
            name = f"layers.{i}.{part}"
            shapes[name + ".conv.weight_dw"] = [inputs, 1, 3, 3]
            shapes[name + ".conv.weight_permute"] = [channels, inputs, 1, 1]
            layer(name, inputs, channels, 8 << i)
    last = f"layers.{len(CHANNELS) - 2}.to_img"
    shapes[last + ".conv.weight"], shapes[last + ".bias"] = [12, CHANNELS[-1], 1, 1], [1, 12, 1, 1]
    modulation(last + ".conv", CHANNELS[-1])
    factors = {"baked": 0.3, "bias": 0.2, "modulation.weight": 0.25}
    parameters = {}
    for stream, (name, shape) in enumerate(shapes.items(), start=100):
        factor = next((value for end, value in factors.items() if name.endswith("." + end)), 1)
        parameters[name] = (normals(SEED, stream, shape) * factor).astype(np.float32)
    return parameters


def run(name, x):
    model = openvino.Core().compile_model(GOLDENS / f"{name}.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.concatenate([model(row[None])[0] for row in x])


def main():
    weights = (normals(SEED, 1, [MAPPING_LAYERS, STYLE, STYLE]) * STYLE**-0.5).astype(np.float32)
    biases = (normals(SEED, 2, [MAPPING_LAYERS, STYLE]) * 0.3).astype(np.float32)
    parameters = synthesis_parameters()
    GOLDENS.mkdir(parents=True, exist_ok=True)
    mapping_graph(weights, biases)
    synthesis_graph(parameters)
    with zipfile.ZipFile(GOLDENS / "tiny_model.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        for name in ("SynthesisNetwork.xml", "SynthesisNetwork.bin", "MappingNetwork.xml", "MappingNetwork.bin"):
            entry = zipfile.ZipInfo(f"tiny/data/{name}", (2020, 1, 1, 0, 0, 0))
            wheel.writestr(entry, (GOLDENS / name).read_bytes(), zipfile.ZIP_DEFLATED)
        wheel.writestr(zipfile.ZipInfo("tiny/__init__.py", (2020, 1, 1, 0, 0, 0)), b"raise SystemExit\n")
    z = normals(SEED, 3, [5, STYLE]).astype(np.float32)
    w = run("MappingNetwork", z)
    tensors = {"synthesis." + name: value for name, value in parameters.items()}
    for k in range(MAPPING_LAYERS):
        tensors |= {f"mapping.layers.{k + 1}.weight": weights[k], f"mapping.layers.{k + 1}.bias": biases[k]}
    golden_files.write(
        GOLDENS / "tiny_openvino_graph.safetensors",
        tensors | {"z": z, "w": w, "image": run("SynthesisNetwork", w[:1])},
        packages=["numpy", "openvino"], dtype="float32", seed=SEED, channels=CHANNELS, style_dim=STYLE,
        about="parameters behind SynthesisNetwork.xml and MappingNetwork.xml (noise as strength times map), "
        "w of five z and the picture of the first w, both by OpenVINO")


if __name__ == "__main__":
    main()
