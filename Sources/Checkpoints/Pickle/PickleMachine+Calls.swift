extension PickleMachine {
    /// Writes down a name or a call; false if the instruction is of another kind.
    func call(_ opcode: PickleOpcode) throws(CheckpointError) -> Bool {
        switch opcode {
        case .global: try pushGlobal(module: text(line()), name: text(line()))
        case .instance:
            // Refused either way; the name is what the reader of the message needs.
            let (module, name) = (try text(line()), try text(line()))
            _ = try global(module: module, name: name)
            throw syntax("no instance in the manner of protocol 0")
        case .stackGlobal:
            let name = try popName()
            try pushGlobal(module: popName(), name: name)
        case .reduce:
            let arguments = try popTuple()
            let global = try popGlobal()
            try pushNode(.init(kind: .call(global), arguments: arguments))
        case .newObject:
            let arguments = try popTuple()
            let global = try popGlobal()
            try pushNode(.init(kind: .object(global), arguments: arguments))
        case .newObjectKeywords:
            guard case .node(let keywords) = try pop(), graph[keywords].kind == .dictionary,
                graph[keywords].children.isEmpty
            else { throw syntax("no keyword arguments") }
            let arguments = try popTuple()
            let global = try popGlobal()
            try pushNode(.init(kind: .object(global), arguments: arguments))
        case .build:
            let state = try pop()
            guard case .node(let index) = try top(), takesState(graph[index]) else {
                throw syntax("an object without a state")
            }
            graph.nodes[Int(index)].state = state
        case .persistent: try pushNode(.init(kind: .persistent, arguments: popTuple()))
        default: return false
        }
        return true
    }

    private func takesState(_ node: PickleGraph.Node) -> Bool {
        guard node.state == nil else { return false }
        switch node.kind {
        case .call, .object: return true
        case .list, .tuple, .set, .dictionary, .persistent: return false
        }
    }

    private func pushGlobal(module: String, name: String) throws(CheckpointError) {
        guard graph.globals.count < PickleLimits.globals else {
            throw error(.pickleLimit(.globals, limit: PickleLimits.globals))
        }
        graph.globals.append(try global(module: module, name: name))
        try push(.global(Int32(graph.globals.count - 1)))
    }

    private func global(module: String, name: String) throws(CheckpointError) -> PickleGlobal {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw error(refusal(module: module, name: name))
        }
        return global
    }

    /// What a name that is not on the list tells of the file.
    private func refusal(module: String, name: String) -> CheckpointError.Problem {
        let package = module.prefix { $0 != "." }
        if package == "__torch__" { return .torchScript }
        // Whoever asks for these wants something else.
        let isSystem = [
            "os", "posix", "nt", "sys", "subprocess", "builtins", "__builtin__", "pickle", "_pickle",
            "functools",
            "importlib", "runpy", "shutil", "socket", "commands", "ctypes", "marshal", "code", "pty",
            "webbrowser",
        ].contains(package)
        return !isSystem && mentions("_parameters") && mentions("_modules")
            ? .wholeModule(module: module, name: name) : .refusedName(module: module, name: name)
    }

    /// Whether a text stands somewhere in the first megabyte behind the present position.
    private func mentions(_ text: StaticString) -> Bool {
        let part = bytes[position..<min(position + 1 << 20, bytes.count)]
        return text.withUTF8Buffer { wanted in
            part.indices.contains { part[$0] == wanted[0] && part[$0...].starts(with: wanted) }
        }
    }

    private func popName() throws(CheckpointError) -> String {
        switch try pop() {
        case .text(let slice), .string(let slice):
            let range = graph.range(slice)
            guard range.count <= PickleLimits.name else { throw syntax("a shorter name") }
            return try text(range)
        default: throw syntax("a name")
        }
    }

    private func popGlobal() throws(CheckpointError) -> PickleGlobal {
        guard case .global(let index) = try pop() else { throw syntax("a name to call") }
        return graph.globals[Int(index)]
    }

    private func popTuple() throws(CheckpointError) -> PickleItem {
        let item = try pop()
        guard case .node(let index) = item, graph[index].kind == .tuple else { throw syntax("a tuple") }
        return item
    }
}
