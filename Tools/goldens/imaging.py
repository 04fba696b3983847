"""Makes the golden numbers and the fixtures of ImagingTests and DegradationTests.

    python3 Tools/goldens/imaging.py PULSE_CHECKOUT [Tests]
    python3 Tools/goldens/imaging.py --provenance FACE.png...    what Pillow reads of written pictures
    python3 Tools/goldens/imaging.py --mosaics FOLDER            the mosaics of MosaicTests, as JPEG files

PULSE_CHECKOUT is a clone of https://github.com/adamian98/pulse (its bicubic.py is run, nothing of it is kept).
Needs torch, numpy and pillow, and the `vips` command for the HEIC file. Writes DegradationTests/Goldens/downscale.json,
and in ImagingTests Fixtures/*, Goldens/expected.json; a manifest.json beside each; the pictures come from formulas, so there is no seed.
"""

import hashlib
import io
import json
import pathlib
import struct
import subprocess
import sys
import zlib

import numpy as np
import PIL
import PIL.features
from PIL import Image, ImageCms


def formula_image(n):
    """[3,n,n] float32 in 0…1 from integers alone, so that any language makes the same bits."""
    c, y, x = np.meshgrid(np.arange(3), np.arange(n), np.arange(n), indexing="ij")
    hashed = (c * 7919 + y * 104729 + x * 1299709 + y * x * 31) % 1009
    return (hashed.astype(np.float32) / np.float32(1008)).astype(np.float32)


