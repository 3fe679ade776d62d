//! Pictures made anew: what is seen stays, what was hidden goes, and what would break
//! the machine is refused.

use image::codecs::gif::GifEncoder;
use image::{Frame, Rgb, Rgba, RgbaImage};

use super::*;

/// Two halves, the left one red.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        Rgb(if x < width / 2 {
            [250, 0, 0]
        } else {
            [0, 0, 250]
        })
    })
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|part| part == text)
}

/// A piece of EXIF: a camera, its orientation, and where it was.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x03".to_vec();
    // Make: 12 characters behind the directory. Orientation. GPS: a directory.
    exif.extend(b"\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x32");
    exif.extend([1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x3e\0\0\0\0");
    exif.extend(b"SECRETCAMER\0");
    exif.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0GPS-52.5200");
    exif
}

/// The JPEG with a segment behind its first two bytes.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    let segment = [&[0xff, marker][..], &length, content].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

/// A PNG whose header claims these dimensions, and that holds next to nothing.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&halves(2, 2).into(), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = png[12..29].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    });
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

#[test]
fn reencoded_image_has_no_exif() {
    let plain = encoded(&halves(40, 20).into(), ImageFormat::Jpeg);
    let sent = with_segment(&plain, 0xe1, &exif(6));
    let sent = with_segment(&sent, 0xfe, b"COMMENT-OF-MINE");
    let sent = with_segment(&sent, 0xed, b"Photoshop 3.0\0IPTC-AUTHOR");
    for secret in [
        &b"SECRETCAMER"[..],
        b"GPS-52.5200",
        b"COMMENT-OF-MINE",
        b"IPTC-AUTHOR",
    ] {
        assert!(holds(&sent, secret));
    }
    let made = redraw(&sent, FileType::Jpeg).unwrap();
    assert_eq!(made.picture.file_type, FileType::Jpeg);
    // It was held sideways: turned by it, the red half is above.
    assert_eq!((made.picture.width, made.picture.height), (20, 40));
    let shown = image::load_from_memory(&made.image).unwrap().to_rgb8();
    assert!(shown.get_pixel(10, 5)[0] > 200 && shown.get_pixel(10, 35)[2] > 200);
    for bytes in [&made.image, &made.thumbnail] {
        for secret in [
            &b"Exif"[..],
            b"SECRETCAMER",
            b"GPS",
            b"COMMENT",
            b"IPTC",
            b"Photoshop",
        ] {
            assert!(!holds(bytes, secret), "{}", String::from_utf8_lossy(secret));
        }
    }
}

#[test]
fn reencoded_png_has_no_text_and_no_trailer() {
    let plain = encoded(&halves(8, 8).into(), ImageFormat::Png);
    let end = plain.len() - 12;
    let text = b"Author\0SECRET-NAME";
    let mut chunk = u32::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(b"tEXt");
    chunk.extend(text);
    let crc = chunk[4..].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    });
    chunk.extend((!crc).to_be_bytes());
    let sent = [
        &plain[..end],
        &chunk,
        &plain[end..],
        b"PK\x03\x04HIDDEN-ARCHIVE",
    ]
    .concat();
    let made = redraw(&sent, FileType::Png).unwrap();
    assert_eq!(made.picture.file_type, FileType::Png);
    assert!(!holds(&made.image, b"SECRET-NAME") && !holds(&made.image, b"HIDDEN"));
    let shown = image::load_from_memory(&made.image).unwrap().to_rgb8();
    assert_eq!(shown, halves(8, 8));
}

#[test]
fn decompression_bomb_is_refused() {
    for (width, height) in [
        (u32::MAX, u32::MAX),
        (100_000, 1),
        (1, 100_000),
        (20_000, 20_000),
        (30_000, 1_400),
        (0, 0),
    ] {
        let bomb = png_of(width, height);
        assert!(bomb.len() < 200);
        let refused = redraw(&bomb, FileType::Png).map(drop);
        assert_eq!(refused, Err(FileFlaw::Image), "{width} × {height}");
    }
    let mut gif = encoded(&DynamicImage::from(RgbaImage::new(2, 2)), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    assert_eq!(redraw(&gif, FileType::Gif).map(drop), Err(FileFlaw::Image));
}

#[test]
fn file_that_is_no_image_of_its_type_is_refused() {
    let jpeg = encoded(&halves(8, 8).into(), ImageFormat::Jpeg);
    let cut = &jpeg[..jpeg.len() / 3];
    for (bytes, file_type) in [
        (&b"\x89PNG\r\n\x1a\n and no more"[..], FileType::Png),
        (&jpeg, FileType::Png),
        (&jpeg, FileType::Pdf),
        (cut, FileType::Jpeg),
        (b"", FileType::Gif),
        (b"RIFF\x10\0\0\0WEBPVP8 ", FileType::Webp),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", FileType::Webp),
    ] {
        let refused = redraw(bytes, file_type).map(drop);
        assert_eq!(refused, Err(FileFlaw::Image), "{file_type:?}");
    }
}

#[test]
fn animation_keeps_its_first_frame() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for colour in [[250, 0, 0, 255], [0, 250, 0, 255], [0, 0, 250, 255]] {
        let frame = RgbaImage::from_pixel(30, 20, Rgba(colour));
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    let made = redraw(&bytes, FileType::Gif).unwrap();
    assert_eq!(made.picture.file_type, FileType::Png);
    let shown = image::load_from_memory(&made.image).unwrap().to_rgb8();
    assert!(shown.pixels().all(|pixel| pixel[0] > 200 && pixel[2] < 50));
}

#[test]
fn thumbnail_fits_its_box_on_white() {
    let clear = RgbaImage::from_pixel(1_000, 400, Rgba([0, 0, 0, 0]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let sent = encoded(&clear.clone().into(), format);
        let file_type = match format {
            ImageFormat::Png => FileType::Png,
            _ => FileType::Webp,
        };
        let made = redraw(&sent, file_type).unwrap();
        assert_eq!((made.picture.width, made.picture.height), (1_000, 400));
        let small = image::load_from_memory(&made.thumbnail).unwrap().to_rgb8();
        assert_eq!(small.dimensions(), (480, 192));
        assert!(small.pixels().all(|pixel| pixel[0] > 250));
        let both = made.image.len() + made.thumbnail.len();
        assert_eq!(made.picture.bytes, i64::try_from(both).unwrap());
    }
}
