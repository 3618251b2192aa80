//! The trait of a rule, and an instance of one with its parameters and state.

use lukao_model::{Error, RuleResult};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::{Context, Needs};
use crate::meta::{self, Meta};
use crate::presence::{self, Presence};

/// A rule: finds one kind of conduct. Blocks come in order of time; what lasts longer than a block is in the state.
pub trait Rule: Send + Sync + 'static {
    /// Limits and options, from the pack.
    type Params: DeserializeOwned + Serialize + Default + Clone + Send + Sync;
    /// What is carried from block to block.
    type State: Default + Send;
    /// Id, manual page, parameters.
    const META: Meta;

    /// What it cannot do without.
    fn needs(params: &Self::Params) -> Needs;

    /// Looks at one block.
    fn scan(cx: &Context<'_>, params: &Self::Params, state: &mut Self::State, out: &mut RuleResult);

    /// Closes what is still open after the last block.
    fn finish(params: &Self::Params, state: Self::State, out: &mut RuleResult);
}

/// A rule with its parameters and state, in one scope of one exam.
pub trait Instance: Send {
    /// The rule.
    fn meta(&self) -> &'static Meta;
    /// What it cannot do without.
    fn needs(&self) -> Needs;
    /// The parameters in force, defaults included.
    fn params(&self) -> toml::Table;
    /// Looks at the next block. Blocks come in order of time.
    fn scan(&mut self, cx: &Context<'_>);
    /// What has been found up to now; open episodes are not in it.
    fn so_far(&self) -> &RuleResult;
    /// The result, after the last block.
    fn finish(self: Box<Self>) -> RuleResult;
}

/// A rule in the registry.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Id, manual page, parameters.
    pub meta: &'static Meta,
    make: fn(&toml::Table) -> Result<Box<dyn Instance>, Error>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({})", self.meta.id)
    }
}

impl Entry {
    /// The entry of a rule.
    #[must_use]
    pub const fn of<R: Rule>() -> Self {
        Self { meta: &R::META, make: make::<R> }
    }

    /// An instance with a pack's parameters; those not given take their defaults.
    ///
    /// # Errors
    /// A key that the rule does not have, or a value of the wrong kind or out of range, at
    /// [`Position::Part`](lukao_model::Position::Part) of the key.
    pub fn load(&self, params: &toml::Table) -> Result<Box<dyn Instance>, Error> {
        (self.make)(params)
    }
}

fn make<R: Rule>(table: &toml::Table) -> Result<Box<dyn Instance>, Error> {
    meta::check(&R::META, table)?;
    let params: R::Params = toml::Value::Table(table.clone())
        .try_into()
        .map_err(|e: toml::de::Error| Error::new(R::META.id, "parameters of the rule", e.message()))?;
    let needs = R::needs(&params);
    Ok(Box::new(Running::<R> {
        params,
        needs,
        state: R::State::default(),
        presence: Presence::default(),
        out: RuleResult::default(),
    }))
}

struct Running<R: Rule> {
    params: R::Params,
    needs: Needs,
    state: R::State,
    presence: Presence,
    out: RuleResult,
}

impl<R: Rule> Instance for Running<R> {
    fn meta(&self) -> &'static Meta {
        &R::META
    }

    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn params(&self) -> toml::Table {
        toml::Table::try_from(&self.params).unwrap_or_default()
    }

    fn scan(&mut self, cx: &Context<'_>) {
        if self.presence.all_there(&self.needs, cx, &mut self.out) {
            R::scan(cx, &self.params, &mut self.state, &mut self.out);
        }
    }

    fn so_far(&self) -> &RuleResult {
        &self.out
    }

    fn finish(mut self: Box<Self>) -> RuleResult {
        R::finish(&self.params, self.state, &mut self.out);
        self.presence.finish(&self.needs, &mut self.out);
        presence::in_order(&mut self.out);
        self.out
    }
}
