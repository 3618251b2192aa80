//! Packs that come with the engine.

/// A pack that comes with the engine.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Builtin {
    /// The exam's id.
    pub id: &'static str,
    /// File name, for errors.
    pub name: &'static str,
    /// TOML.
    pub text: &'static str,
    /// The list of articles of law that the pack refers to: file name and TOML.
    pub articles: Option<(&'static str, &'static str)>,
}

/// All packs that come with the engine, by id.
pub const BUILTIN: &[Builtin] = &[
    Builtin {
        id: "beijing-2018",
        name: "2018.toml",
        text: include_str!("../packs/beijing/2018.toml"),
        articles: None,
    },
    Builtin {
        id: "china-road-law",
        name: "road-law.toml",
        text: include_str!("../packs/china/road-law.toml"),
        articles: Some(("articles.toml", include_str!("../packs/china/articles.toml"))),
    },
    Builtin {
        id: "gbt-41798-2022",
        name: "41798-2022.toml",
        text: include_str!("../packs/gbt/41798-2022.toml"),
        articles: None,
    },
    Builtin {
        id: "general-road",
        name: "general-road.toml",
        text: include_str!("../packs/lukao/general-road.toml"),
        articles: None,
    },
];

/// The pack of that id.
#[must_use]
pub fn builtin(id: &str) -> Option<&'static Builtin> {
    BUILTIN.iter().find(|b| b.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exam;

    #[test]
    fn every_pack_loads_and_keeps_its_id() {
        for b in BUILTIN {
            let exam = Exam::parse(b.name, b.text).unwrap();
            assert_eq!(exam.id, b.id);
            assert_eq!(exam.sha256.len(), 64);
        }
        assert!(BUILTIN.is_sorted_by_key(|b| b.id));
    }
}
