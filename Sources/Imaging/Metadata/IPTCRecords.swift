/// The data sets of IPTC's older metadata (IIM), in the order in which they stand.
///
/// Source: IPTC-NAA Information Interchange Model 4.2, chapter 3; Adobe Photoshop File Formats, "Image resource blocks".
struct IPTCRecords: Equatable, Sendable {
    private struct DataSet: Equatable, Sendable {
        var record, number: UInt8
        var value: [UInt8]
    }

    private var sets: [DataSet] = []

    /// - Parameter view: the records, or the segment of a JPEG file that holds them.
    /// - Returns: nil where there are none.
    init?(_ view: ByteView) {
        guard let records = view.has("Photoshop 3.0\0") ? resource(in: view) : view else { return nil }
        var position = 0
        while records[position] == 0x1C, let record = records[position + 1],
            let number = records[position + 2], let size = records.number(at: position + 3, bytes: 2),
            size < 0x8000, let value = records.slice(position + 5..<position + 5 + size)
        {
            sets.append(DataSet(record: record, number: number, value: Array(value.bytes)))
            position += 5 + size
        }
        if sets.isEmpty { return nil }
    }

    var bytes: [UInt8] {
        sets.flatMap { set -> [UInt8] in
            let size = set.value.count
            return [0x1C, set.record, set.number, UInt8(size >> 8), UInt8(size & 0xFF)] + set.value
        }
    }

    /// Without previews, and without the place unless that stays.
    func kept(location: Bool) -> IPTCRecords? {
        // Codes and names of the place of the content; city, sublocation, province, code and name of the country.
        let places: Set<UInt8> = [26, 27, 90, 92, 95, 100, 101]
        let previews: Set<UInt8> = [200, 201, 202]
        var result = self
        result.sets.removeAll {
            $0.record == 2 && (previews.contains($0.number) || !location && places.contains($0.number))
                || $0.record > 6
        }
        return result.sets.isEmpty ? nil : result
    }
}

/// The resource of Photoshop's that holds the records.
private func resource(in view: ByteView) -> ByteView? {
    var position = 14
    while view.has("8BIM", at: position), let id = view.number(at: position + 4, bytes: 2),
        let nameLength = view[position + 6]
    {
        // Name and content are padded to an even number of bytes.
        let named = position + 6 + (Int(nameLength) + 2) / 2 * 2
        guard let size = view.number(at: named, bytes: 4) else { return nil }
        if id == 0x0404 { return view.slice(named + 4..<named + 4 + size) }
        position = named + 4 + (size + 1) / 2 * 2
    }
    return nil
}
