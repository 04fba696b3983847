/// What the container says of the picture that a HEIC or AVIF file shows.
///
/// Source: ISO/IEC 23008-12 and 14496-12. What makes no sense is passed over: the decoder says what is damaged.
struct HEIFItem {
    /// Whether it is turned or mirrored by the container, which then alone decides.
    private(set) var isTransformed = false
    /// What its colours are coded by, where that is not sRGB or near it.
    private(set) var transfer: TransferFunction?

    init(_ view: ByteView) {
        guard let meta = boxes(in: view).first(where: { $0.type == "meta" })?.content.slice(from: 4),
            let description = boxes(in: meta).first(where: { $0.type == "iprp" })?.content,
            let primary = primaryItem(in: meta)
        else { return }
        let parts = boxes(in: description)
        guard let container = parts.first(where: { $0.type == "ipco" })?.content else { return }
        let kinds = boxes(in: container)
        let associations = parts.filter { $0.type == "ipma" }.flatMap { propertyIndices(in: $0.content) }

        func properties(of item: Int) -> [Box] {
            associations.filter { $0.item == item && kinds.indices.contains($0.index - 1) }
                .map { kinds[$0.index - 1] }
        }
        let own = properties(of: primary)
        isTransformed = own.contains { $0.type == "irot" || $0.type == "imir" }
        // A picture put together from tiles may leave the colours to them.
        let tiles = items(thatMakeUp: primary, in: meta).prefix(1).flatMap { properties(of: $0) }
        let codes = (own + tiles).filter { $0.type == "colr" && $0.content.has("nclx") }
        transfer = codes.lazy.compactMap { $0.content.number(at: 6, bytes: 2) }.first
            .flatMap { TransferFunction(rawValue: $0) }
    }
}

private struct Box {
    var type: String
    var content: ByteView
}

/// The boxes that follow one another; the last may be cut short.
private func boxes(in view: ByteView) -> [Box] {
    var result: [Box] = []
    var position = 0
    // A bound on boxes, since each of a hostile file may have eight bytes.
    while result.count < 1 << 16, var size = view.number(at: position, bytes: 4),
        let type = view.slice(position + 4..<position + 8)
    {
        var header = 8
        if size == 1 {
            guard let large = view.number(at: position + 8, bytes: 8) else { break }
            (size, header) = (large, 16)
        }
        if size == 0 { size = view.count - position }
        guard size >= header,
            let content = view.slice(position + header..<min(view.count, position + min(size, view.count)))
        else { break }
        result.append(Box(type: String(decoding: type.bytes, as: UTF8.self), content: content))
        position += min(size, view.count)
    }
    return result
}

private func primaryItem(in meta: ByteView) -> Int? {
    guard let box = boxes(in: meta).first(where: { $0.type == "pitm" })?.content, let version = box[0] else {
        return nil
    }
    return box.number(at: 4, bytes: version == 0 ? 2 : 4)
}

/// The pairs of an ipma box: an item, and the number of one of its properties, counted from 1.
private func propertyIndices(in box: ByteView) -> [(item: Int, index: Int)] {
    guard let version = box[0], let flags = box[3], let entries = box.number(at: 4, bytes: 4) else {
        return []
    }
    let (wideItem, wideIndex) = (version > 0 ? 4 : 2, flags & 1 == 1 ? 2 : 1)
    var result: [(item: Int, index: Int)] = []
    var position = 8
    for _ in 0..<entries {
        guard let item = box.number(at: position, bytes: wideItem), let count = box[position + wideItem]
        else { break }
        position += wideItem + 1
        for _ in 0..<count {
            guard let index = box.number(at: position, bytes: wideIndex) else { return result }
            // The highest bit says that a reader must know the property.
            result.append((item, index & (wideIndex == 2 ? 0x7FFF : 0x7F)))
            position += wideIndex
        }
    }
    return result
}

/// The items from which one is derived, in their order.
private func items(thatMakeUp item: Int, in meta: ByteView) -> [Int] {
    guard let references = boxes(in: meta).first(where: { $0.type == "iref" })?.content,
        let version = references[0], let content = references.slice(from: 4)
    else { return [] }
    let width = version == 0 ? 2 : 4
    for box in boxes(in: content) where box.type == "dimg" {
        guard box.content.number(at: 0, bytes: width) == item,
            let count = box.content.number(at: width, bytes: 2)
        else { continue }
        return (0..<count).compactMap { box.content.number(at: width + 2 + $0 * width, bytes: width) }
    }
    return []
}
