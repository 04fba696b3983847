import CVips
import Foundation

/// The formats of animations: WebP, lossy, which libvips writes, and PNG, whose frames are put together here.
public enum AnimationFormat: String, CaseIterable, Sendable, Codable {
    case webp, png
}

/// Pictures of one size that are shown one after another, over and over.
public struct Animation: Sendable {
    /// At least one.
    public var frames: [Picture]
    /// How long each is shown, in milliseconds.
    public var milliseconds: [Int]

    public init(frames: [Picture], milliseconds: [Int]) {
        precondition(!frames.isEmpty && frames.count == milliseconds.count, "a time for each frame")
        precondition(
            frames.allSatisfy { $0.width == frames[0].width && $0.height == frames[0].height },
            "frames of one size")
        self.frames = frames
        self.milliseconds = milliseconds
    }

    /// - Parameter provenance: what the file says of where its pictures come from, as XMP.
    /// - Throws: `PictureError` where it cannot be encoded.
    public func encoded(as format: AnimationFormat, provenance: Provenance?) throws(PictureError) -> Data {
        switch format {
        case .webp: try webP(provenance)
        case .png: try png(provenance)
        }
    }

    private func webP(_ provenance: Provenance?) throws(PictureError) -> Data {
        let (width, height) = (frames[0].width, frames[0].height)
        let pixels = frames.flatMap(\.pixels)
        let delays = milliseconds.map { Int32($0) }
        var memory: UnsafeMutableRawPointer?
        var count = 0
        var reason = [CChar](repeating: 0, count: 512)
        let status = pixels.withUnsafeBytes { bytes in
            let raw = cvips_raw(
                samples: bytes.baseAddress, width: Int32(width), height: Int32(height * frames.count),
                bands: 3, bits: 8)
            return cvips_encode_animation(
                raw, delays, Int32(delays.count), &memory, &count, &reason, reason.count)
        }
        guard status == CVIPS_OK, let memory else {
            throw .unencodable(format: "WebP", reason: cleaned(reason))
        }
        defer { cvips_free(memory) }
        var metadata = FileMetadata()
        metadata.xmp = provenance?.xmp
        let bare = Data(bytes: memory, count: count)
        guard let file = webPFile(bare, metadata, width: width, height: height, hasAlpha: false) else {
            throw .unencodable(format: "WebP", reason: "")
        }
        return file
    }

    /// The first frame is also the picture that readers without animation show.
    ///
    /// Source: PNG (third edition), 11.3.6.
    private func png(_ provenance: Provenance?) throws(PictureError) -> Data {
        var file = Data()
        var number: UInt32 = 0
        func next() -> [UInt8] {
            number += 1
            return bigEndian(number - 1)
        }
        for (frame, time) in zip(frames, milliseconds) {
            let still = try frame.encoded(as: .png, provenance: file.isEmpty ? provenance : nil)
            let extent = bigEndian(UInt32(frame.width)) + bigEndian(UInt32(frame.height))
            let origin = bigEndian(0) + bigEndian(0)
            let (keep, overwrite): (UInt8, UInt8) = (0, 0)
            let delay = [time >> 8, time & 0xFF, 1000 >> 8, 1000 & 0xFF].map { UInt8(truncatingIfNeeded: $0) }
            let isFirst = file.isEmpty
            var hasControl = false
            if isFirst { file += still.prefix(8) }
            for (type, content) in pngChunks(still) {
                if type == "IDAT" {
                    if !hasControl {
                        if isFirst {
                            file += pngChunk("acTL", bigEndian(UInt32(frames.count)) + bigEndian(0))
                        }
                        file += pngChunk("fcTL", next() + extent + origin + delay + [keep, overwrite])
                        hasControl = true
                    }
                    file += isFirst ? pngChunk("IDAT", content) : pngChunk("fdAT", next() + content)
                } else if isFirst, type != "IEND" {
                    file += pngChunk(type, content)
                }
            }
        }
        return file + pngChunk("IEND", [])
    }
}

/// The chunks of a PNG that was written here.
private func pngChunks(_ file: Data) -> [(type: String, content: [UInt8])] {
    let bytes = [UInt8](file)
    var chunks: [(String, [UInt8])] = []
    var position = 8
    while position + 12 <= bytes.count {
        let size = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
        let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
        chunks.append((type, Array(bytes[position + 8..<position + 8 + size])))
        position += 12 + size
    }
    return chunks
}
