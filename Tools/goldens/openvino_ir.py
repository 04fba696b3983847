"""MobileStyleGAN's parameters out of the OpenVINO graph of the random_face wheel, without the project's importer.

The graph is one .xml (layers and edges) and one .bin (constants). Demodulation is folded into the convolution
weights, which lost their names by it; the noise maps are constants already multiplied by their strength.
"""

import xml.etree.ElementTree as ET

import numpy as np

TYPES = {"f32": np.float32, "i64": np.int64, "i32": np.int32}


class Graph:
    def __init__(self, xml, binary):
        root = ET.parse(xml).getroot()
        self.layers = {layer.get("id"): layer for layer in root.find("layers")}
        self.data = open(binary, "rb").read()
        self.sources, self.consumers = {}, {}
        for edge in root.find("edges"):
            a, b = edge.get("from-layer"), edge.get("to-layer")
            self.sources.setdefault(b, []).append((int(edge.get("to-port")), a))
            self.consumers.setdefault(a, []).append(b)

    def inputs(self, layer):
        return [source for _, source in sorted(self.sources.get(layer, []))]

    def kind(self, layer):
        return self.layers[layer].get("type")

    def name(self, layer):
        return self.layers[layer].get("name")

    def constant(self, layer):
        data = self.layers[layer].find("data")
        shape = [int(n) for n in data.get("shape").split(",") if n.strip()]
        return np.frombuffer(
            self.data, TYPES[data.get("element_type")], int(np.prod(shape)), int(data.get("offset"))).reshape(shape)

    def constants_of(self, layer):
        return [i for i in self.inputs(layer) if self.kind(i) == "Const"]


def synthesis_parameters(stem):
    """State dictionary names to float32 arrays; noise as `X.noise.noise` with `X.noise.weight` 1."""
    graph = Graph(f"{stem}.xml", f"{stem}.bin")
    parameters = {}
    for layer in graph.layers:
        if graph.kind(layer) == "Const" and graph.name(layer).startswith("m."):
            parameters[graph.name(layer)[2:]] = graph.constant(layer)
    for layer in graph.layers:
        if graph.kind(layer) != "Convolution":
            continue
        weight = graph.constants_of(layer)[0]
        if graph.name(weight).startswith("m."):
            continue
        add_noise = graph.consumers[layer][0]
        add_bias = graph.consumers[add_noise][0]
        prefix = graph.name(graph.constants_of(add_bias)[0])[2:].removesuffix("bias")
        value = graph.constant(weight)
        parameters[prefix + ("conv.weight" if value.shape[-1] == 3 else "conv.weight_permute")] = value
        parameters[prefix + "noise.noise"] = graph.constant(graph.constants_of(add_noise)[0])
        parameters[prefix + "noise.weight"] = np.ones(1, np.float32)
    for name, value in parameters.items():
        if name.endswith("weight_dw"):
            parameters[name] = value.reshape(value.shape[0], 1, 3, 3)
        elif name.endswith("modulation.bias"):
            parameters[name] = value.reshape(-1)
    return parameters


def mapping_layers(stem):
    """The mapping network's (weight [512, 512], bias [512]) pairs, as the graph multiplies them."""
    graph = Graph(f"{stem}.xml", f"{stem}.bin")
    large = [graph.constant(i) for i in graph.layers if graph.kind(i) == "Const" and graph.constant(i).size >= 512]
    return list(zip(large[0::2], large[1::2]))


def map_latent(layers, z):
    """w = f(z) for z [N, 512]: normalise, then eight layers, each √2·LReLU₀.₂(W·x + b)."""
    x = z / np.sqrt(np.mean(z * z, axis=1, keepdims=True) + 1e-8)
    for weight, bias in layers:
        x = x @ weight.T.astype(x.dtype) + bias
        x = np.where(x >= 0, x, 0.2 * x) * np.sqrt(2)
    return x
