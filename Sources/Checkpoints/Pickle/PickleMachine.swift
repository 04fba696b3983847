/// Reads the instructions of a pickle and writes down what they describe. Nothing is executed: a call becomes
/// a node of the graph, and every name must be on the list of ``PickleGlobal``.
///
/// A class, because a value type would be copied, stack and all, in the midst of a million small steps.
final class PickleMachine {
    var graph: PickleGraph
    var budget: PickleBudget
    var position: Int
    let bytes: UnsafeRawBufferPointer

    private(set) var stack: [PickleItem] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleItem] = [:]

    /// Reads one pickle.
    ///
    /// - Parameters:
    ///   - range: the part of the file in which it must lie; it begins at its start.
    ///   - budget: what it may use; reduced by what it uses.
    /// - Throws: ``CheckpointError`` for an instruction or a name that is not on the lists, for a limit that
    ///   is exceeded, and for everything that does not fit together.
    static func graph(
        of file: FileBytes, in range: Range<Int>, budget: inout PickleBudget
    ) throws(CheckpointError) -> PickleGraph {
        let machine = try file.withBytes { bytes throws(CheckpointError) in
            let part = UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound])
            let machine = PickleMachine(file: file, bytes: part, start: range.lowerBound, budget: budget)
            try machine.run()
            return machine
        }
        budget = machine.budget
        machine.graph.end = machine.position
        try machine.graph.checkWalkable()
        return machine.graph
    }

    private init(file: FileBytes, bytes: UnsafeRawBufferPointer, start: Int, budget: PickleBudget) {
        graph = PickleGraph(file: file)
        self.budget = budget
        self.bytes = bytes
        position = start
    }

    private func run() throws(CheckpointError) {
        while true {
            let offset = position
            let code = try take(1)[0]
            try spend(\.instructions, 1, .instructions, PickleLimits.instructions)
            guard let opcode = PickleOpcode(rawValue: code) else {
                throw error(.pickleOpcode(offset: offset, code: code))
            }
            if opcode == .stop { break }
            if try control(opcode) { continue }
            if try constant(opcode) { continue }
            if try container(opcode) { continue }
            guard try call(opcode) else { throw error(.pickleOpcode(offset: offset, code: code)) }
        }
        guard marks.isEmpty, stack.count == 1 else { throw syntax("one value at the end") }
        graph.root = stack[0]
    }

    // MARK: The stack and the memo

    private func control(_ opcode: PickleOpcode) throws(CheckpointError) -> Bool {
        switch opcode {
        case .version:
            guard try take(1)[0] <= 5 else { throw syntax("protocol 5 or older") }
        case .frame:
            let length = try unsigned(8)
            guard length <= bytes.count - position else {
                throw error(.truncated(needed: length, available: bytes.count - position))
            }
        case .mark:
            guard marks.count < PickleLimits.stack else {
                throw error(.pickleLimit(.stack, limit: PickleLimits.stack))
            }
            marks.append(stack.count)
        case .pop:
            if stack.count == marks.last { marks.removeLast() } else { _ = try pop() }
        case .popMark: _ = try popToMark()
        case .duplicate: try push(top())
        case .putLine: try remember(at: decimalLine())
        case .put8: try remember(at: unsigned(1))
        case .put32: try remember(at: unsigned(4))
        case .memoize: try remember(at: memo.count)
        case .getLine: try recall(decimalLine())
        case .get8: try recall(unsigned(1))
        case .get32: try recall(unsigned(4))
        default: return false
        }
        return true
    }

    private func remember(at index: Int) throws(CheckpointError) {
        memo[index] = try top()
        guard memo.count <= PickleLimits.memo else {
            throw error(.pickleLimit(.memo, limit: PickleLimits.memo))
        }
    }

    private func recall(_ index: Int) throws(CheckpointError) {
        guard let item = memo[index] else { throw syntax("a value that was remembered") }
        try push(item)
    }

    func push(_ item: PickleItem) throws(CheckpointError) {
        guard stack.count < PickleLimits.stack else {
            throw error(.pickleLimit(.stack, limit: PickleLimits.stack))
        }
        stack.append(item)
    }

    /// The top of the stack, above the last mark.
    func top() throws(CheckpointError) -> PickleItem {
        guard stack.count > marks.last ?? 0, let item = stack.last else { throw syntax("a value") }
        return item
    }

    func pop() throws(CheckpointError) -> PickleItem {
        let item = try top()
        stack.removeLast()
        return item
    }

    /// Everything above the last mark, and the mark itself.
    func popToMark() throws(CheckpointError) -> [PickleItem] {
        guard let start = marks.popLast() else { throw syntax("a mark") }
        // A slice would share the stack and make every removal a copy of all of it.
        var items: [PickleItem] = []
        items.reserveCapacity(stack.count - start)
        for index in start..<stack.count { items.append(stack[index]) }
        stack.removeLast(items.count)
        return items
    }

    // MARK: The arena

    func pushNode(_ node: PickleGraph.Node) throws(CheckpointError) {
        try spend(\.nodes, 1, .nodes, PickleLimits.nodes)
        try spend(\.items, node.children.count, .items, PickleLimits.items)
        graph.nodes.append(node)
        try push(.node(Int32(graph.nodes.count - 1)))
    }

    func spend(
        _ what: WritableKeyPath<PickleBudget, Int>, _ count: Int, _ kind: CheckpointError.PickleLimit,
        _ limit: Int
    ) throws(CheckpointError) {
        guard budget[keyPath: what] >= count else { throw error(.pickleLimit(kind, limit: limit)) }
        budget[keyPath: what] -= count
    }

    // MARK: Bytes

    /// The next bytes; checked against the file before anything is done with them.
    func take(_ count: Int) throws(CheckpointError) -> UnsafeRawBufferPointer {
        guard count <= bytes.count - position else {
            throw error(.truncated(needed: count, available: bytes.count - position))
        }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// An unsigned little-endian number of up to eight bytes, as far as an `Int` reaches.
    func unsigned(_ count: Int) throws(CheckpointError) -> Int {
        Int(clamping: try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// The range of the bytes up to the next line feed, which is skipped.
    func line() throws(CheckpointError) -> Range<Int> {
        let start = position
        let limit = min(bytes.count, start + PickleLimits.name)
        guard let end = bytes[start..<limit].firstIndex(of: 0x0A) else { throw syntax("a line") }
        position = end + 1
        return start..<end
    }

    func text(_ range: Range<Int>) throws(CheckpointError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw syntax("text in UTF-8")
        }
        return text
    }

    private func decimalLine() throws(CheckpointError) -> Int {
        guard let value = Int(try text(line())), value >= 0 else { throw syntax("a number") }
        return value
    }

    func error(_ problem: CheckpointError.Problem) -> CheckpointError {
        CheckpointError(file: graph.file.name, problem: problem)
    }

    func syntax(_ expected: String) -> CheckpointError {
        error(.pickleSyntax(offset: position, expected: expected))
    }
}
