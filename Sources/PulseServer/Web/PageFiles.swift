import CPage
import Files
import Foundation
import HTTPTypes
import Hummingbird

/// The page's files, which are inside the program: they are there wherever it is installed.
enum PageFiles {
    static let openAPI = bytes("openapi.json")
    static let example = bytes("example.png")

    /// Names of all files.
    static var names: [String] { (0..<cpage_count()).map { String(cString: cpage_name($0)) } }

    /// A file's bytes; empty where there is none of that name.
    static func bytes(_ name: String) -> [UInt8] {
        for index in 0..<cpage_count() where String(cString: cpage_name(index)) == name {
            var count = 0
            let start = cpage_bytes(index, &count)
            return Array(UnsafeBufferPointer(start: start, count: count))
        }
        return []
    }

    static func response(_ bytes: [UInt8], type: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-cache", .eTag: "\"\(sha256(of: Data(bytes)))\"",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func type(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "json": "application/json"
        default: "application/octet-stream"
        }
    }
}

extension WebServices {
    var pageRoutes: [Route] {
        // The page finds its way from its address.
        ["/", "/history", "/jobs/{id}"].map { path in
            Route(.get, path) { _, _ in
                PageFiles.response(PageFiles.bytes("index.html"), type: PageFiles.type(of: "index.html"))
            }
        } + [
            Route(.get, "/page/{name}") { request, context in
                let bytes = PageFiles.bytes(context.id("name"))
                guard !bytes.isEmpty else { throw Self.noFile }
                let response = PageFiles.response(bytes, type: PageFiles.type(of: context.id("name")))
                guard request.headers[.ifNoneMatch] != response.headers[.eTag] else {
                    return Response(status: .notModified, headers: response.headers)
                }
                return response
            },
            Route(.get, "/favicon.ico") { _, _ in
                PageFiles.response(PageFiles.bytes("icon.svg"), type: PageFiles.type(of: "icon.svg"))
            },
        ]
    }
}
