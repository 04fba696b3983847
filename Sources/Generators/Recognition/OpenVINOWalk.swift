import Checkpoints
import Tensors

/// A walk through an OpenVINO graph, from its result towards its input, that expects a known network and
/// keeps account of the layers it has seen.
///
/// Every layer met is compared with what the network has at that place; ``finish()`` then refuses layers
/// that were never met, so nothing in the file is ignored in silence.
struct OpenVINOWalk {
    typealias Source = OpenVINOGraph.Source

    let graph: OpenVINOGraph
    private var visited: Set<Int> = []
    private var integers: [Source: [Int]] = [:]
    private var readBytes = 0

    init(_ graph: OpenVINOGraph) { self.graph = graph }

    /// The graph's only layer of a type.
    mutating func only(_ type: String) throws(CheckpointError) -> Int {
        let found = graph.layers.indices.filter { graph.layers[$0].type == type }
        guard let index = found.first else {
            throw CheckpointError(
                file: graph.file,
                problem: .unexpectedLayer(layer: graph.name, type: "network", expected: "a \(type) in it"))
        }
        guard found.count == 1 else { throw graph.unexpected(found[1], expected: "only one \(type)") }
        visited.insert(index)
        return index
    }

    /// Steps onto the layer behind `source`, which must be of `type` with so many inputs.
    @discardableResult
    mutating func enter(
        _ source: Source, _ type: String, inputs: Int, output: Int = 0, role: String
    ) throws(CheckpointError) -> OpenVINOGraph.Layer {
        let layer = graph.layers[source.layer]
        guard layer.type == type, layer.inputs.count == inputs, source.output == output else {
            throw graph.unexpected(source.layer, expected: "\(role) (a \(type) with \(inputs) inputs)")
        }
        visited.insert(source.layer)
        return layer
    }

    /// Steps onto an Add or Multiply of which one input is a constant: the constant's layer and the other input.
    mutating func enterWithConstant(
        _ source: Source, _ type: String, role: String
    ) throws(CheckpointError) -> (constant: Int, other: Source) {
        let layer = try enter(source, type, inputs: 2, role: role)
        let isConstant = layer.inputs.map { graph.layers[$0.layer].constant != nil }
        guard isConstant[0] != isConstant[1] else {
            throw graph.unexpected(source.layer, expected: "\(role) (a \(type) with one constant input)")
        }
        let which = isConstant[0] ? 0 : 1
        return (layer.inputs[which].layer, layer.inputs[1 - which])
    }

    /// The numbers of a constant layer, whose shape must be the expected one.
    mutating func tensor(_ index: Int, shape: [Int], role: String) throws(CheckpointError) -> Tensor<Float> {
        guard let constant = graph.layers[index].constant, constant.shape == shape else {
            throw graph.unexpected(index, expected: "\(role), a constant of shape \(shape)")
        }
        // Constants may share bytes, but a small file must not unfold into a huge model.
        readBytes += constant.size
        guard readBytes <= 4 * max(graph.weightsSize, 1 << 20) else {
            throw CheckpointError(
                file: graph.file,
                problem: .constantsOverlap(bytes: readBytes, available: graph.weightsSize))
        }
        visited.insert(index)
        let tensor = try graph.tensor(ofLayer: index)
        guard tensor.withUnsafeBufferPointer({ $0.allSatisfy(\.isFinite) }) else {
            throw graph.unexpected(index, expected: "\(role), finite numbers", found: "infinity or NaN")
        }
        return tensor
    }

    /// Checks that a constant holds `values` over and over, to the precision of its number format.
    mutating func expect(_ index: Int, toHold values: [Float], role: String) throws(CheckpointError) {
        guard let constant = graph.layers[index].constant, constant.size > 0 else {
            throw graph.unexpected(index, expected: role)
        }
        let tensor = try self.tensor(index, shape: constant.shape, role: role)
        let tolerance: Float = constant.type == .float16 ? 1e-3 : 1e-5
        for i in 0..<tensor.count {
            let expected = values[i % values.count]
            guard abs(tensor[i] - expected) <= tolerance * abs(expected) else {
                throw graph.unexpected(index, expected: "\(role) (\(expected))", found: "\(tensor[i])")
            }
        }
    }

