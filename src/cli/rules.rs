//! `lukao rules` and `lukao explain`.

use lukao::{Error, rules};

use super::{Exit, Format, out};

/// Lists the rules: what each finds.
#[derive(clap::Args)]
pub struct ListArgs {
    /// Form of the list.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the manual page of a rule: what it checks, how, when it cannot tell, its limits and parameters.
#[derive(clap::Args)]
pub struct ExplainArgs {
    /// Id of the rule, see `lukao rules`.
    rule: String,
}

pub fn list(args: &ListArgs) -> Result<Exit, Error> {
    let text = match args.format {
        Format::Text => {
            let rows: Vec<Vec<String>> = rules::ALL
                .iter()
                .map(|r| vec![r.meta.id.to_string(), r.meta.summary().to_string()])
                .collect();
            lukao::report::text::table(&["rule", "finds"], &rows)
        }
        Format::Json => {
            let one = |r: &rules::Entry| {
                serde_json::json!({
                    "id": r.meta.id,
                    "summary": r.meta.summary(),
                    "parameters": r.meta.params.iter().map(|p| serde_json::json!({
                        "name": p.name, "values": p.kind.to_string(), "default": p.default, "doc": p.doc.trim(),
                    })).collect::<Vec<_>>(),
                })
            };
            let all: Vec<serde_json::Value> = rules::ALL.iter().map(one).collect();
            format!("{:#}\n", serde_json::Value::Array(all))
        }
    };
    out::print(&text)?;
    Ok(Exit::Passed)
}

pub fn explain(args: &ExplainArgs) -> Result<Exit, Error> {
    let Some(rule) = rules::find(&args.rule) else {
        let found = format!("\"{}\"", args.rule);
        return Err(Error::new("explain", "a rule that `lukao rules` lists", found));
    };
    out::print(&lukao::report::text::page(&rule.meta.page()))?;
    Ok(Exit::Passed)
}
