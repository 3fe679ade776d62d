//! A picture made anew from what was sent, so that nothing of that file goes along
//! but what can be seen: no place, no camera, no comments, no second frame.

use std::io::Cursor;

use domain::evidence::{EvidenceImage, MAX_IMAGE_BYTES};
use domain::file::{FileCheck, FileFlaw, FileType};
use image::codecs::jpeg::JpegEncoder;
use image::{
    DynamicImage, GenericImageView as _, ImageDecoder as _, ImageFormat, ImageReader, Limits,
    RgbImage,
};

/// Pixels of a picture at most, and from one side to the other.
const MAX_PIXELS: u64 = 40_000_000;
const MAX_SIDE: u32 = 32_768;
/// Bytes that may be held for one: those pixels, each of four bytes.
const MAX_MEMORY: u64 = 4 * MAX_PIXELS;
/// The box that the small one fits into, larger than it is shown for fine screens.
const SMALL: (u32, u32) = (480, 360);
const QUALITY: u8 = 88;
const SMALL_QUALITY: u8 = 78;

/// A picture made anew.
#[derive(Debug)]
pub(crate) struct RedrawnImage {
    /// What is said of it.
    pub(crate) picture: EvidenceImage,
    pub(crate) image: Vec<u8>,
    pub(crate) thumbnail: Vec<u8>,
}

/// Makes a picture of a file of this type.
pub(crate) fn redraw(bytes: &[u8], file_type: FileType) -> Result<RedrawnImage, FileFlaw> {
    let image = decode(bytes, file_type)?;
    let (width, height) = image.dimensions();
    let (small, of) = (image.thumbnail(SMALL.0, SMALL.1), SMALL_QUALITY);
    let thumbnail = jpeg(&small, of)?;
    let (file_type, bytes) = encode(&image, file_type)?;
    let size = |bytes: &[u8]| i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let mut check = FileCheck::new(file_type);
    check.add(&bytes);
    let checked = check.finish(size(&bytes))?;
    Ok(RedrawnImage {
        picture: EvidenceImage {
            file_type,
            width,
            height,
            bytes: checked.size.saturating_add(size(&thumbnail)),
            sha256: checked.sha256,
        },
        image: bytes,
        thumbnail,
    })
}

/// What it shows; of an animation the first frame. It looks at the dimensions first:
/// a few bytes can claim any.
fn decode(bytes: &[u8], file_type: FileType) -> Result<DynamicImage, FileFlaw> {
    let format = match file_type {
        FileType::Png => ImageFormat::Png,
        FileType::Jpeg => ImageFormat::Jpeg,
        FileType::Webp => ImageFormat::WebP,
        FileType::Gif => ImageFormat::Gif,
        _ => return Err(FileFlaw::Image),
    };
    let bad = |_| FileFlaw::Image;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(bad)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || decoder.total_bytes() > MAX_MEMORY {
        return Err(FileFlaw::Image);
    }
    // How the camera was held is lost with what else it wrote down.
    let orientation = decoder.orientation().map_err(bad)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(bad)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Without loss, but for what came with loss and what would be too large.
fn encode(image: &DynamicImage, file_type: FileType) -> Result<(FileType, Vec<u8>), FileFlaw> {
    if file_type != FileType::Jpeg {
        let mut bytes = Cursor::new(Vec::new());
        let eight = if image.color().has_alpha() {
            DynamicImage::from(image.to_rgba8())
        } else {
            DynamicImage::from(image.to_rgb8())
        };
        let written = eight.write_to(&mut bytes, ImageFormat::Png);
        written.map_err(|_| FileFlaw::Image)?;
        let bytes = bytes.into_inner();
        if i64::try_from(bytes.len()).is_ok_and(|size| size <= MAX_IMAGE_BYTES) {
            return Ok((FileType::Png, bytes));
        }
    }
    Ok((FileType::Jpeg, jpeg(image, QUALITY)?))
}

fn jpeg(image: &DynamicImage, quality: u8) -> Result<Vec<u8>, FileFlaw> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    let written = on_white(image).write_with_encoder(encoder);
    written.map_err(|_| FileFlaw::Image)?;
    Ok(bytes)
}

/// What can be seen through lies on white: JPEG knows no other.
fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let seen = image.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        let over = |colour: u8| {
            let (colour, alpha) = (u16::from(colour), u16::from(alpha));
            let mixed = (colour * alpha + 255 * (255 - alpha)) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
#[path = "evidence_image_tests.rs"]
mod tests;
