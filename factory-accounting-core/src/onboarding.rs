//! Setting up a connection, step by step: what a host shows after a sign-in (F4, F35). Each step can be put off ("Not Right
//! Now") and taken up again, after a restart too. Nothing waits for it: documents that are pushed before it is ready go out
//! as the settings say, and those that lack an account, a tax code or a link wait for a person as ever.
//!
//! ```text
//! Authorised ──► ChoosingLists ──► LinkingContacts ──► Ready
//!                 done | put off     done | put off      │ resume
//!                      ▲                  ▲──────────────┘
//! ```

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How far the setting up of a connection has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Onboarding {
    /// Where it stands.
    pub stage: Stage,
    /// Choosing accounts, tax codes and items.
    pub lists: Progress,
    /// Linking and importing customers and suppliers.
    pub contacts: Progress,
}

/// Where the setting up stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Signed in; nothing chosen yet. Shows what is to be done in the package itself.
    #[default]
    Authorised,
    /// Accounts, tax codes and items are chosen.
    ChoosingLists,
    /// Customers and suppliers are linked and imported (F4).
    LinkingContacts,
    /// Nothing is left but what was put off.
    Ready,
}

/// Whether a step has been taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Progress {
    /// Not yet.
    #[default]
    Open,
    /// It has.
    Done {
        /// Who said so, in the host's words.
        by: String,
        /// When, UTC.
        at: DateTime<Utc>,
    },
    /// Not right now (F35).
    PutOff {
        /// Who said so, in the host's words.
        by: String,
        /// When, UTC.
        at: DateTime<Utc>,
    },
}

/// A step that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoStep {
    /// Somebody else was quicker, or the page was old.
    #[error("setting up stands at {now}, not at {seen}: look at it again")]
    MovedOn {
        /// Where it was seen.
        seen: Stage,
        /// Where it stands.
        now: Stage,
    },
    /// There is nothing to put off before anything was begun, or after all is ready.
    #[error("{0} is no step that can be put off: advance instead")]
    NotPutOff(Stage),
    /// The step was not put off.
    #[error("{0} was not put off: there is nothing to take up again")]
    NotResumed(Stage),
}

impl Stage {
    /// What is done at it, as a heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Authorised => "Signed in",
            Self::ChoosingLists => "Choose accounts, taxes and items",
            Self::LinkingContacts => "Link and import customers and suppliers",
            Self::Ready => "Ready",
        }
    }

    /// Stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorised => "authorised",
            Self::ChoosingLists => "choosing_lists",
            Self::LinkingContacts => "linking_contacts",
            Self::Ready => "ready",
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Onboarding {
    /// Steps that were put off, in their order.
    #[must_use]
    pub fn put_off_steps(&self) -> Vec<Stage> {
        let steps = [(Stage::ChoosingLists, &self.lists), (Stage::LinkingContacts, &self.contacts)];
        steps
            .into_iter()
            .filter(|(_, progress)| matches!(progress, Progress::PutOff { .. }))
            .map(|(step, _)| step)
            .collect()
    }

    /// The step is done: on to the first that is neither done nor put off.
    ///
    /// # Errors
    /// [`NoStep::MovedOn`] where it does not stand at `seen`, so that two clicks do not skip a step.
    pub fn advanced(self, seen: Stage, by: &str, at: DateTime<Utc>) -> Result<Self, NoStep> {
        self.at(seen)?.left(Progress::Done { by: by.to_owned(), at })
    }

    /// Not right now: on to the next step.
    ///
    /// # Errors
    /// [`NoStep::MovedOn`] as at [`advanced`](Self::advanced); [`NoStep::NotPutOff`] at the beginning and at the end.
    pub fn put_off(self, seen: Stage, by: &str, at: DateTime<Utc>) -> Result<Self, NoStep> {
        let this = self.at(seen)?;
        if matches!(this.stage, Stage::Authorised | Stage::Ready) {
            return Err(NoStep::NotPutOff(this.stage));
        }
        this.left(Progress::PutOff { by: by.to_owned(), at })
    }

    /// Takes up a step that was put off; where it stood before does not matter.
    ///
    /// # Errors
    /// [`NoStep::NotResumed`] where it was not put off.
    pub fn resumed(mut self, step: Stage) -> Result<Self, NoStep> {
        let progress = self.progress_of(step).filter(|progress| matches!(progress, Progress::PutOff { .. }));
        *progress.ok_or(NoStep::NotResumed(step))? = Progress::Open;
        self.stage = step;
        Ok(self)
    }

    fn at(self, seen: Stage) -> Result<Self, NoStep> {
        if self.stage == seen { Ok(self) } else { Err(NoStep::MovedOn { seen, now: self.stage }) }
    }

    /// Leaves the present step behind, for the first that is neither done nor put off.
    fn left(mut self, progress: Progress) -> Result<Self, NoStep> {
        if let Some(own) = self.progress_of(self.stage) {
            *own = progress;
        }
        let steps = [(Stage::ChoosingLists, &self.lists), (Stage::LinkingContacts, &self.contacts)];
        let open = steps.into_iter().find(|(_, progress)| **progress == Progress::Open);
        self.stage = open.map_or(Stage::Ready, |(step, _)| step);
        Ok(self)
    }

    fn progress_of(&mut self, step: Stage) -> Option<&mut Progress> {
        match step {
            Stage::ChoosingLists => Some(&mut self.lists),
            Stage::LinkingContacts => Some(&mut self.contacts),
            Stage::Authorised | Stage::Ready => None,
        }
    }
}

