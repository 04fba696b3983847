import Files
import Foundation
import HTTPTypes
import Hummingbird
import Imaging

extension WebServices {
    var fileRoutes: [Route] {
        [
            Route(.get, Self.base + "/jobs/{id}/files/{name}") { request, context in
                let job = try await board.job(context.id())
                let name = context.id("name")
                guard Self.isFileName(name) else { throw Self.noFile }
                let path = store.jobFolder(job.id).appending(JobFiles.folder).appending(name)
                return try fileResponse(path, request, download: "pulse-\(job.id.prefix(6))-\(name)")
            },
            Route(.get, Self.base + "/jobs/{id}/thumbnail") { request, context in
                let job = try await board.job(context.id())
                return try fileResponse(thumbnail(of: job), request)
            },
            Route(.get, Self.base + "/jobs/{id}/archive") { request, context in
                let job = try await board.job(context.id())
                guard job.progress.report != nil, job.state.isOver else { throw Self.noFile }
                let folder = store.jobFolder(job.id)
                let path = folder.appending("all.zip")
                if kind(of: path) == .missing {
                    try writeArchive(of: folder.appending(JobFiles.folder), to: path)
                }
                return try fileResponse(path, request, download: "pulse-\(job.id.prefix(6)).zip")
            },
        ]
    }

    static let noFile = Problem(.notFound, "There is no such file.")

    /// No path comes from a client: only names that this program gives, and of them only those that are there.
    static func isFileName(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && ["png", "json", "safetensors"].contains(parts[1])
            && !parts[0].isEmpty && parts[0].utf8.count <= 40
            && parts[0].utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == UInt8(ascii: "-") }
    }

    /// The first face found, small; made when it is asked for.
    private func thumbnail(of job: JobRecord) throws -> FilePath {
        let folder = store.jobFolder(job.id)
        let path = folder.appending("thumbnail.png")
        if kind(of: path) != .missing { return path }
        guard let candidate = job.progress.candidates.first(where: { $0.state == .done }) else {
            throw Self.noFile
        }
        let file = folder.appending(JobFiles.folder).appending(JobFiles.picture(candidate.number))
        guard kind(of: file) != .missing else { throw Self.noFile }
        let picture = try Picture(contentsOf: file)
        try picture.shrunk(width: min(192, picture.width), height: min(192, picture.height))
            .writePNG(to: path, provenance: nil)
        return path
    }
}

/// A file as an answer: known again by its digest, in parts where they are asked for.
/// - Parameter name: under which it is saved where the address says `?download=1`.
func fileResponse(_ path: FilePath, _ request: Request, download name: String? = nil) throws -> Response {
    guard kind(of: path) == .file else { throw WebServices.noFile }
    let bytes = try readFile(path, limit: 1 << 30)
    let tag = "\"\(sha256(of: Data(bytes)))\""
    var headers: HTTPFields = [
        .contentType: contentType(of: path), .eTag: tag, .acceptRanges: "bytes", .cacheControl: "no-store",
    ]
    if let name, request.uri.queryParameters["download"] == "1" {
        headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    }
    let known = (request.headers[.ifNoneMatch] ?? "").split(separator: ",").map {
        $0.trimmingCharacters(in: .whitespaces)
    }
    if known.contains(tag) || known == ["*"] { return Response(status: .notModified, headers: headers) }
    if let text = request.headers[.range], request.headers[.ifRange].map({ $0 == tag }) ?? true {
        switch ByteRange(text, of: bytes.count) {
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"
            return Response(
                status: .partialContent, headers: headers,
                body: .init(byteBuffer: ByteBuffer(bytes: bytes[range])))
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(bytes.count)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        case .whole: break
        }
    }
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
}

private func contentType(of path: FilePath) -> String {
    switch path.extension {
    case "png": "image/png"
    case "json": "application/json"
    case "zip": "application/zip"
    default: "application/octet-stream"
    }
}

/// What a Range header asks for (RFC 9110, 14.2). Several parts at once are answered by the whole.
enum ByteRange: Equatable {
    case whole, unsatisfiable
    case part(Range<Int>)

    init(_ text: String, of count: Int) {
        self = .whole
        guard text.lowercased().hasPrefix("bytes="), !text.contains(",") else { return }
        let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return }
        let (first, last) = (Int(ends[0]), Int(ends[1]))
        switch (ends[0].isEmpty, first, last) {
        case (true, _, let last?) where last >= 0:
            self = last == 0 || count == 0 ? .unsatisfiable : .part(max(0, count - last)..<count)
        case (false, let first?, let last) where first >= 0 && (last != nil || ends[1].isEmpty):
            if let last, last < first { return }
            self = first >= count ? .unsatisfiable : .part(first..<min(count, (last ?? count - 1) + 1))
        default: return
        }
    }
}
