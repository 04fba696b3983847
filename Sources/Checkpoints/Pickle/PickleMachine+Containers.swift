extension PickleMachine {
    /// Makes or fills a container; false if the instruction is of another kind.
    func container(_ opcode: PickleOpcode) throws(CheckpointError) -> Bool {
        switch opcode {
        case .emptyTuple: try pushNode(.init(kind: .tuple))
        case .tuple: try pushNode(.init(kind: .tuple, children: popToMark()))
        case .tuple1: try pushTuple(1)
        case .tuple2: try pushTuple(2)
        case .tuple3: try pushTuple(3)
        case .emptyList: try pushNode(.init(kind: .list))
        case .list: try pushNode(.init(kind: .list, children: popToMark()))
        case .append: try extend([pop()], .list)
        case .appends: try extend(popToMark(), .list)
        case .emptyDictionary: try pushNode(.init(kind: .dictionary))
        case .dictionary: try pushNode(.init(kind: .dictionary, children: pairs(popToMark())))
        case .setItem:
            let value = try pop()
            try extend([pop(), value], .dictionary)
        case .setItems: try extend(pairs(popToMark()), .dictionary)
        case .emptySet: try pushNode(.init(kind: .set))
        case .addItems: try extend(popToMark(), .set)
        case .frozenSet: try pushNode(.init(kind: .set, children: popToMark()))
        default: return false
        }
        return true
    }

    private func pushTuple(_ count: Int) throws(CheckpointError) {
        var items: [PickleItem] = []
        for _ in 0..<count { items.append(try pop()) }
        try pushNode(.init(kind: .tuple, children: items.reversed()))
    }

    private func pairs(_ items: [PickleItem]) throws(CheckpointError) -> [PickleItem] {
        guard items.count % 2 == 0 else { throw syntax("as many values as keys") }
        return items
    }

    /// Adds elements to the container on top of the stack: one of that kind, or an object derived from it.
    private func extend(
        _ items: [PickleItem], _ kind: PickleGraph.Node.Kind
    ) throws(CheckpointError) {
        guard case .node(let index) = try top(), accepts(graph[index].kind, kind) else {
            throw syntax("a container to fill")
        }
        try spend(\.items, items.count, .items, PickleLimits.items)
        graph.nodes[Int(index)].children += items
    }

    private func accepts(_ target: PickleGraph.Node.Kind, _ kind: PickleGraph.Node.Kind) -> Bool {
        switch target {
        case kind: true
        case .call(.orderedDictionary), .object(.orderedDictionary), .call(.easyDictionary),
            .object(.easyDictionary), .call(.dictionary), .call(.reconstructor):
            kind == .dictionary
        default: false
        }
    }
}
