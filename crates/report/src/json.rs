//! The verdict as JSON, and the schema that it keeps: `docs/verdict.schema.json`.

use lukao_exam::Verdict;
use lukao_model::Error;
use serde::Serialize;

/// The verdict as JSON with two blanks of indent. Keys are in the order of the schema, numbers read back to the
/// same value. Ends with a line break.
///
/// # Errors
/// If a figure is not a number, which no rule may report.
pub fn verdict(v: &Verdict) -> Result<String, Error> {
    pretty(v)
}

/// The JSON schema of a verdict.
///
/// # Errors
/// Never in practice; the schema is made from the types.
pub fn schema() -> Result<String, Error> {
    pretty(&schemars::schema_for!(Verdict))
}

pub(crate) fn pretty(value: &impl Serialize) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Error::new("report", "values that JSON can hold", e.to_string()))?;
    Ok(text + "\n")
}
