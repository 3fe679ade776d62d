//! Rendering a logo anew from an uploaded image, small enough for pages and mail. Nothing but
//! the pixels is kept of the file.

use domain::brand::LOGO_BOX;
use image::imageops::FilterType;
use image::{
    DynamicImage, GenericImageView as _, ImageDecoder as _, ImageFormat, ImageReader, Limits,
};
use std::io::Cursor;

/// The most pixels of an image, and of one side of it: a few bytes can claim any number.
const MAX_PIXELS: u64 = 16_000_000;
const MAX_SIDE: u32 = 8_192;

/// The message for a file that can't be a logo.
pub(crate) const FLAW: &str =
    "Choose a PNG, JPEG or WebP picture of up to 1 MB, at most 8,192 pixels wide.";

/// A logo as it is stored.
pub(crate) struct LogoImage {
    pub(crate) png: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Renders the logo; `None` where the bytes are no image of an accepted format, or too large.
pub(crate) fn render_logo(bytes: &[u8]) -> Option<LogoImage> {
    let image = resize_to_box(decode(bytes)?);
    let (width, height) = image.dimensions();
    let rgba = DynamicImage::from(image.to_rgba8());
    let mut png = Cursor::new(Vec::new());
    rgba.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(LogoImage {
        png: png.into_inner(),
        width,
        height,
    })
}

/// The format is detected by the first bytes, not by the name; an animation gives its first
/// frame.
fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let format = image::guess_format(bytes).ok()?;
    let accepted = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    if !accepted.contains(&format) {
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

/// Shrinks an image to the box; a smaller one stays as it is.
fn resize_to_box(image: DynamicImage) -> DynamicImage {
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
    fn logo_of_every_format_becomes_a_small_png() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let logo = render_logo(&picture(2_000, 500, format)).expect("drawn");
            assert_eq!((logo.width, logo.height), (384, 96), "{format:?}");
            assert_eq!(image::guess_format(&logo.png).ok(), Some(ImageFormat::Png));
        }
        let logo = render_logo(&picture(40, 20, ImageFormat::Png)).expect("drawn");
        assert_eq!(
            (logo.width, logo.height),
            (40, 20),
            "nothing is made larger"
        );
    }

    #[test]
    fn logo_that_is_no_image_or_too_large_is_refused() {
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
            assert!(render_logo(&bytes).is_none(), "{name}");
        }
    }
}
