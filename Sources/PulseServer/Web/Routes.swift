import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Every address of the server: method, path in OpenAPI's terms, and what answers.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, WebContext) async throws -> Response

    var method: HTTPRequest.Method
    var path: String
    var handler: Handler

    init(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        (self.method, self.path, self.handler) = (method, path, handler)
    }
}

/// What the routes work with.
struct WebServices: Sendable {
    let store: Store
    let board: JobBoard
    let looks: LookDesk
    let doorkeeper: Doorkeeper
    let counter: RequestCounter
    let settings: ServerSettings
    let streams = StreamCounter()
    let started = Date()

    static let base = "/api/v1"

    var routes: [Route] { pageRoutes + aboutRoutes + pictureRoutes + jobRoutes + fileRoutes }

    func router(_ logger: Logger) -> Router<WebContext> {
        let routes = routes
        let router = Router(context: WebContext.self)
        router.add(middleware: Gate(doorkeeper: doorkeeper, routes: routes, counter: counter, logger: logger))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await route.handler(request, context)
            }
        }
        return router
    }
}

extension [Route] {
    /// What an address can be asked for, in order; empty for one that there is not.
    func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/")
        return filter { route in
            let names = route.path.split(separator: "/")
            return names.count == parts.count
                && zip(names, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }.map(\.method.rawValue).sorted()
    }
}

extension Request {
    /// The body as JSON of a known form; an empty one is an empty object.
    /// - Throws: `Problem`.
    func decoded<Body: Decodable>(_ type: Body.Type, _ context: WebContext) async throws -> Body {
        let bytes = try await bytes(upTo: 64 << 10, context)
        if let type = headers[.contentType], !bytes.isEmpty, !type.lowercased().hasPrefix("application/json")
        {
            throw Problem(
                .unsupportedType, "The request's body must be JSON, with the content type application/json.")
        }
        do {
            return try JSONDecoder().decode(type, from: bytes.isEmpty ? Data("{}".utf8) : Data(bytes))
        } catch {
            throw Problem(
                .badOption, "The request's body has not the form that is expected: \(reason(of: error)).")
        }
    }

    /// The whole body.
    /// - Throws: `Problem`; the connection is closed where there is more than the limit.
    func bytes(upTo limit: Int, _ context: WebContext) async throws -> [UInt8] {
        if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit {
            throw tooLarge(limit, context)
        }
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                do {
                    let buffer = try await body.collect(upTo: limit)
                    return Array(buffer.readableBytesView)
                } catch is NIOTooManyBytesError {
                    throw tooLarge(limit, context)
                }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(60))
                throw hangingUp(Problem(.badRequest, "The request took too long."), context)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private func tooLarge(_ limit: Int, _ context: WebContext) -> Problem {
        let size = limit >= 1 << 20 ? "\(limit >> 20) MB" : "\(limit >> 10) kB"
        return hangingUp(Problem(.tooLarge, "The request is larger than \(size)."), context)
    }

    /// What a client sends besides is not waited for: the answer is written, then the connection closes.
    private func hangingUp(_ problem: Problem, _ context: WebContext) -> Problem {
        var problem = problem
        problem.headers["Connection"] = "close"
        let channel = context.channel
        channel.eventLoop.scheduleTask(in: .milliseconds(500)) { channel.close(promise: nil) }
        return problem
    }
}

private func reason(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it is not JSON" }
    switch error {
    case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
        return "'\(context.codingPath.last?.stringValue ?? "it")' has the wrong form"
    case .dataCorrupted(let context):
        return context.codingPath.isEmpty ? "it is not JSON" : context.debugDescription
    @unknown default: return "it is damaged"
    }
}

/// A time as clients read it.
func timestamp(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