    /// Checks an attribute of a layer against a list of integers, `fallback` standing for an absent one.
    func expect(
        _ source: Source, attribute: String, _ values: [Int], fallback: [Int]? = nil
    ) throws(CheckpointError) {
        let text = graph.layers[source.layer].attributes[attribute]
        let found = text.map { integerList($0) ?? [] } ?? fallback
        guard found == values else {
            throw graph.unexpected(source.layer, expected: "\(attribute) \(values)", found: text ?? "nothing")
        }
    }

    /// Checks the declared extents of an output.
    func expect(_ source: Source, shape: [Int]) throws(CheckpointError) {
        let found = graph.shape(source)
        guard found == shape else {
            throw graph.unexpected(source.layer, expected: "shape \(shape)", found: "shape \(found)")
        }
    }

    /// Checks that integer arithmetic on shapes comes to `values`, where −1 in the graph stands for any one.
    mutating func expect(
        _ source: Source, toCompute values: [Int], role: String
    ) throws(CheckpointError) {
        let found = try evaluate(source, depth: 0)
        guard found.count == values.count, zip(found, values).allSatisfy({ $0 == $1 || $0 == -1 }),
            found.count(where: { $0 == -1 }) <= 1
        else { throw graph.unexpected(source.layer, expected: "\(role) \(values)", found: "\(found)") }
    }

    /// Computes the few integer operations with which exporters write shapes.
    private mutating func evaluate(_ source: Source, depth: Int) throws(CheckpointError) -> [Int] {
        if let known = integers[source] { return known }
        let layer = graph.layers[source.layer]
        guard depth < 16, source.output == 0 else {
            throw graph.unexpected(source.layer, expected: "a short computation of a shape")
        }
        var operands: [[Int]] = []
        // The shape of features needs no look at how they are computed; that of a shape does.
        if layer.type != "ShapeOf"
            || layer.inputs.contains(where: { graph.layers[$0.layer].type == "Concat" })
        {
            for input in layer.inputs { operands.append(try evaluate(input, depth: depth + 1)) }
        }
        visited.insert(source.layer)
        let value: [Int]?
        switch (layer.type, operands.count) {
        case ("Const", 0): value = try graph.integers(ofLayer: source.layer)
        case ("ShapeOf", 0) where layer.inputs.count == 1: value = graph.shape(layer.inputs[0])
        case ("ShapeOf", 1): value = [operands[0].count]
        case ("Concat", 1...): value = operands.flatMap { $0 }
        case ("Unsqueeze", 2): value = operands[0].count == 1 && operands[1] == [0] ? operands[0] : nil
        case ("Gather", 3):
            let (list, index) = (operands[0], operands[1])
            value =
                operands[2] == [0] && index.count == 1 && list.indices.contains(index[0])
                ? [list[index[0]]] : nil
        case ("Broadcast", 2):
            let extents = operands[1]
            value =
                operands[0].count == 1 && extents.count == 1 && (0...8).contains(extents[0])
                ? Array(repeating: operands[0][0], count: extents[0]) : nil
        default: value = nil
        }
        guard let value, value.count <= 8 else {
            throw graph.unexpected(source.layer, expected: "a computation of a shape")
        }
        integers[source] = value
        return value
    }

    /// Checks that the walk has met every layer of the graph.
    func finish() throws(CheckpointError) {
        guard let stray = graph.layers.indices.first(where: { !visited.contains($0) }) else { return }
        let layer = graph.layers[stray]
        throw CheckpointError(
            file: graph.file, problem: .unusedLayer(layer: layer.name, type: layer.type))
    }
}
