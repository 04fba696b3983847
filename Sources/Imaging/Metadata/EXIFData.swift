/// The directories of EXIF data, each entry with its value, the lowest byte first.
///
/// Source: Exif 2.32, 4.6; TIFF 6.0 (Adobe, 1992), section 2. What makes no sense is passed over.
struct EXIFData: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var tag: Int
        var type: Int
        var count: Int
        var value: [UInt8]
    }

    var main: [Entry] = []
    var exif: [Entry] = []
    var interoperability: [Entry] = []
    var gps: [Entry] = []

    private enum Pointer {
        static let exif = 34665
        static let gps = 34853
        static let interoperability = 40965
    }

    var isEmpty: Bool { main.isEmpty && exif.isEmpty && interoperability.isEmpty && gps.isEmpty }

    init() {}

    /// - Parameter view: EXIF data, which may have their six bytes in front, or a TIFF file.
    /// - Returns: nil where there is nothing.
    init?(_ view: ByteView) {
        let isPrefixed = view.has(Array("Exif\0\0".utf8))
        guard let data = view.slice(from: isPrefixed ? 6 : 0), data.has("II*\0") || data.has("MM\0*") else {
            return nil
        }
        let isLittleEndian = data.has("II")
        guard let start = data.number(at: 4, bytes: 4, littleEndian: isLittleEndian) else { return nil }
        func directory(at start: Int) -> [Entry] {
            EXIFData.entries(data, at: start, isLittleEndian: isLittleEndian)
        }
        func directory(_ pointer: Int, in entries: [Entry]) -> [Entry] {
            guard let entry = entries.first(where: { $0.tag == pointer }), entry.value.count == 4 else {
                return []
            }
            return directory(at: entry.value.reversed().reduce(0) { $0 << 8 | Int($1) })
        }
        main = directory(at: start)
        exif = directory(Pointer.exif, in: main)
        gps = directory(Pointer.gps, in: main)
        interoperability = directory(Pointer.interoperability, in: exif)
        let pointers = [Pointer.exif, Pointer.gps, Pointer.interoperability]
        main.removeAll { pointers.contains($0.tag) }
        exif.removeAll { pointers.contains($0.tag) }
        if isEmpty { return nil }
    }

    private static let widths = [
        1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
    ]

    /// The entries of one directory that lie inside the data.
    /// - Parameter valueLimit: most bytes of one value. All together have at most 16 times as many.
    static func entries(
        _ data: ByteView, at start: Int, isLittleEndian: Bool, valueLimit: Int = 1 << 16
    ) -> [Entry] {
        func number(_ position: Int, _ width: Int) -> Int? {
            data.number(at: position, bytes: width, littleEndian: isLittleEndian)
        }
        guard start >= 8, let count = number(start, 2) else { return [] }
        var (entries, room): ([Entry], Int) = ([], 16 * valueLimit)
        var seen: Set<Int> = []
        for i in 0..<min(count, 512) {
            let at = start + 2 + 12 * i
            guard let tag = number(at, 2), let type = number(at + 2, 2), let count = number(at + 4, 4) else {
                break
            }
            guard let width = widths[type], count > 0, count <= min(valueLimit, room) / width else {
                continue
            }
            let size = count * width
            guard let place = size <= 4 ? at + 8 : number(at + 8, 4),
                let stored = data.slice(place..<place + size), seen.insert(tag).inserted
            else { continue }
            room -= size
            // Fractions are two numbers.
            let unit = type == 5 || type == 10 ? 4 : width
            var value = Array(stored.bytes)
            if !isLittleEndian, unit > 1 {
                for first in stride(from: 0, to: size, by: unit) { value[first..<first + unit].reverse() }
            }
            entries.append(Entry(tag: tag, type: type, count: count, value: value))
        }
        return entries
    }

    /// EXIF data, without the six bytes in front.
    var bytes: [UInt8] { Array("II*\0".utf8) + littleEndian(8, 4) + serialised(at: 8) }

    /// The directories one behind the other, the main one first.
    /// - Parameter base: where they begin in the file, an even number.
    func serialised(at base: Int) -> [UInt8] {
        func pointer(_ tag: Int, to place: Int) -> Entry {
            Entry(tag: tag, type: 4, count: 1, value: littleEndian(place, 4))
        }
        func size(_ entries: [Entry]) -> Int {
            entries.reduce(6 + 12 * entries.count) { $0 + EXIFData.tail($1).count }
        }
        var (main, exif) = (main, exif)
        let hasExif = !exif.isEmpty || !interoperability.isEmpty
        if hasExif { main.append(pointer(Pointer.exif, to: 0)) }
        if !gps.isEmpty { main.append(pointer(Pointer.gps, to: 0)) }
        if !interoperability.isEmpty { exif.append(pointer(Pointer.interoperability, to: 0)) }
        let exifPlace = base + size(main)
        let interoperabilityPlace = exifPlace + (hasExif ? size(exif) : 0)
        let gpsPlace = interoperabilityPlace + (interoperability.isEmpty ? 0 : size(interoperability))
        let places = [
            Pointer.exif: exifPlace, Pointer.interoperability: interoperabilityPlace, Pointer.gps: gpsPlace,
        ]
        func settled(_ entries: [Entry]) -> [Entry] {
            entries.map { entry in places[entry.tag].map { pointer(entry.tag, to: $0) } ?? entry }
        }
        return EXIFData.serialised(settled(main), at: base)
            + (hasExif ? EXIFData.serialised(settled(exif), at: exifPlace) : [])
            + (interoperability.isEmpty
                ? [] : EXIFData.serialised(interoperability, at: interoperabilityPlace))
            + (gps.isEmpty ? [] : EXIFData.serialised(gps, at: gpsPlace))
    }

    /// One directory, its entries in the order of their tags, and the values that do not fit in them.
    private static func serialised(_ entries: [Entry], at base: Int) -> [UInt8] {
        var result = littleEndian(entries.count, 2)
        var values: [UInt8] = []
        let start = base + 6 + 12 * entries.count
        for entry in entries.sorted(by: { $0.tag < $1.tag }) {
            result += littleEndian(entry.tag, 2) + littleEndian(entry.type, 2) + littleEndian(entry.count, 4)
            let tail = EXIFData.tail(entry)
            if tail.isEmpty {
                result += entry.value + Array(repeating: 0, count: 4 - entry.value.count)
            } else {
                result += littleEndian(start + values.count, 4)
                values += tail
            }
        }
        let noNextDirectory = littleEndian(0, 4)
        return result + noNextDirectory + values
    }

    /// The value where it is longer than an entry holds, padded to an even number of bytes.
    private static func tail(_ entry: Entry) -> [UInt8] {
        entry.value.count <= 4 ? [] : entry.value + (entry.value.count % 2 == 1 ? [0] : [])
    }
}
