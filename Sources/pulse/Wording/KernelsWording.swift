import Engine

extension KernelsError: Worded {
    var wording: String {
        let runs = "this processor runs " + list(Kernels.available.map(\.name))
        switch self {
        case .unknown(let name):
            return
                "PULSE_KERNELS is '\(name)', which names no kernels. There are \(list(Kernels.names)); \(runs)."
        case .unavailable(let name):
            return "PULSE_KERNELS is '\(name)', but \(runs). Choose one of these, or unset the variable."
        }
    }

    private func list(_ names: [String]) -> String {
        guard names.count > 1 else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }
}
