import Foundation

/// What kinds of problems there are; their types are stable, their sentences are for people.
enum ProblemKind: String, Codable, CaseIterable, Sendable {
    case badRequest = "bad-request"
    case unauthorized, forbidden
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case conflict, gone
    case tooLarge = "too-large"
    case unsupportedType = "unsupported-type"
    case unreadablePicture = "unreadable-picture"
    case noFace = "no-face"
    case badOption = "bad-option"
    case tooMany = "too-many"
    case failed
    case diskFull = "disk-full"

    var status: Int {
        switch self {
        case .badRequest: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .conflict: 409
        case .gone: 410
        case .tooLarge: 413
        case .unsupportedType: 415
        case .unreadablePicture, .noFace, .badOption: 422
        case .tooMany: 429
        case .failed: 500
        case .diskFull: 507
        }
    }

    var title: String {
        switch self {
        case .badRequest: "The request is not understood"
        case .unauthorized: "The server does not know you"
        case .forbidden: "This request is not allowed"
        case .notFound: "There is no such thing"
        case .methodNotAllowed: "This cannot be done here"
        case .conflict: "This cannot be done now"
        case .gone: "It is no longer there"
        case .tooLarge: "It is too large"
        case .unsupportedType: "This is no picture that can be read"
        case .unreadablePicture: "The picture cannot be read"
        case .noFace: "No face was found"
        case .badOption: "An option is not possible"
        case .tooMany: "Too much is waiting"
        case .failed: "Something went wrong"
        case .diskFull: "The disk is full"
        }
    }
}

/// A problem in the terms of RFC 9457.
struct Problem: Error, Codable, Equatable, Sendable {
    var kind: ProblemKind
    /// One sentence for people.
    var detail: String
    /// Further headers, by their names.
    var headers: [String: String] = [:]

    init(_ kind: ProblemKind, _ detail: String, headers: [String: String] = [:]) {
        (self.kind, self.detail, self.headers) = (kind, detail, headers)
    }

    static func badOption(_ detail: String) -> Problem { Problem(.badOption, detail) }

    private enum Key: String, CodingKey { case type, title, status, detail }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let type = try values.decode(String.self, forKey: .type)
        guard let kind = ProblemKind.allCases.first(where: { Problem.prefix + $0.rawValue == type }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: values, debugDescription: "unknown type")
        }
        self.init(kind, try values.decode(String.self, forKey: .detail))
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(Problem.prefix + kind.rawValue, forKey: .type)
        try values.encode(kind.title, forKey: .title)
        try values.encode(kind.status, forKey: .status)
        try values.encode(detail, forKey: .detail)
    }

    private static let prefix = "urn:pulse:problem:"
}
