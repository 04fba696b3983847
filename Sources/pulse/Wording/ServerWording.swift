import Files
import PulseServer

extension StoreError: Worded {
    var wording: String {
        switch self {
        case .inUse(let folder):
            "\(folder.string): another 'pulse serve' is using this folder. Stop it, or give this one another --folder."
        }
    }
}

extension ServerError: Worded {
    var wording: String {
        switch self {
        case .cannotListen(let host, let port, let code):
            "cannot listen on \(host), port \(port) (\(systemMessage(code))). Another server may be there: choose another --port, or 0 for a free one."
        }
    }
}
