//! The score sheet as a page to print: one file, A4, no scripts, nothing loaded from elsewhere.

use askama::Template;
use lukao_exam::Verdict;
use lukao_model::Error;

use crate::parts::harmless;
use crate::sheet::view::Sheet;
use crate::sheet::{self, SheetOptions};

#[derive(Template)]
#[template(path = "sheet.html")]
struct Page<'a> {
    s: &'a Sheet,
}

/// The score sheet of a verdict as HTML that is well-formed XML too. Every text is escaped: names come from logs.
///
/// # Errors
/// Never in practice; the template is checked when it is compiled.
pub fn sheet(v: &Verdict, options: &SheetOptions) -> Result<String, Error> {
    let s = sheet::sheet(v, options);
    let page = Page { s: &s }
        .render()
        .map_err(|e| Error::new("report", "a page that can be rendered", e.to_string()))?;
    Ok(harmless(page) + "\n")
}
