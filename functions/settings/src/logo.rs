//! A logo drawn anew from what was sent, small enough for every page and mail; nothing
//! of the file goes along but what can be seen.

use std::io::Cursor;

use domain::brand::LOGO_BOX;
use image::imageops::FilterType;
use image::{
    DynamicImage, GenericImageView as _, ImageDecoder as _, ImageFormat, ImageReader, Limits,
};

/// Pixels of what is sent at most, and from one side to the other: a few bytes can
/// claim any.
const MAX_PIXELS: u64 = 16_000_000;
const MAX_SIDE: u32 = 8_192;

/// What a file can be that is no logo.
pub(crate) const FLAW: &str =
    "Choose a PNG, JPEG or WebP picture of up to 1 MB, at most 8,192 pixels wide.";

/// Makes a PNG of it; gives its width and height too. `None` for what is no picture of a
/// kind that is taken, or a larger one.
pub(crate) fn draw(bytes: &[u8]) -> Option<(Vec<u8>, u32, u32)> {
    let image = fitted(decode(bytes)?);
    let (width, height) = image.dimensions();
    let eight = DynamicImage::from(image.to_rgba8());
    let mut png = Cursor::new(Vec::new());
    eight.write_to(&mut png, ImageFormat::Png).ok()?;
    Some((png.into_inner(), width, height))
}

/// Told by its first bytes, whatever its name says; of an animation the first frame.
fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let format = image::guess_format(bytes).ok()?;
    let taken = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    if !taken.contains(&format) {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(4 * MAX_PIXELS);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MAX_PIXELS || decoder.total_bytes() > 4 * MAX_PIXELS {
        return None;
    }
    let orientation = decoder.orientation().ok()?;
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    Some(image)
}

/// Within the box, and never made larger.
fn fitted(image: DynamicImage) -> DynamicImage {
    let (width, height) = image.dimensions();
    if width <= LOGO_BOX.0 && height <= LOGO_BOX.1 {
        return image;
    }
    image.resize(LOGO_BOX.0, LOGO_BOX.1, FilterType::Lanczos3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let image = DynamicImage::new_rgb8(width, height);
        image.write_to(&mut bytes, format).expect("encoded");
        bytes.into_inner()
    }

    #[test]
    fn pictures_of_every_kind_come_out_as_small_pngs() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let (png, width, height) = draw(&picture(2_000, 500, format)).expect("drawn");
            assert_eq!((width, height), (384, 96), "{format:?}");
            assert_eq!(image::guess_format(&png).ok(), Some(ImageFormat::Png));
        }
        let (_, width, height) = draw(&picture(40, 20, ImageFormat::Png)).expect("drawn");
        assert_eq!((width, height), (40, 20), "nothing is made larger");
    }

    #[test]
    fn what_is_no_picture_or_claims_too_much_is_refused() {
        let mut huge = picture(10, 10, ImageFormat::Png);
        huge[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
        let mut cut = picture(200, 200, ImageFormat::Png);
        cut.truncate(60);
        let bomb = picture(8_000, 8_000, ImageFormat::Png);
        assert!(bomb.len() < 1024 * 1024, "small as a file");
        for (name, bytes) in [
            ("nothing", Vec::new()),
            (
                "text",
                b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            ),
            ("gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
            ("huge", huge),
            ("cut", cut),
            ("bomb", bomb),
        ] {
            assert!(draw(&bytes).is_none(), "{name}");
        }
    }
}
