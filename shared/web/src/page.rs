//! Pages: a template's name and everything it shows.

use serde::Serialize;
use serde_json::Value;

use crate::error::PageError;
use crate::layout::{Crumb, Layout};
use crate::render::Renderer;

/// A page, typed: what its template may show is what is in it.
pub trait Page: Serialize {
    const TEMPLATE: &'static str;

    /// The title, for the browser's tab and the top of the page.
    fn title(&self) -> String;

    /// The way from the dashboard to here.
    fn crumbs(&self) -> Vec<Crumb> {
        Vec::new()
    }

    /// A page with something in every place, to try the template with.
    fn sample() -> Self
    where
        Self: Sized;

    /// The states that the template is tried in: full, and empty where lists or optional
    /// parts can be.
    fn samples() -> Vec<Self>
    where
        Self: Sized,
    {
        vec![Self::sample()]
    }
}

/// A page's sample, without its type.
#[derive(Debug, Clone)]
pub struct Sample {
    pub template: &'static str,
    title: String,
    page: Value,
}

/// The samples of a page.
pub fn samples<P: Page>() -> Vec<Sample> {
    let to_sample = |page: P| Sample {
        template: P::TEMPLATE,
        title: page.title(),
        page: serde_json::to_value(&page).unwrap_or(Value::Null),
    };
    P::samples().into_iter().map(to_sample).collect()
}

impl Sample {
    /// The page as one of the team or a contact would get it.
    pub fn render(&self, renderer: &Renderer, team: bool) -> Result<String, PageError> {
        Ok(renderer.render_page(
            self.template,
            &Layout::sample(team, &self.title),
            &self.page,
        )?)
    }
}
