/// Decodes a BMP file.
///
/// The colour profile that the newest header may name is not looked at. A fourth byte without a mask is no alpha.
/// - Parameter limit: most pixels.
func decodeBitmap(_ view: ByteView, limit: Int) throws(PictureFault) -> Picture {
    let header = try BitmapHeader(view)
    let (width, height) = (header.width, header.height)
    guard width <= limit / height else { throw .tooManyPixels(width: width, height: height) }
    guard let data = view.slice(from: header.start) else { throw .cutShort }
    if header.packing == .runs4 || header.packing == .runs8 {
        let indices = try expandRuns(data, width: width, height: height, isNibbles: header.packing == .runs4)
        return picture(header) { x, y in header.colour(Int(indices[y * width + x])) }
    }
    // Rows are padded to 32 bits; the last one's padding may be missing.
    let stride = (width * header.bits + 31) / 32 * 4
    guard (height - 1) * stride + (width * header.bits + 7) / 8 <= data.count else { throw .cutShort }
    let bytes = data.bytes
    switch header.bits {
    case 24:
        return picture(header) { x, y in
            let i = y * stride + 3 * x
            return (bytes[i + 2], bytes[i + 1], bytes[i])
        }
    case 16, 32:
        return maskedPicture(header, bytes, stride)
    default:
        let (bits, perByte) = (header.bits, 8 / header.bits)
        return picture(header) { x, y in
            let byte = Int(bytes[y * stride + x / perByte])
            return header.colour(byte >> (8 - bits - x % perByte * bits) & (1 << bits - 1))
        }
    }
}

extension BitmapHeader {
    /// Black where the palette ends early.
    fileprivate func colour(_ index: Int) -> (UInt8, UInt8, UInt8) {
        index < palette.count ? palette[index] : (0, 0, 0)
    }
}

/// - Parameter colour: of column `x` in the row `y` as stored.
private func picture(
    _ header: BitmapHeader, _ colour: (_ x: Int, _ y: Int) -> (UInt8, UInt8, UInt8)
) -> Picture {
    let (width, height) = (header.width, header.height)
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
        for y in 0..<height {
            let row = header.isTopDown ? y : height - 1 - y
            for x in 0..<width {
                let (red, green, blue) = colour(x, y)
                let i = (row * width + x) * 3
                (buffer[i], buffer[i + 1], buffer[i + 2]) = (red, green, blue)
            }
        }
        count = width * height * 3
    }
    return Picture(width: width, height: height, pixels: pixels)
}

/// One channel of pixels of 16 or 32 bits.
private struct Channel {
    var mask: UInt32
    var shift: UInt32
    var peak: UInt64

    init(_ mask: UInt32) {
        self.mask = mask
        shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
        peak = UInt64(mask >> shift)
    }

    func level(_ pixel: UInt32) -> UInt8 {
        peak == 0 ? 0 : UInt8((UInt64((pixel & mask) >> shift) * 255 + peak / 2) / peak)
    }
}

private func maskedPicture(_ header: BitmapHeader, _ bytes: UnsafeRawBufferPointer, _ stride: Int) -> Picture
{
    let channels = header.masks.map { Channel($0) }
    let (red, green, blue, alpha) = (channels[0], channels[1], channels[2], channels[3])
    func pixel(_ x: Int, _ y: Int) -> UInt32 {
        let i = y * stride + x * header.bits / 8
        let low = UInt32(bytes[i]) | UInt32(bytes[i + 1]) << 8
        return header.bits == 16 ? low : low | UInt32(bytes[i + 2]) << 16 | UInt32(bytes[i + 3]) << 24
    }
    // Many programs declare an alpha and leave it at nothing everywhere.
    let hasAlpha =
        alpha.mask != 0
        && (0..<header.height).contains { y in (0..<header.width).contains { pixel($0, y) & alpha.mask != 0 }
        }
    return picture(header) { x, y in
        let value = pixel(x, y)
        let colour = (red.level(value), green.level(value), blue.level(value))
        guard hasAlpha else { return colour }
        let cover = Int(alpha.level(value))
        func overWhite(_ level: UInt8) -> UInt8 {
            UInt8((Int(level) * cover + 255 * (255 - cover) + 127) / 255)
        }
        return (overWhite(colour.0), overWhite(colour.1), overWhite(colour.2))
    }
}

/// The indices of a picture that is stored in runs, in the order of its rows as stored; what is skipped has index 0.
private func expandRuns(
    _ data: ByteView, width: Int, height: Int, isNibbles: Bool
) throws(PictureFault) -> [UInt8] {
    var indices = [UInt8](repeating: 0, count: width * height)
    var (x, y, position) = (0, 0, 0)
    func put(_ index: UInt8) {
        if x < width && y < height { indices[y * width + x] = index }
        x += 1
    }
    while y < height {
        guard let count = data[position], let value = data[position + 1] else {
            // Only the mark at the end is missing.
            if y == height - 1 && x >= width { break }
            throw .cutShort
        }
        position += 2
        switch (count, value) {
        case (0, 0): (x, y) = (0, y + 1)
        case (0, 1): return indices
        case (0, 2):
            guard let right = data[position], let up = data[position + 1] else { throw .cutShort }
            position += 2
            (x, y) = (x + Int(right), y + Int(up))
        case (0, _):
            let size = isNibbles ? (Int(value) + 1) / 2 : Int(value)
            guard let literal = data.slice(position..<position + size) else { throw .cutShort }
            for i in 0..<Int(value) {
                let byte = literal.bytes[isNibbles ? i / 2 : i]
                put(isNibbles ? (i % 2 == 0 ? byte >> 4 : byte & 15) : byte)
            }
            // Padded to 16 bits.
            position += size + size % 2
        default:
            for i in 0..<Int(count) { put(isNibbles ? (i % 2 == 0 ? value >> 4 : value & 15) : value) }
        }
    }
    return indices
}
