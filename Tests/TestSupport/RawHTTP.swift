import Foundation

/// HTTP/1.1 over a socket, byte by byte as a test writes it: what a well-behaved library would not send can be sent.
public struct RawHTTP: Sendable {
    public struct Answer: Sendable, CustomStringConvertible {
        public var status: Int
        /// Names in lower case.
        public var headers: [String: String]
        public var body: [UInt8]

        public var text: String { String(decoding: body, as: UTF8.self) }
        public var description: String { "\(status) \(headers)\n\(text.prefix(600))" }

        public func json() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
        }
    }

    public var port: Int
    /// Sent with every request unless it names them itself.
    public var headers: [String: String]

    public init(port: Int, headers: [String: String] = [:]) { (self.port, self.headers) = (port, headers) }

    /// Sends a request and reads the whole answer.
    /// - Parameter headers: an empty value leaves one of the usual ones out.
    public func request(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8] = []
    ) throws -> Answer {
        var all = ["Host": "127.0.0.1:\(port)", "Connection": "close"]
        if !body.isEmpty || ["POST", "PUT"].contains(method) { all["Content-Length"] = "\(body.count)" }
        all.merge(self.headers) { $1 }
        all.merge(headers) { $1 }
        let lines = all.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map {
            "\($0.key): \($0.value)\r\n"
        }
        return try exchange(Array("\(method) \(path) HTTP/1.1\r\n\(lines.joined())\r\n".utf8) + body)
    }

    public func json(
        _ method: String, _ path: String, _ value: [String: Any] = [:], headers: [String: String] = [:]
    )
        throws -> Answer
    {
        try request(
            method, path, headers: ["Content-Type": "application/json"].merging(headers) { $1 },
            body: Array(try JSONSerialization.data(withJSONObject: value)))
    }

    /// Sends bytes and reads until the server closes, for at most 20 seconds.
    public func exchange(_ bytes: [UInt8]) throws -> Answer {
        let socket = try connect()
        defer { close(socket) }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // A server that has heard enough closes; its answer is there all the same.
            guard count > 0 else { break }
            sent += count
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        return try RawHTTP.answer(received)
    }

    /// A socket that is connected, and gives up after 20 seconds of silence.
    public func connect() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw NoAnswer(reason: String(cString: strerror(errno)))
        }
        return descriptor
    }

    public struct NoAnswer: Error { public var reason: String }

    private static func answer(_ bytes: [UInt8]) throws -> Answer {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw NoAnswer(reason: "no head")
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw NoAnswer(reason: lines[0]) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 {
                headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        var body = Array(bytes[end.upperBound...])
        if headers["transfer-encoding"] == "chunked" { body = unchunked(body) }
        return Answer(status: status, headers: headers, body: body)
    }

    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var (rest, result): (ArraySlice<UInt8>, [UInt8]) = (bytes[...], [])
        while let end = rest.firstRange(of: Array("\r\n".utf8)),
            let count = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16), count > 0
        {
            let start = end.upperBound
            guard rest.endIndex >= start + count else { break }
            result += rest[start..<start + count]
            rest = rest[min(start + count + 2, rest.endIndex)...]
        }
        return result
    }
}
