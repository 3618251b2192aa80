//! What a rule says of itself: id, manual page, parameters.

use lukao_model::{Error, Position};

/// What a rule says of itself. The doc comment of the rule is its manual page.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// Stable, kebab-case, names the conduct that is found.
    pub id: &'static str,
    /// The doc comment as written; see [`Meta::page`].
    pub doc: &'static str,
    /// Parameters, in the order of the page.
    pub params: &'static [Param],
}

/// Sections that each manual page has, in this order.
pub const SECTIONS: [&str; 5] = ["Checks", "Method", "Cannot tell", "Limits", "Source"];

impl Meta {
    /// One line: what is found.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.doc.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("")
    }

    /// The manual page: Markdown, with the table of parameters.
    #[must_use]
    pub fn page(&self) -> String {
        let mut page = format!("# {}\n\n", self.id);
        for line in self.doc.lines() {
            page.push_str(line.strip_prefix(' ').unwrap_or(line));
            page.push('\n');
        }
        if !self.params.is_empty() {
            page.push_str("\n## Parameters\n\n");
        }
        for p in self.params {
            let doc: Vec<&str> = p.doc.lines().map(str::trim).collect();
            page.push_str(&format!(
                "- `{}` ({}; default {}): {}\n",
                p.name,
                p.kind,
                p.default,
                doc.join(" ")
            ));
        }
        page
    }

    /// The parameter of that name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|p| p.name == name)
    }
}

/// One parameter of a rule, as packs write it.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Key, snake_case; a number's ends in its unit.
    pub name: &'static str,
    /// What values it takes.
    pub kind: ParamKind,
    /// Value if the pack does not set it, as TOML writes it; `none` if it is then not used.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamKind {
    /// A number with unit, from `min` to `max`, ends included.
    Number {
        /// Unit.
        unit: &'static str,
        /// Least.
        min: f64,
        /// Greatest.
        max: f64,
    },
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl std::fmt::Display for ParamKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number { unit: "", min, max } => write!(f, "{min} to {max}"),
            Self::Number { unit, min, max } => write!(f, "{min} to {max} {unit}"),
            Self::Flag => write!(f, "true or false"),
            Self::Choice(words) => write!(f, "one of {}", words.join(", ")),
        }
    }
}

/// A parameter that takes one of a few words.
pub trait Choice {
    /// The words, as packs write them.
    const WORDS: &'static [&'static str];
}

/// Checks a pack's table against the parameters: known keys, right kinds, in range.
///
/// # Errors
/// The first key that is wrong, at [`Position::Part`] of the key, so that who holds the text can put a line
/// and column there.
pub fn check(meta: &Meta, table: &toml::Table) -> Result<(), Error> {
    for (key, value) in table {
        let wrong = |expected: String| {
            Err(Error::new(meta.id, expected, value.to_string()).at(Position::Part(key.clone())))
        };
        let Some(param) = meta.param(key) else {
            let names: Vec<&str> = meta.params.iter().map(|p| p.name).collect();
            return Err(Error::new(
                meta.id,
                format!("one of {}", names.join(", ")),
                format!("the key \"{key}\""),
            )
            .at(Position::Part(key.clone())));
        };
        match param.kind {
            ParamKind::Number { min, max, .. } => {
                let number = value.as_float().or_else(|| value.as_integer().map(|i| i as f64));
                if !number.is_some_and(|v| min <= v && v <= max) {
                    return wrong(format!("a number from {}", param.kind));
                }
            }
            ParamKind::Flag if !value.is_bool() => return wrong(param.kind.to_string()),
            ParamKind::Choice(words) if !value.as_str().is_some_and(|w| words.contains(&w)) => {
                return wrong(param.kind.to_string());
            }
            ParamKind::Flag | ParamKind::Choice(_) => {}
        }
    }
    Ok(())
}

/// Declares a rule: its type, its parameters and [`Meta`] from one text. The doc comment is the manual page.
///
/// Parameters are `number NAME = DEFAULT, "unit", MIN..=MAX;`, `optional NAME, "unit", MIN..=MAX;`,
/// `flag NAME = true;` or `choice NAME: Type = Type::Word, "word";`. In scope afterwards are the type, a struct
/// `Params` and the constant `META`.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])+
        $rule:ident = $id:literal {
            $(
                $(#[doc = $pdoc:literal])+
                $kind:ident $name:ident $(: $ty:ty)? $(= $default:expr)? $(, $more:literal $(, $min:literal ..= $max:literal)?)? ;
            )*
        }
    ) => {
        $(#[doc = $doc])+
        pub struct $rule;

        /// Parameters of the rule.
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Params {
            $($(#[doc = $pdoc])+ pub $name: $crate::meta::rule_type!($kind $($ty)?),)*
        }

        impl Default for Params {
            fn default() -> Self {
                Self { $($name: $crate::meta::rule_default!($kind $($default)?),)* }
            }
        }

        pub(crate) const META: $crate::meta::Meta = $crate::meta::Meta {
            id: $id,
            doc: concat!($($doc, "\n"),+),
            params: &[$($crate::meta::Param {
                name: stringify!($name),
                kind: $crate::meta::rule_kind!($kind [$($ty)?] $($more $(, $min, $max)?)?),
                default: $crate::meta::rule_shown!($kind [$($default)?] $($more)?),
                doc: concat!($($pdoc, "\n"),+),
            },)*],
        };
    };
}
pub(crate) use rule;

macro_rules! rule_type {
    (number) => { f64 };
    (optional) => { Option<f64> };
    (flag) => { bool };
    (choice $ty:ty) => { $ty };
}
pub(crate) use rule_type;

macro_rules! rule_default {
    (optional) => {
        None
    };
    ($kind:ident $default:expr) => {
        $default
    };
}
pub(crate) use rule_default;

macro_rules! rule_kind {
    (number [] $unit:literal, $min:literal, $max:literal) => {
        $crate::meta::ParamKind::Number { unit: $unit, min: $min, max: $max }
    };
    (optional [] $unit:literal, $min:literal, $max:literal) => {
        $crate::meta::ParamKind::Number { unit: $unit, min: $min, max: $max }
    };
    (flag []) => {
        $crate::meta::ParamKind::Flag
    };
    (choice [$ty:ty] $word:literal) => {
        $crate::meta::ParamKind::Choice(<$ty as $crate::meta::Choice>::WORDS)
    };
}
pub(crate) use rule_kind;

macro_rules! rule_shown {
    (optional [] $unit:literal) => {
        "none"
    };
    (choice [$default:expr] $word:literal) => {
        $word
    };
    ($kind:ident [$default:expr] $($unit:literal)?) => {
        stringify!($default)
    };
}
pub(crate) use rule_shown;
