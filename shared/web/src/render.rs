//! Templates: embedded, escaped, and given a few words of their own.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde::Serialize;
use tera::{Kwargs, State, Tera, TeraResult, Value};

use crate::layout::Layout;
use crate::markdown::{self, AllowedImages};

const TEMPLATES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));
const MANIFEST: &str = include_str!(concat!(env!("OUT_DIR"), "/manifest.json"));

/// What any page may need.
const SHARED: [&str; 3] = ["layouts/", "components/", "pages/errors/"];

/// Templates, ready to render.
pub struct Renderer(Tera);

impl Renderer {
    /// Reads every template; one that can't be read is an error at start.
    pub fn new() -> Result<Self, tera::Error> {
        Self::load(|_| true)
    }

    /// Reads those in `folder` and what any page may need, and no others: reading takes
    /// a good part of a start.
    pub fn for_folder(folder: &str) -> Result<Self, tera::Error> {
        Self::load(|name| {
            let own = name.strip_prefix(folder);
            own.is_some_and(|rest| rest.starts_with('/'))
                || SHARED.iter().any(|shared| name.starts_with(shared))
        })
    }

    fn load(wanted: impl Fn(&str) -> bool) -> Result<Self, tera::Error> {
        let mut tera = Tera::new();
        let assets: HashMap<String, String> = serde_json::from_str(MANIFEST).unwrap_or_default();
        let icons = asset_url(&assets, "icons.svg");
        tera.register_function(
            "asset",
            move |kwargs: Kwargs, _: &State| -> TeraResult<String> {
                Ok(asset_url(&assets, kwargs.must_get::<&str>("name")?))
            },
        );
        tera.register_function("icon", move |kwargs: Kwargs, _: &State| -> TeraResult<Value> {
            let name: &str = kwargs.must_get("name")?;
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            let name = if plain { name } else { "" };
            let svg = format!(r#"<svg class="icon" aria-hidden="true"><use href="{icons}#{name}"></use></svg>"#);
            Ok(Value::safe_string(&svg))
        });
        tera.register_filter(
            "markdown",
            |text: &str, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
                let pictures = allowed_images(&kwargs)?;
                Ok(Value::safe_string(&markdown::to_html(text, &pictures)))
            },
        );
        tera.register_filter("path", |text: &str, _: Kwargs, _: &State| plain_path(text));
        tera.register_filter("datetime", |text: &str, kwargs: Kwargs, _: &State| {
            format_time(text, &kwargs, "minute", "%-d %b %Y, %H:%M %Z")
        });
        // Mail has no script that would fit the time to the reader.
        tera.register_filter("moment", |text: &str, kwargs: Kwargs, _: &State| {
            format_moment(text, &kwargs, "%-d %b %Y, %H:%M %Z")
        });
        tera.register_filter("date", |text: &str, kwargs: Kwargs, _: &State| {
            format_time(text, &kwargs, "day", "%-d %b %Y")
        });
        tera.register_filter(
            "day",
            |text: &str, _: Kwargs, _: &State| -> TeraResult<String> {
                let day: civil::Date = text
                    .parse()
                    .map_err(|e| tera::Error::message(format!("{text}: {e}")))?;
                Ok(day.strftime("%-d %b %Y").to_string())
            },
        );
        tera.register_filter(
            "plural",
            |n: i64, kwargs: Kwargs, _: &State| -> TeraResult<String> {
                let word: &str = if n == 1 {
                    kwargs.must_get("one")?
                } else {
                    kwargs.must_get("many")?
                };
                Ok(format!("{n} {word}"))
            },
        );
        tera.register_filter("filesize", |n: i64, _: Kwargs, _: &State| -> String {
            format_filesize(n)
        });
        let templates = TEMPLATES.iter().copied().filter(|(name, _)| wanted(name));
        tera.add_raw_templates(templates.collect::<Vec<_>>())?;
        Ok(Self(tera))
    }

    /// A page in its layout.
    pub(crate) fn render_page(
        &self,
        template: &str,
        layout: &Layout,
        page: &impl Serialize,
    ) -> Result<String, tera::Error> {
        let mut context = tera::Context::new();
        context.insert("layout", layout);
        context.insert("page", page);
        self.0.render(template, &context)
    }

    /// A template whose context is `context`'s fields.
    pub(crate) fn render_plain(
        &self,
        template: &str,
        context: &impl Serialize,
    ) -> Result<String, tera::Error> {
        self.0
            .render(template, &tera::Context::from_serialize(context)?)
    }

    /// The names of all templates.
    pub fn template_names() -> impl Iterator<Item = &'static str> {
        TEMPLATES.iter().map(|(name, _)| *name)
    }
}

/// The pictures that a text may show: `base`, and their ids as `pictures`.
fn allowed_images(kwargs: &Kwargs) -> TeraResult<AllowedImages> {
    let ids: Option<Vec<&str>> = kwargs.get("pictures")?;
    let ids = ids.unwrap_or_default();
    Ok(AllowedImages {
        base: kwargs.get::<&str>("base")?.unwrap_or_default().to_owned(),
        ids: ids.into_iter().filter_map(|id| id.parse().ok()).collect(),
    })
}

fn asset_url(assets: &HashMap<String, String>, name: &str) -> String {
    format!("/assets/{}", assets.get(name).map_or(name, String::as_str))
}

/// A point in time in the reader's zone, as plain text.
fn format_moment(text: &str, kwargs: &Kwargs, format: &str) -> TeraResult<String> {
    let zone: Option<&str> = kwargs.get("tz")?;
    let zone = zone
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC);
    let time = parse_time(text)?;
    Ok(time.to_zoned_datetime(zone).strftime(format).to_string())
}

fn parse_time(text: &str) -> TeraResult<Timestamp> {
    text.parse()
        .map_err(|e| tera::Error::message(format!("{text}: {e}")))
}

/// A point in time: exact for machines, in the reader's zone for people.
fn format_time(text: &str, kwargs: &Kwargs, local: &str, format: &str) -> TeraResult<Value> {
    let time = parse_time(text)?;
    let words = format_moment(text, kwargs, format)?;
    Ok(Value::safe_string(&format!(
        r#"<time datetime="{time}" data-local="{local}">{words}</time>"#
    )))
}

/// A path of ours without escapes, which would make a long list longer; anything
/// else is escaped as all text is.
fn plain_path(text: &str) -> Value {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    if text.chars().all(plain) {
        Value::safe_string(text)
    } else {
        Value::from(text)
    }
}

fn format_filesize(bytes: i64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KB", bytes / 1_024),
        _ => format!(
            "{}.{} MB",
            bytes / 1_048_576,
            bytes % 1_048_576 * 10 / 1_048_576
        ),
    }
}
