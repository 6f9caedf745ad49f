//! The contract of `AccountingProvider`, one named test per rule.
//!
//! Implement [`Bench`] over a provider and its package's emulator, and call [`provider_suite!`](crate::provider_suite!) with
//! an expression that makes one over fresh books. A capability that is claimed is put to use: there are no skips for what a
//! provider says it can do. What it denies must be refused without a call.

pub mod lists;
pub mod marks;
pub mod rules;
mod workbench;

use std::fmt;
use std::sync::Arc;

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::settings::Settings;

use crate::sim_clock::SimClock;
use crate::wire::Wire;

pub use workbench::Workbench;

/// A provider over fresh books, and what the suite may do around it.
pub trait Bench: fmt::Debug {
    /// The provider, connected.
    fn provider(&self) -> Arc<dyn AccountingProvider>;

    /// The clock that provider and books go by.
    fn clock(&self) -> SimClock;

    /// Settings under which [`samples`](Self::samples) can be planned.
    fn settings(&self) -> Settings;

    /// One record of every kind that the package is said to take, dependencies first. Ids and numbers end in `-suffix`, and
    /// every reference is to a sample.
    fn samples(&self, suffix: &str) -> Vec<Record>;

    /// Requests that have left so far, whatever became of them.
    fn requests(&self) -> usize;

    /// What the next request meets in place of the package; the package never sees it.
    fn next_request_meets(&self, wire: Wire);

    /// A person deletes or voids a record in the package itself; `None` where that cannot be done there.
    fn person_removes(&self, kind: RecordKind, id: &RemoteId) -> Option<Removed>;

    /// Texts that nobody may ever read.
    fn secrets(&self) -> Vec<String>;
}

/// What is left of a record that a person has removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is still there, as one that counts no more.
    Marked,
    /// Nothing.
    Erased,
}

/// One test per rule of the provider's contract, over what an expression makes anew for each.
#[macro_export]
macro_rules! provider_suite {
    ($bench:expr) => {
        $crate::provider_suite! { @rules lists, $bench;
            a_list_has_an_end_and_no_entry_twice
            a_list_that_is_not_claimed_is_refused_without_a_call
            a_list_asked_for_by_an_instant_skips_nothing_that_has_changed
        }
        $crate::provider_suite! { @rules marks, $bench;
            a_mark_goes_out_where_it_is_claimed_and_is_refused_where_not
            a_marked_document_is_created
        }
        $crate::provider_suite! { @rules rules, $bench;
            the_organisation_is_read_in_at_most_two_calls
            encoding_is_pure_and_equal
            a_claimed_kind_can_be_created_and_comes_to_what_was_predicted
            a_kind_that_is_not_listed_is_refused_without_a_call
            a_batch_beyond_the_capability_is_refused_without_a_call
            a_write_leaves_once_whatever_comes_back
            a_write_that_never_left_is_not_applied
            a_limit_reached_is_not_applied
            the_same_bytes_under_the_same_key_are_one_record
            a_probe_finds_what_was_written_and_nothing_like_it
            a_probe_finds_what_is_gone_too
            a_fetch_answers_in_order_and_says_what_is_not_there
            a_claimed_void_works
            changes_are_never_skipped
            an_attached_file_comes_back_as_it_was
            a_dropped_verb_leaves_the_provider_usable
            no_secret_is_in_any_debug_or_error
        }
    };
    (@rules $room:ident, $bench:expr; $($rule:ident)*) => {
        $(
            #[test]
            fn $rule() {
                let bench = $bench;
                $crate::provider_suite::$room::$rule(&$crate::provider_suite::Workbench::new(&bench));
            }
        )*
    };
}
