/// A value as the machine handles it: small and owning nothing, so that letting go of a deep structure takes
/// no recursion.
enum PickleItem: Equatable {
    case none
    case bool(Bool)
    case integer(Int)
    case double(Double)
    /// Text in UTF-8; the number of a slice.
    case text(Int32)
    /// The `str` of Python 2, text or bytes; the number of a slice.
    case string(Int32)
    case bytes(Int32)
    /// An integer of more than 64 bits, little-endian; the number of a slice.
    case long(Int32)
    /// A name of the closed list; its number.
    case global(Int32)
    /// A container or a call; its number.
    case node(Int32)
}

/// What a pickle describes: containers and uncalled calls, in an arena, over the bytes of its file.
struct PickleGraph {
    struct Node {
        enum Kind: Equatable {
            case list, tuple, set, dictionary
            /// A call of `global` with the tuple `arguments`, left undone.
            case call(PickleGlobal)
            /// A new object of the class `global`, made with the tuple `arguments`.
            case object(PickleGlobal)
            /// A reference to something that lies beside the pickle; `arguments` says what.
            case persistent
        }

        var kind: Kind
        var arguments: PickleItem = .none
        /// What the object is given after it is made; nil if nothing is.
        var state: PickleItem?
        /// Elements; keys and values in turn for dictionaries. Calls and objects may have elements, too.
        var children: [PickleItem] = []
    }

    let file: FileBytes
    /// Byte ranges of text and bytes in the file.
    var slices: [Range<Int>] = []
    var globals: [PickleGlobal] = []
    var nodes: [Node] = []
    var root = PickleItem.none
    /// The offset behind the last instruction.
    var end = 0

    init(file: FileBytes) { self.file = file }

    subscript(node: Int32) -> Node { nodes[Int(node)] }

    func range(_ slice: Int32) -> Range<Int> { slices[Int(slice)] }
}

extension PickleGraph {
    /// Checks that the value is a tree that can be walked: no container holds itself, none is nested deeper
    /// than `PickleLimits.depth`, and shared parts, each counted as often as it is met, make at most
    /// `PickleLimits.expandedItems`.
    func checkWalkable() throws(CheckpointError) {
        guard case .node(let start) = root else { return }
        /// 0 unseen, −1 being walked, otherwise the depth.
        var depth = [Int](repeating: 0, count: nodes.count)
        var size = [Int](repeating: 0, count: nodes.count)
        var path: [(node: Int, next: Int)] = [(Int(start), 0)]
        depth[Int(start)] = -1
        size[Int(start)] = 1
        var deepest = [Int](repeating: 0, count: 1)
        while let (node, next) = path.last {
            guard let item = successor(next, of: nodes[node]) else {
                path.removeLast()
                depth[node] = deepest.removeLast() + 1
                if let parent = path.last?.node {
                    try include(depth[node], size[node], in: parent, &deepest, &size)
                }
                continue
            }
            path[path.count - 1].next += 1
            guard case .node(let child) = item else {
                size[node] += 1
                continue
            }
            switch depth[Int(child)] {
            case -1: throw CheckpointError(file: file.name, problem: .pickleCycle)
            case 0:
                depth[Int(child)] = -1
                size[Int(child)] = 1
                path.append((Int(child), 0))
                deepest.append(0)
                guard path.count <= PickleLimits.depth else {
                    throw CheckpointError(
                        file: file.name, problem: .pickleLimit(.depth, limit: PickleLimits.depth))
                }
            default: try include(depth[Int(child)], size[Int(child)], in: node, &deepest, &size)
            }
        }
    }

    private func include(
        _ depth: Int, _ count: Int, in parent: Int, _ deepest: inout [Int], _ size: inout [Int]
    ) throws(CheckpointError) {
        deepest[deepest.count - 1] = max(deepest[deepest.count - 1], depth)
        size[parent] += count
        guard size[parent] <= PickleLimits.expandedItems else {
            throw CheckpointError(
                file: file.name, problem: .pickleLimit(.expandedItems, limit: PickleLimits.expandedItems))
        }
        guard deepest.count - 1 + depth < PickleLimits.depth else {
            throw CheckpointError(
                file: file.name, problem: .pickleLimit(.depth, limit: PickleLimits.depth))
        }
    }

    /// Child number `index`, then the arguments, then the state; nil behind the last.
    private func successor(_ index: Int, of node: Node) -> PickleItem? {
        switch index - node.children.count {
        case ..<0: node.children[index]
        case 0: node.arguments
        case 1: node.state
        default: nil
        }
    }
}
