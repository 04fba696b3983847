import Files
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Lets in who may come in, and gives every answer what it needs: the outermost of all.
///
/// A page of another site can make a browser send requests here, and a name that is made to lead here can read the answers.
/// So the name asked for has to be one of ours, changes have to come from our own page, and everybody shows the secret.
struct Gate: RouterMiddleware {
    let doorkeeper: Doorkeeper
    let routes: [Route]
    let counter: RequestCounter
    let logger: Logger

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        var response: Response
        do {
            context.client = try doorkeeper.client(of: request)
            response = try await next(request, context)
        } catch let problem as Problem {
            response = answer(problem)
        } catch let error as HTTPError {
            response = answer(problem(for: error, request))
        } catch is CancellationError {
            response = answer(Problem(.failed, "The server is ending."))
        } catch {
            logger.error("a request failed", metadata: ["error": "\(type(of: error))"])
            response = answer(Problem(.failed, "This could not be done; the server's log says more."))
        }
        for (name, value) in Gate.headers { response.headers[named: name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        counter.count(response.status.code)
        return response
    }

    /// The router's own errors; it knows no other for an address that is asked for what it cannot do.
    private func problem(for error: HTTPError, _ request: Request) -> Problem {
        switch error.status {
        case .notFound:
            let allowed = routes.methods(at: request.uri.path).joined(separator: ", ")
            guard allowed.isEmpty else {
                return Problem(
                    .methodNotAllowed, "This address knows \(allowed) only.", headers: ["Allow": allowed])
            }
            return Problem(.notFound, "There is nothing at this address.")
        case .contentTooLarge: return Problem(.tooLarge, "The request is too large.")
        case .badRequest: return Problem(.badRequest, "The request is not understood.")
        default: return Problem(.failed, "This could not be done.")
        }
    }

    private static let headers = [
        "Content-Security-Policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
            + "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    ]
}

/// A problem as an answer.
func answer(_ problem: Problem) -> Response {
    var response = json(problem, status: .init(code: problem.kind.status))
    response.headers[.contentType] = "application/problem+json"
    for (name, value) in problem.headers { response.headers[named: name] = value }
    return response
}

/// A value as JSON.
func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(value)) ?? Data("{}".utf8)
    return Response(
        status: status, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(bytes: data)))
}

extension HTTPFields {
    /// The value of a header that the library has no name for.
    subscript(named name: String) -> String? {
        get { HTTPField.Name(name).flatMap { self[$0] } }
        set { if let name = HTTPField.Name(name) { self[name] = newValue } }
    }
}

/// Knows who may come in.
final class Doorkeeper: @unchecked Sendable {
    private let token: String?
    private let lock = NSLock()
    /// Names with the port, in lower case, under which the server may be asked for.
    private var authorities: Set<String> = []
    private var port = 0
    private let names: [String]
    /// Cookies that were given out; they die with the server.
    private var sessions: Set<String> = []

    init(token: String?, names: [String]) { (self.token, self.names) = (token, names) }

    /// Says which port the server has got.
    func open(port: Int) {
        lock.withLock {
            self.port = port
            authorities = Set(
                names.flatMap { name in
                    // Browsers leave the usual port out.
                    port == 80 ? ["\(name):80", name] : ["\(name):\(port)"]
                }.map { $0.lowercased() })
        }
    }

    /// Takes the secret.
    /// - Returns: the cookie for later requests.
    /// - Throws: `Problem`.
    func admit(_ given: String) throws(Problem) -> String {
        guard let token else { return cookie(Self.noToken) }
        guard Self.areEqual(given, token) else {
            throw Problem(
                .unauthorized, "This is not the secret. Open the address that 'pulse serve' printed.")
        }
        let session = ServerSettings.secret()
        lock.withLock { _ = sessions.insert(session) }
        return cookie(session)
    }

    private func cookie(_ session: String) -> String {
        "pulse-\(lock.withLock { port })=\(session); Path=/; HttpOnly; SameSite=Strict"
    }

    private static let noToken = "nobody"

    /// - Returns: to whom the request's jobs are counted; empty for what everybody may see.
    /// - Throws: `Problem`.
    func client(of request: Request) throws(Problem) -> String {
        try checkName(request)
        try checkOrigin(request)
        guard request.uri.path.hasPrefix("/api/"), !Self.isOpen(request) else { return "" }
        guard let token else { return Self.noToken }
        if let authorization = request.headers[.authorization] {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer", Self.areEqual(String(parts[1]), token)
            else {
                throw Self.unknown
            }
            return "bearer"
        }
        let (name, known) = lock.withLock { ("pulse-\(port)", sessions) }
        for part in (request.headers[.cookie] ?? "").split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            if pair.count == 2, pair[0] == name, known.contains(pair[1]) { return pair[1] }
        }
        throw Self.unknown
    }

    private static let unknown = Problem(
        .unauthorized, "Open the address that 'pulse serve' printed, or send its secret as a bearer token.",
        headers: ["WWW-Authenticate": "Bearer"])

    private static func isOpen(_ request: Request) -> Bool {
        (request.method == .post && request.uri.path == "/api/v1/session")
            || (request.method == .get && request.uri.path == "/api/v1/openapi.json")
    }

    private func checkName(_ request: Request) throws(Problem) {
        // A second one stays where the library puts no first.
        let others = request.headers.filter { $0.name.canonicalName == "host" }.map(\.value)
        guard let name = request.head.authority?.lowercased(),
            others.isEmpty || others.allSatisfy({ $0.lowercased() == name })
        else {
            throw Problem(.badRequest, "The request does not say whom it is for.")
        }
        guard lock.withLock({ authorities.contains(name) }) else {
            throw Problem(.forbidden, "This server is not asked for by that name.")
        }
    }

    private func checkOrigin(_ request: Request) throws(Problem) {
        let site = request.headers[named: "Sec-Fetch-Site"]
        let isChange = ![.get, .head].contains(request.method)
        let isAPI = request.uri.path.hasPrefix("/api/")
        // A link from elsewhere to the page is fine, and nothing else.
        if let site, site != "same-origin", site != "none", isChange || isAPI {
            throw Problem(.forbidden, "Requests from other sites are not taken.")
        }
        guard let origin = request.headers[.origin], isChange || isAPI else { return }
        guard let authority = request.head.authority,
            origin.lowercased() == "http://" + authority.lowercased()
        else {
            throw Problem(.forbidden, "Requests from other sites are not taken.")
        }
    }

    /// In a time that does not tell where they differ.
    static func areEqual(_ one: String, _ other: String) -> Bool {
        let (a, b) = (sha256(of: Data(one.utf8)), sha256(of: Data(other.utf8)))
        return zip(a.utf8, b.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// How many requests were answered, by their status.
final class RequestCounter: @unchecked Sendable {
    private let lock = NSLock()
    private var counts: [Int: Int] = [:]

    func count(_ status: Int) { lock.withLock { counts[status, default: 0] += 1 } }
    var all: [Int: Int] { lock.withLock { counts } }
}