def probe_positions(s):
    """The border and a few rows of the middle: enough to see centring, reflection and normalisation."""
    return sorted({0, 1, 2, s // 3, s // 2 - 1, s // 2, s - 3, s - 2, s - 1})


def sampled(image):
    at = probe_positions(image.shape[-1])
    return [float(f"{v:.9g}") for v in image[:, at][:, :, at].ravel()]


def downscale_goldens(checkout):
    sys.path.insert(0, str(checkout))
    import torch
    from bicubic import BicubicDownSample

    original = []
    for n, s in [(256, s) for s in (8, 16, 32, 64, 128)] + [(512, 256)] + [
        (1024, s) for s in (8, 16, 32, 64, 128, 256)
    ]:
        x = torch.from_numpy(formula_image(n))[None]
        y = BicubicDownSample(factor=n // s, cuda=False)(x)[0].numpy()
        original.append({"kernel": "bicubic", "source": n, "side": s, "values": sampled(y)})

    # Pillow stretches the same kernels about the same centres, but cuts them off at the border: compare inside.
    interior = []
    filters = {"bicubic": Image.BICUBIC, "bilinear": Image.BILINEAR, "lanczos": Image.LANCZOS}
    for n, s in [(256, 20), (256, 33), (256, 100), (1024, 100), (1024, 32)]:
        x = formula_image(n)
        for kernel, which in filters.items():
            y = np.stack([np.asarray(Image.fromarray(p, "F").resize((s, s), which)) for p in x])
            interior.append({"kernel": kernel, "source": n, "side": s, "values": sampled(y)})
    return {"original": original, "interior": interior}


# --- Fixtures -------------------------------------------------------------------------------------------------


def upright():
    """24×16, four flat quadrants: red, green / blue, yellow. No symmetry maps it onto itself."""
    a = np.zeros((16, 24, 3), np.uint8)
    a[:8, :12], a[:8, 12:], a[8:, :12], a[8:, 12:] = (200, 30, 40), (20, 180, 60), (30, 50, 210), (230, 220, 40)
    return a


def stored(a, orientation):
    """The pixels that a file of this EXIF orientation stores so as to be seen as `a`."""
    return {
        1: a, 2: a[:, ::-1], 3: a[::-1, ::-1], 4: a[::-1], 5: a.swapaxes(0, 1),
        6: np.rot90(a, 1), 7: np.rot90(a, 2).swapaxes(0, 1), 8: np.rot90(a, -1),
    }[orientation]


def exif(orientation):
    e = Image.Exif()
    e[0x0112] = orientation
    return e.tobytes()


def fixed(x):
    return struct.pack(">i", round(x * 65536))


def icc_profile(space, curves, colorants):
    """A minimal ICC v2 display profile: gamma curves and, for RGB, a matrix to D50 XYZ."""
    text = b"test profile"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + b"\0" * 78,
        b"cprt": b"text\0\0\0\0No copyright\0",
        b"wtpt": b"XYZ \0\0\0\0" + fixed(0.9642) + fixed(1.0) + fixed(0.8249),
    }
    for name, gamma in curves.items():
        tags[name] = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    for name, xyz in colorants.items():
        tags[name] = b"XYZ \0\0\0\0" + b"".join(fixed(v) for v in xyz)
    offset, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", space, b"XYZ ")
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    header += fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def wide_profile():
    """Adobe RGB (1998)'s primaries adapted to D50, gamma 563/256."""
    return icc_profile(
        b"RGB ", {b"rTRC": 563 / 256, b"gTRC": 563 / 256, b"bTRC": 563 / 256},
        {b"rXYZ": (0.60974, 0.31111, 0.01947), b"gXYZ": (0.20528, 0.62567, 0.06087),
         b"bXYZ": (0.14919, 0.06322, 0.74457)})


def to_srgb(a, profile):
    """What littleCMS makes of it, by way of Pillow."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    done = ImageCms.profileToProfile(
        Image.fromarray(a), source, ImageCms.createProfile("sRGB"), outputMode="RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=ImageCms.Flags.BLACKPOINTCOMPENSATION)
    return np.asarray(done)


def wide_to_srgb(a):
    """The same conversion from the definitions, for pictures of more than 8 bits: intensities to levels."""
    wide = np.array([(0.60974, 0.20528, 0.14919), (0.31111, 0.62567, 0.06322), (0.01947, 0.06087, 0.74457)])
    srgb = np.array([(0.43607, 0.38515, 0.14307), (0.22249, 0.71687, 0.06061), (0.01392, 0.09708, 0.71410)])
    v = np.clip((a ** (563 / 256)) @ (np.linalg.inv(srgb) @ wide).T, 0, 1)
    return 255 * np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)


def png(a, depth, colour_type, extra=b""):
    """A PNG written by hand, since Pillow has no 16-bit colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    h, w = a.shape[:2]
    rows = a.astype(">u2" if depth == 16 else np.uint8).reshape(h, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", w, h, depth, colour_type, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def iccp(profile):
    data = b"test\0\0" + zlib.compress(profile, 9)
    return struct.pack(">I", len(data)) + b"iCCP" + data + struct.pack(">I", zlib.crc32(b"iCCP" + data))


def tiff(a, photometric, sample_format=1, extra_tags=()):
    """A baseline TIFF of one strip."""
    h, w = a.shape[:2]
    samples = a.shape[2] if a.ndim == 3 else 1
    bits = a.dtype.itemsize * 8
    data = a.astype(a.dtype.newbyteorder("<")).tobytes()
    tags = [(256, 3, [w]), (257, 3, [h]), (258, 3, [bits] * samples), (259, 3, [1]), (262, 3, [photometric]),
            (273, 4, [8]), (277, 3, [samples]), (278, 3, [h]), (279, 4, [len(data)]),
            (339, 3, [sample_format] * samples), *extra_tags]
    tags.sort()
    data += b"\0" * (len(data) % 2)
    ifd = 8 + len(data)
    spill = ifd + 2 + 12 * len(tags) + 4
    entries, tail = b"", b""
    for tag, kind, values in tags:
        packed = struct.pack("<" + {3: "H", 4: "I"}[kind] * len(values), *values)
        if len(packed) > 4:
            entries += struct.pack("<HHII", tag, kind, len(values), spill + len(tail))
            tail += packed
        else:
            entries += struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    return b"II*\0" + struct.pack("<I", ifd) + data + struct.pack("<H", len(tags)) + entries + b"\0" * 4 + tail


def ramp(h, w, channels, peak):
    """A picture of many levels, different in each channel."""
    c, y, x = np.meshgrid(np.arange(channels), np.arange(h), np.arange(w), indexing="ij")
    return ((c * 211 + y * 37 + x * 101 + x * y * 13) * 977 % (peak + 1)).transpose(1, 2, 0)


def save(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def over_white(rgb, alpha):
    alpha = alpha[..., None]
    return np.rint(rgb * alpha + 255 * (1 - alpha))


def fixtures():
    """name → bytes of the file, and name → the picture it must come out as."""
    files, expected = {}, {}

    def add(name, data, picture):
        files[name], expected[name] = data, np.asarray(picture)

    a = upright()
    lossy = dict(quality=95, subsampling=0)
    for o in range(1, 9):
        turned = Image.fromarray(np.ascontiguousarray(stored(a, o)))
        add(f"orientation-{o}.jpg", save(turned, format="JPEG", exif=exif(o), **lossy), a)
    turned = Image.fromarray(np.ascontiguousarray(stored(a, 6)))
    add("orientation-6.png", save(turned, format="PNG", exif=exif(6)), a)
    add("orientation-6.webp", save(turned, format="WEBP", lossless=True, exif=exif(6)), a)
    add("orientation-6.tiff", save(turned, format="TIFF", exif=exif(6), compression="tiff_lzw"), a)

    wide = wide_profile()
    add("profile-wide.jpg", save(Image.fromarray(a), format="JPEG", icc_profile=wide, **lossy), to_srgb(a, wide))
    add("profile-wide.png", save(Image.fromarray(a), format="PNG", icc_profile=wide), to_srgb(a, wide))
    add("profile-wide.webp", save(Image.fromarray(a), format="WEBP", lossless=True, icc_profile=wide),
        to_srgb(a, wide))
    add("profile-wide.tiff", save(Image.fromarray(a), format="TIFF", icc_profile=wide), to_srgb(a, wide))
    many = ramp(16, 24, 3, 255).astype(np.uint8)
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    srgb[24:36] = struct.pack(">6H", 2024, 1, 1, 0, 0, 0)  # The date of creation, so that runs agree.
    srgb = bytes(srgb)
    add("profile-srgb.png", save(Image.fromarray(many), format="PNG", icc_profile=srgb), many)
    add("profile-broken.png", save(Image.fromarray(many), format="PNG", icc_profile=wide[:200]), many)
    add("profile-mismatched.png", save(Image.fromarray(many[..., 0]), format="PNG", icc_profile=wide),
        np.repeat(many[..., :1], 3, 2))
    soft = icc_profile(b"GRAY", {b"kTRC": 1.8}, {})
    grey = many[..., 0]
    v = (grey / 255) ** 1.8
    encoded = np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)
    add("profile-grey.png", save(Image.fromarray(grey), format="PNG", icc_profile=soft),
        np.repeat(np.rint(255 * encoded)[..., None], 3, 2))
    rgba16 = ramp(16, 24, 4, 65535)
    add("profile-wide-16-alpha.png", png(rgba16, 16, 6, iccp(wide)),
        over_white(wide_to_srgb(rgba16[..., :3] / 65535), rgba16[..., 3] / 65535))

    add("grey.jpg", save(Image.fromarray(a[..., 0]), format="JPEG", quality=95), np.repeat(a[..., :1], 3, 2))
    add("grey.png", save(Image.fromarray(grey), format="PNG"), np.repeat(grey[..., None], 3, 2))
    bits = np.where((np.arange(16)[:, None] + np.arange(24)) % 3 == 0, 255, 0).astype(np.uint8)
    add("bilevel.png", save(Image.fromarray(bits).convert("1", dither=0), format="PNG"),
        np.repeat(bits[..., None], 3, 2))
    rgba = ramp(16, 24, 4, 255).astype(np.uint8)
    flat = over_white(rgba[..., :3].astype(float), rgba[..., 3] / 255)
    add("alpha.png", save(Image.fromarray(rgba), format="PNG"), flat)
    add("alpha.webp", save(Image.fromarray(rgba), format="WEBP", lossless=True, exact=True), flat)
    add("alpha.tiff", save(Image.fromarray(rgba), format="TIFF"), flat)
    la = rgba[..., 2:]
    add("grey-alpha.png", save(Image.fromarray(la, "LA"), format="PNG"),
        over_white(np.repeat(la[..., :1], 3, 2).astype(float), la[..., 1] / 255))
    add("palette.png", save(Image.fromarray(a).convert("P", palette=Image.ADAPTIVE, colors=4), format="PNG"), a)
    paletted = Image.fromarray(a).convert("P", palette=Image.ADAPTIVE, colors=4)
    clear = paletted.getpixel((0, 0))
    hole = a.copy()
    hole[:8, :12] = 255
    add("palette-alpha.png", save(paletted, format="PNG", transparency=clear), hole)

    deep = ramp(16, 24, 4, 65535)
    add("16-bit.png", png(deep[..., :3], 16, 2), np.rint(deep[..., :3] / 257))
    add("16-bit-grey.png", png(deep[..., :1], 16, 0), np.repeat(np.rint(deep[..., :1] / 257), 3, 2))
    add("16-bit-alpha.png", png(deep, 16, 6), over_white(deep[..., :3] / 257, deep[..., 3] / 65535))
    add("16-bit.tiff", tiff(deep[..., :3].astype(np.uint16), 2), np.rint(deep[..., :3] / 257))
    linear_light = np.where(many <= 10, many / 255 / 12.92, ((many / 255 + 0.055) / 1.055) ** 2.4)
    add("float-linear.tiff", tiff(linear_light.astype(np.float32), 2, sample_format=3), many)

    cmyk = np.zeros((16, 24, 4), np.uint8)
    cmyk[:8, 12:, 0] = 255
    cmyk[8:, :12, 3] = 255
    cmyk[8:, 12:, 1] = cmyk[8:, 12:, 2] = 255
    rough = np.zeros((16, 24, 3))
    rough[:8, :12], rough[:8, 12:], rough[8:, :12], rough[8:, 12:] = 255, (0, 160, 220), (35, 31, 32), (230, 40, 40)
    add("cmyk.jpg", save(Image.fromarray(cmyk, "CMYK"), format="JPEG", quality=95), rough)
    add("cmyk.tiff", save(Image.fromarray(cmyk, "CMYK"), format="TIFF"), rough)
    # L* 50, a* 40, b* 20 and white; what the first looks like depends a little on the white point assumed.
    lab = np.zeros((16, 24, 3), np.uint8)
    lab[:, :12], lab[:, 12:] = (127, 40, 20), (255, 0, 0)
    seen = np.zeros((16, 24, 3))
    seen[:, :12], seen[:, 12:] = (186, 86, 88), 255
    add("lab.tiff", tiff(lab, 8), seen)

    frames = [Image.fromarray(a), Image.fromarray(255 - a)]
    add("animated.webp", save(frames[0], format="WEBP", save_all=True, append_images=frames[1:], lossless=True), a)
    add("pages.tiff", save(frames[0], format="TIFF", save_all=True, append_images=frames[1:]), a)
    add("animated.gif", save(paletted, format="GIF", save_all=True, append_images=[Image.fromarray(255 - a)]), a)
    add("palette-alpha.gif", save(paletted, format="GIF", transparency=clear), hole)
    grid = np.repeat(bits[..., None], 3, 2)
    add("bilevel.bmp", save(Image.fromarray(bits).convert("1", dither=0), format="BMP"), grid)
    add("palette.bmp", save(paletted, format="BMP"), a)
    add("grey.bmp", save(Image.fromarray(grey), format="BMP"), np.repeat(grey[..., None], 3, 2))
    add("24-bit.bmp", save(Image.fromarray(many), format="BMP"), many)
    add("24-bit.ppm", save(Image.fromarray(many), format="PPM"), many)
    add("grey.pgm", save(Image.fromarray(grey), format="PPM"), np.repeat(grey[..., None], 3, 2))
    add("bilevel.pbm", save(Image.fromarray(bits).convert("1", dither=0), format="PPM"), grid)
    add("progressive.jpg", save(Image.fromarray(a), format="JPEG", progressive=True, **lossy), a)
    return files, expected


def heic(folder):
    """A HEIC that is turned by EXIF alone: orientation 6, while the container says nothing."""
    big = np.kron(upright(), np.ones((4, 4, 1), np.uint8))
    source = folder / "heic-source.jpg"
    source.write_bytes(save(Image.fromarray(big), format="JPEG", quality=95, exif=exif(6)))
    subprocess.run(["vips", "heifsave", source, folder / "quadrants.heic", "--compression", "hevc", "--Q", "60"],
                   check=True)
    source.unlink()


def provenance(names):
    """Prints the XMP statement of each picture, or fails where Pillow finds none."""
    for name in names:
        with Image.open(name) as image:
            image.load()
            packet = image.info.get("xmp", b"")
            if b"digitalsourcetype/trainedAlgorithmicMedia" not in packet:
                sys.exit(f"{name}: Pillow reads no provenance")
            print(f"{name}: {image.mode} {image.size}", packet.decode(), sep="\n")


def mosaics(folder):
    """Blocks whose colours MosaicTests computes as well, enlarged, cut and compressed."""
    for side, enlarged, cut, quality in [(16, 256, 0, 50), (24, 400, 0, 60), (32, 320, 7, 80)]:
        y, x, c = np.meshgrid(np.arange(side), np.arange(side), np.arange(3), indexing="ij")
        blocks = 40 + 150 * (x + y) // (2 * side) + (c * 7919 + y * 104729 + x * 1299709 + y * x * 31) % 41
        picture = Image.fromarray(blocks.astype(np.uint8)).resize((enlarged, enlarged), Image.NEAREST)
        picture = picture.crop((cut, cut, enlarged, enlarged))
        picture.save(pathlib.Path(folder) / f"mosaic-{side}-{enlarged}-{cut}.jpg", quality=quality)


def main():
    if sys.argv[1] == "--mosaics":
        return mosaics(sys.argv[2])
    if sys.argv[1] == "--provenance":
        return provenance(sys.argv[2:])
    import torch

    checkout = pathlib.Path(sys.argv[1])
    tests = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "Tests")
    downscale = tests / "DegradationTests/Goldens"
    goldens, pictures = tests / "ImagingTests/Goldens", tests / "ImagingTests/Fixtures"
    for folder in (downscale, goldens, pictures):
        folder.mkdir(parents=True, exist_ok=True)
    (downscale / "downscale.json").write_text(json.dumps(downscale_goldens(checkout)))
    files, expected = fixtures()
    for name, data in files.items():
        (pictures / name).write_bytes(data)
    heic(pictures)
    told = {n: {"width": p.shape[1], "height": p.shape[0],
                "pixels": bytes(np.clip(p, 0, 255).astype(np.uint8).ravel()).hex()} for n, p in expected.items()}
    # Many fixtures show the same picture: say it once.
    distinct = {}
    index = {}
    for name, picture in told.items():
        key = hashlib.sha256(json.dumps(picture).encode()).hexdigest()[:8]
        distinct[key] = picture
        index[name] = key
    (goldens / "expected.json").write_text(json.dumps({"files": index, "pictures": distinct}))
    manifest = {"script": "Tools/goldens/imaging.py", "torch": torch.__version__, "numpy": np.__version__,
                "pillow": PIL.__version__, "littleCMS": PIL.features.version("littlecms2"),
                "bicubic.py sha256": hashlib.sha256((checkout / "bicubic.py").read_bytes()).hexdigest(),
                "seed": None}
    for folder in (downscale, goldens):
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