/// Something that a person must do in the package before everything works, as data (F13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SetupStep {
    /// Stable name.
    pub code: &'static str,
    /// What to do, one line.
    pub title: &'static str,
    /// What does not work without it, one line.
    pub why: String,
    /// Where it is done.
    pub place: &'static str,
    /// Whether it is done.
    pub state: StepState,
}

impl SetupStep {
    /// A step.
    pub fn new(
        code: &'static str,
        title: &'static str,
        why: impl Into<String>,
        place: &'static str,
        state: StepState,
    ) -> Self {
        Self { code, title, why: why.into(), place, state }
    }
}

/// Whether a step in the package is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepState {
    /// It is.
    Done,
    /// It is not.
    Open,
    /// The package does not tell: a person looks.
    Unknown,
}

impl From<bool> for StepState {
    fn from(done: bool) -> Self {
        if done { Self::Done } else { Self::Open }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const STAGES: [Stage; 4] = [Stage::Authorised, Stage::ChoosingLists, Stage::LinkingContacts, Stage::Ready];

    fn all_steps(from: &Onboarding) -> Vec<Result<Onboarding, NoStep>> {
        let at = DateTime::UNIX_EPOCH;
        STAGES
            .into_iter()
            .flat_map(|stage| {
                [
                    from.clone().advanced(stage, "Ann", at),
                    from.clone().put_off(stage, "Ann", at),
                    from.clone().resumed(stage),
                ]
            })
            .collect()
    }

    /// Every state that any steps lead to.
    #[test]
    fn f4_f35_from_everywhere_it_becomes_ready_and_everything_put_off_can_be_taken_up() {
        let at = DateTime::UNIX_EPOCH;
        let mut known: Vec<Onboarding> = vec![Onboarding::default()];
        let mut stages = BTreeSet::new();
        let mut next = 0;
        while let Some(state) = known.get(next).cloned() {
            next += 1;
            stages.insert(state.stage);
            for step in state.put_off_steps() {
                assert_eq!(state.clone().resumed(step).expect("taken up").stage, step);
            }
            let mut ahead = state.clone();
            for _ in 0..STAGES.len() {
                ahead = ahead.clone().advanced(ahead.stage, "Ann", at).expect("on");
            }
            assert_eq!(ahead.stage, Stage::Ready, "{state:?}");
            let open = [&ahead.lists, &ahead.contacts].contains(&&Progress::Open);
            assert!(!open, "a step was passed over from {state:?}");
            for reached in all_steps(&state).into_iter().flatten() {
                if !known.contains(&reached) {
                    known.push(reached);
                }
            }
        }
        assert_eq!(stages, BTreeSet::from(STAGES));
        assert!(known.len() > 10, "{known:?}");
    }

    #[test]
    fn two_clicks_are_one_step() {
        let at = DateTime::UNIX_EPOCH;
        let once = Onboarding::default().advanced(Stage::Authorised, "Ann", at).expect("on");
        let again = once.clone().advanced(Stage::Authorised, "Ann", at);
        assert_eq!(again, Err(NoStep::MovedOn { seen: Stage::Authorised, now: Stage::ChoosingLists }));
        assert_eq!(once.clone().resumed(Stage::ChoosingLists), Err(NoStep::NotResumed(Stage::ChoosingLists)));
        let early = Onboarding::default().put_off(Stage::Authorised, "Ann", at).expect_err("nothing to put off");
        assert!(early.to_string().contains("authorised"), "{early}");
    }
}
