/// How numbers stand for light, where it is not as in sRGB and BT.709: by the code points of ITU-T H.273.
public enum TransferFunction: Int, Equatable, Sendable {
    case linear = 8
    case logarithmic = 9
    case logarithmicWide = 10
    /// SMPTE ST 2084, of high dynamic range.
    case pq = 16
    case smpte428 = 17
    /// ARIB STD-B67, of high dynamic range.
    case hlg = 18
}

/// What a PNG's cICP chunk says; nil where there is none, or one that says sRGB or near it.
///
/// Source: PNG (third edition), 11.3.2.6.
func transferFunction(ofPNG view: ByteView) -> TransferFunction? {
    var position = 8
    while let size = view.number(at: position, bytes: 4), !view.has("IDAT", at: position + 4) {
        if view.has("cICP", at: position + 4), size >= 4, let transfer = view[position + 9] {
            return TransferFunction(rawValue: Int(transfer))
        }
        position += size + 12
    }
    return nil
}
