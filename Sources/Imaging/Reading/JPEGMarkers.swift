/// What the markers of a JPEG file say about whether it is whole.
///
/// Source: ITU-T T.81, annex B and G.
struct JPEGMarkers {
    /// Whether the marker at the end of the picture is there.
    private(set) var hasEnd = false
    private(set) var hasScan = false
    /// The scans' account of the coefficients: 64 for each component, how many low bits are still to come.
    private var missingBits: [Int: [Int]] = [:]
    private var components: [Int] = []

    /// Whether the scans that have begun, all taken for whole, bring every coefficient to its last bit.
    var scansAreComplete: Bool {
        !components.isEmpty
            && components.allSatisfy { missingBits[$0]?.allSatisfy { $0 == 0 } ?? false }
    }

    init(_ view: ByteView) {
        var position = 2
        while let marker = nextMarker(view, &position) {
            switch marker {
            case 0xD9:
                hasEnd = true
                return
            case 0x01, 0xD0...0xD8: continue
            default: break
            }
            guard let length = view.number(at: position, bytes: 2), length >= 2,
                let segment = view.slice(position..<position + length)
            else { return }
            switch marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF: readFrame(segment)
            case 0xDA: readScan(segment)
            default: break
            }
            position += length
        }
    }

    /// The next byte after FF that is neither a stuffed FF 00 nor a fill byte; moves behind it.
    private func nextMarker(_ view: ByteView, _ position: inout Int) -> UInt8? {
        let bytes = view.bytes
        while position + 1 < bytes.count {
            if bytes[position] == 0xFF, bytes[position + 1] != 0, bytes[position + 1] != 0xFF {
                position += 2
                return bytes[position - 1]
            }
            position += 1
        }
        return nil
    }

    private mutating func readFrame(_ segment: ByteView) {
        components = (0..<Int(segment[7] ?? 0)).compactMap { segment[8 + 3 * $0].map(Int.init) }
    }

    private mutating func readScan(_ segment: ByteView) {
        hasScan = true
        guard let count = segment[2].map(Int.init), let first = segment[3 + 2 * count],
            let last = segment[4 + 2 * count], let bits = segment[5 + 2 * count], first <= last, last < 64
        else { return }
        for i in 0..<count {
            guard let component = segment[3 + 2 * i].map(Int.init) else { return }
            for k in first...last {
                missingBits[component, default: Array(repeating: 99, count: 64)][Int(k)] = Int(bits & 15)
            }
        }
    }
}
