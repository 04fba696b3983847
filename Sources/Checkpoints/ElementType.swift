import Tensors

/// The number formats that files of weights use, little-endian.
public enum ElementType: String, Sendable, CaseIterable {
    case float64, float32, float16, bfloat16, float8E4M3, float8E5M2
    case int64, int32, int16, int8, uint64, uint32, uint16, uint8, bool

    /// Size of one number, in bytes.
    public var byteCount: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float8E4M3, .float8E5M2, .int8, .uint8, .bool: 1
        }
    }

    /// Bytes of a tensor of this type and shape, or nil where the product does not fit. An empty tensor's
    /// other extents must fit, too, so that they can be multiplied in any order.
    func byteCount(ofShape shape: [Int]) -> Int? {
        var bytes = byteCount
        guard shape.count <= 32, shape.allSatisfy({ $0 >= 0 }) else { return nil }
        for extent in shape where extent != 0 {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            bytes = product
        }
        return shape.contains(0) ? 0 : bytes
    }
}

/// Numbers of a file as a tensor; nil where the format is not convertible to `Scalar` without a loss that
/// the format itself does not imply (an integer too large to be exact).
///
/// - Parameters:
///   - bytes: as many as `type` and `shape` need, at any alignment.
func decodeTensor<Scalar: BinaryFloatingPoint & Sendable>(
    _ bytes: UnsafeRawBufferPointer, as type: ElementType, shape: [Int]
) -> Tensor<Scalar>? {
    var tensor = Tensor<Scalar>(uninitialized: shape)
    precondition(bytes.count == tensor.count * type.byteCount, "bytes do not fill the shape")
    if type == .float32 && Scalar.self == Float.self {
        tensor.withUnsafeMutableBufferPointer { UnsafeMutableRawBufferPointer($0).copyMemory(from: bytes) }
        return tensor
    }
    func fill<Stored: FixedWidthInteger>(_ convert: (Stored) -> Scalar?) -> Tensor<Scalar>? {
        let complete = tensor.withUnsafeMutableBufferPointer { target in
            for i in target.indices {
                let stored = bytes.loadUnaligned(
                    fromByteOffset: i * MemoryLayout<Stored>.size, as: Stored.self)
                guard let value = convert(Stored(littleEndian: stored)) else { return false }
                target[i] = value
            }
            return true
        }
        return complete ? tensor : nil
    }
    switch type {
    case .float64: return fill { (bits: UInt64) in Scalar(Double(bitPattern: bits)) }
    case .float32: return fill { (bits: UInt32) in Scalar(Float(bitPattern: bits)) }
    case .float16: return fill { (bits: UInt16) in Scalar(floatFromHalf(bits)) }
    case .bfloat16: return fill { (bits: UInt16) in Scalar(Float(bitPattern: UInt32(bits) << 16)) }
    case .int64: return fill { (value: Int64) in Scalar(exactly: value) }
    case .int32: return fill { (value: Int32) in Scalar(exactly: value) }
    case .int16: return fill { (value: Int16) in Scalar(exactly: value) }
    case .int8: return fill { (value: Int8) in Scalar(exactly: value) }
    case .uint64: return fill { (value: UInt64) in Scalar(exactly: value) }
    case .uint32: return fill { (value: UInt32) in Scalar(exactly: value) }
    case .uint16: return fill { (value: UInt16) in Scalar(exactly: value) }
    case .uint8, .bool: return fill { (value: UInt8) in Scalar(exactly: value) }
    case .float8E4M3, .float8E5M2: return nil
    }
}

/// The value of an IEEE 754 binary16 number (Float16 itself does not exist on every platform).
func floatFromHalf(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:  // zero and subnormal numbers: fraction · 2⁻²⁴
        let magnitude = Float(fraction) * 0x1p-24
        return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}
