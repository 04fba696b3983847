import Foundation

extension OpenVINOGraph {
    /// Largest accepted description (.xml) and weights (.bin), in bytes.
    public static let descriptionLimit = 64 << 20
    public static let weightsLimit = 2 << 30

    /// Builds the graph from the two files of an OpenVINO IR, version 10.
    ///
    /// - Throws: ``CheckpointError`` for XML that is malformed, declares entities or a document type; ids,
    ///   ports or edges that do not fit together; cycles; constants that do not lie inside `weights` or
    ///   disagree with their shape.
    public init(description: FileBytes, weights: FileBytes) throws(CheckpointError) {
        let document = try OpenVINODocument(parsing: description)
        guard document.version == "10" else {
            throw CheckpointError(file: description.name, problem: .irVersion(found: document.version))
        }
        name = document.name
        file = description.name
        self.weights = weights
        let inputs = try document.resolvedInputs(file: description.name)
        var layers: [Layer] = []
        for (raw, sources) in zip(document.layers, inputs) {
            let constant =
                raw.type == "Const"
                ? try Self.constant(raw, weights: weights, file: description.name) : nil
            if let constant, raw.outputs.count != 1 || raw.outputs[0].shape != constant.shape {
                throw CheckpointError(
                    file: description.name,
                    problem: .irEdge(layer: raw.name, reason: "declares another shape than its output"))
            }
            layers.append(
                Layer(
                    name: raw.name, type: raw.type, attributes: raw.attributes, inputs: sources,
                    outputShapes: raw.outputs.map(\.shape), constant: constant))
        }
        self.layers = layers
        try checkAcyclic()
    }

    private static func constant(
        _ raw: OpenVINODocument.RawLayer, weights: FileBytes, file: String
    ) throws(CheckpointError) -> Constant {
        func error(_ problem: CheckpointError.Problem) -> CheckpointError {
            CheckpointError(file: file, problem: problem)
        }
        let typeName = raw.attributes["element_type"] ?? ""
        guard let type = ElementType(openVINO: typeName) else {
            throw error(.unknownElementType(tensor: raw.name, type: typeName))
        }
        guard let shape = integerList(raw.attributes["shape"] ?? ""), shape.allSatisfy({ $0 >= 0 }),
            let expected = type.byteCount(ofShape: shape)
        else { throw error(.impossibleShape(tensor: raw.name)) }
        guard let offset = Int(raw.attributes["offset"] ?? ""), let size = Int(raw.attributes["size"] ?? "")
        else { throw error(.irEdge(layer: raw.name, reason: "has no offset and size")) }
        guard offset >= 0, size >= 0, offset <= weights.count, size <= weights.count - offset else {
            throw error(
                .outOfRange(tensor: raw.name, offset: offset, size: size, available: weights.count))
        }
        guard size == expected else {
            throw error(.sizeMismatch(tensor: raw.name, expected: expected, found: size))
        }
        return Constant(type: type, shape: shape, offset: offset, size: size)
    }

    /// Takes layers whose inputs are all taken away, until none is left or a cycle remains.
    private func checkAcyclic() throws(CheckpointError) {
        var waiting = layers.map(\.inputs.count)
        var consumers = [[Int]](repeating: [], count: layers.count)
        for (index, layer) in layers.enumerated() {
            for source in layer.inputs { consumers[source.layer].append(index) }
        }
        var ready = waiting.indices.filter { waiting[$0] == 0 }
        var taken = 0
        while let index = ready.popLast() {
            taken += 1
            for consumer in consumers[index] {
                waiting[consumer] -= 1
                if waiting[consumer] == 0 { ready.append(consumer) }
            }
        }
        guard taken == layers.count else { throw CheckpointError(file: file, problem: .irCycle) }
    }
}

extension OpenVINODocument {
    /// For every layer, the source of each of its inputs in the order of the ports.
    func resolvedInputs(file: String) throws(CheckpointError) -> [[OpenVINOGraph.Source]] {
        var position: [Int: Int] = [:]
        for (index, layer) in layers.enumerated() {
            guard position.updateValue(index, forKey: layer.id) == nil else {
                throw CheckpointError(
                    file: file, problem: .irEdge(layer: layer.name, reason: "has the id of another layer"))
            }
        }
        var inputs = layers.map { [OpenVINOGraph.Source?](repeating: nil, count: $0.inputs.count) }
        for edge in edges {
            guard let from = position[edge.fromLayer], let to = position[edge.toLayer] else {
                let known = position[edge.fromLayer] ?? position[edge.toLayer]
                let name = known.map { layers[$0].name } ?? "\(edge.fromLayer)"
                throw CheckpointError(
                    file: file,
                    problem: .irEdge(layer: name, reason: "has an edge to a layer that is not there"))
            }
            guard let output = layers[from].outputs.firstIndex(where: { $0.id == edge.fromPort }),
                let input = layers[to].inputs.firstIndex(of: edge.toPort), inputs[to][input] == nil
            else {
                throw CheckpointError(
                    file: file,
                    problem: .irEdge(
                        layer: layers[to].name, reason: "has an edge that matches no port, or two to one"))
            }
            inputs[to][input] = OpenVINOGraph.Source(layer: from, output: output)
        }
        var resolved: [[OpenVINOGraph.Source]] = []
        for (layer, sources) in zip(layers, inputs) {
            let present = sources.compactMap { $0 }
            guard present.count == sources.count else {
                throw CheckpointError(
                    file: file, problem: .irEdge(layer: layer.name, reason: "has an input without an edge"))
            }
            resolved.append(present)
        }
        return resolved
    }
}

/// A list such as "1, 512", empty text being the empty list; nil where it holds anything else.
public func integerList(_ text: String) -> [Int]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
    if parts == [""] { return [] }
    let values = parts.compactMap { Int($0) }
    return values.count == parts.count ? values : nil
}

extension ElementType {
    init?(openVINO name: String) {
        switch name {
        case "f64": self = .float64
        case "f32": self = .float32
        case "f16": self = .float16
        case "i64": self = .int64
        case "i32": self = .int32
        default: return nil
        }
    }
}
