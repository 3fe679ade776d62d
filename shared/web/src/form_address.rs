//! The addresses that only take forms: a reload or a copied link leads to the form's page.
//!
//! A refused form is shown at the address that it was sent to, so that is what the address bar
//! holds.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use http::Uri;

use crate::reply::see_other;

/// The address of a route.
#[derive(Debug, Clone, Copy)]
pub struct RouteAddress {
    /// Whether forms are sent there; otherwise it is a page.
    pub is_form: bool,
    pub path: &'static str,
}

/// The page of a form, as seen from the address that the form is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FormPage {
    /// Segments of the address that lead there.
    kept: usize,
    /// Whether it is the page below, on which new things are written.
    is_new: bool,
}

impl FormPage {
    fn href(self, uri: &Uri) -> String {
        let segments = uri.path().split('/').skip(1).take(self.kept);
        let mut href: String = segments.flat_map(|segment| ["/", segment]).collect();
        if self.is_new {
            href.push_str("/new");
        }
        href
    }
}

/// The ways from addresses that only take forms, by their pattern.
pub(crate) fn form_addresses(
    routes: impl Iterator<Item = RouteAddress>,
) -> BTreeMap<&'static str, MethodRouter> {
    let (mut pages, mut forms) = (BTreeSet::new(), BTreeSet::new());
    for route in routes {
        let all = if route.is_form {
            &mut forms
        } else {
            &mut pages
        };
        all.insert(route.path);
    }
    let ways = forms.difference(&pages).filter_map(|form| {
        let page = find_page(form, &pages)?;
        let way =
            get(async move |uri: Uri| -> Response { see_other(&page.href(&uri)).into_response() });
        Some((*form, way))
    });
    ways.collect()
}

/// The page below on which new things are written, else the nearest page above.
fn find_page(form: &str, pages: &BTreeSet<&str>) -> Option<FormPage> {
    let segments = form.split('/').count() - 1;
    if pages.contains(format!("{form}/new").as_str()) {
        return Some(FormPage {
            kept: segments,
            is_new: true,
        });
    }
    let above = form.rmatch_indices('/').map(|(end, _)| &form[..end]);
    let above = above.zip((0..segments).rev());
    let mut above = above.filter(|(path, _)| pages.contains(path) && !path.is_empty());
    above.next().map(|(_, kept)| FormPage {
        kept,
        is_new: false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use http::Uri;

    use super::find_page;

    #[test]
    fn address_of_a_form_leads_to_the_page_of_the_form() {
        let pages = BTreeSet::from([
            "/findings",
            "/findings/{finding}",
            "/clients/{client}",
            "/clients/{client}/engagements/new",
        ]);
        for (form, sent_to, page) in [
            ("/findings/bulk", "/findings/bulk", "/findings"),
            (
                "/findings/{finding}/not-fixed",
                "/findings/01J/not-fixed?x=1",
                "/findings/01J",
            ),
            (
                "/clients/{client}/engagements",
                "/clients/01C/engagements",
                "/clients/01C/engagements/new",
            ),
            ("/clients/{client}/a/b", "/clients/01C/a/b", "/clients/01C"),
        ] {
            let found = find_page(form, &pages).expect("a page");
            assert_eq!(found.href(&Uri::from_static(sent_to)), page);
        }
        assert_eq!(find_page("/sign-out", &pages), None);
    }
}
