//! Files of the demo, drawn when it is made: a terminal as a picture, and a report.

use std::fmt::Write as _;
use std::io::Cursor;

use font8x8::UnicodeFonts as _;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::problem::{Problem, ProblemContext as _};

const SCALE: u32 = 2;
const WIDE: u32 = 8 * SCALE;
const HIGH: u32 = 12 * SCALE;
const MARGIN: u32 = 24;
const BAR: u32 = 36;
const GROUND: Rgb<u8> = Rgb([18, 38, 63]);
const TOP: Rgb<u8> = Rgb([43, 62, 88]);
const INK: Rgb<u8> = Rgb([219, 230, 243]);
const PROMPT: Rgb<u8> = Rgb([126, 211, 150]);

/// A terminal that shows `text`, as PNG. Lines that begin with `$` were typed.
pub(super) fn terminal(text: &str) -> Result<Vec<u8>, Problem> {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let count = |n: usize| u32::try_from(n).unwrap_or_default();
    let longest = lines.iter().map(|line| line.chars().count()).max();
    let width = 2 * MARGIN + WIDE * count(longest.unwrap_or_default()).max(40);
    let height = BAR + 2 * MARGIN + HIGH * count(lines.len());
    let mut image = RgbImage::from_pixel(width, height, GROUND);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let dots = (0..3).any(|n| {
            let (across, down) = (x.abs_diff(24 + 26 * n), y.abs_diff(BAR / 2));
            across * across + down * down < 49
        });
        if y < BAR {
            *pixel = if dots { INK } else { TOP };
        }
    }
    for (line, y) in lines.iter().zip((0..).map(|n| BAR + MARGIN + HIGH * n)) {
        let ink = if line.starts_with('$') { PROMPT } else { INK };
        for (letter, x) in line.chars().zip((0..).map(|n| MARGIN + WIDE * n)) {
            write_at(&mut image, letter, (x, y), ink);
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    let written = DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Png);
    written.with_problem("A picture of the demo can't be drawn")?;
    Ok(bytes.into_inner())
}

fn write_at(image: &mut RgbImage, letter: char, (left, top): (u32, u32), ink: Rgb<u8>) {
    let rows = font8x8::BASIC_FONTS.get(letter).unwrap_or_default();
    for (row, y) in rows.into_iter().zip(0_u32..) {
        for x in (0..8_u32).filter(|x| row & (1 << x) != 0) {
            for (dx, dy) in (0..SCALE * SCALE).map(|n| (n % SCALE, n / SCALE)) {
                let at = (left + x * SCALE + dx, top + y * SCALE + dy);
                if let Some(pixel) = image.get_pixel_mut_checked(at.0, at.1) {
                    *pixel = ink;
                }
            }
        }
    }
}

/// A page of text, as PDF.
pub(super) fn report(text: &str) -> Vec<u8> {
    let mut page = String::from("BT /F 11 Tf 56 780 Td 16 TL\n");
    for line in text.trim_end().lines() {
        let line: String = line.chars().filter(char::is_ascii).collect();
        let line = line.replace('\\', "\\\\");
        let line = line.replace('(', "\\(").replace(')', "\\)");
        let _ = writeln!(page, "({line}) Tj T*");
    }
    page.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut places = String::from("0000000000 65535 f \n");
    for (n, object) in objects.iter().enumerate() {
        let _ = writeln!(places, "{:010} 00000 n ", pdf.len());
        let _ = write!(pdf, "{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let (begins, size) = (pdf.len(), objects.len() + 1);
    let _ = write!(
        pdf,
        "xref\n0 {size}\n{places}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{begins}\n%%EOF\n"
    );
    pdf.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_image_is_small_and_demo_report_is_a_pdf() {
        let png = terminal("$ id\nuid=0(root) gid=0(root)\n").expect("drawn");
        let image = image::load_from_memory(&png).expect("a picture").to_rgb8();
        assert!(image.pixels().any(|pixel| *pixel == PROMPT));
        assert!(png.len() < 20_000, "{}", png.len());
        let pdf = report("Report (final)\n\nDone.");
        let text = String::from_utf8(pdf).expect("ASCII");
        for place in text.lines().filter(|line| line.ends_with(" 00000 n ")) {
            let at: usize = place
                .get(..10)
                .and_then(|at| at.parse().ok())
                .expect("a place");
            assert!(
                text.get(at..).is_some_and(|rest| rest.contains(" 0 obj")),
                "{place}"
            );
        }
        assert!(text.contains("(Report \\(final\\)) Tj"));
    }
}
