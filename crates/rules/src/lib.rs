//! One file a rule, named after the conduct it finds.
