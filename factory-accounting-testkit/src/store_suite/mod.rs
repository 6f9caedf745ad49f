//! What every store owes, one named test per rule.
//!
//! ```ignore
//! mod my_store {
//!     factory_accounting_testkit::store_suite!(async { Arc::new(MyStore::fresh().await) as Arc<dyn SyncStore> });
//! }
//! mod my_tokens {
//!     factory_accounting_testkit::token_store_suite!(async { Arc::new(MyStore::fresh().await) as Arc<dyn TokenStore> });
//! }
//! mod my_numbers {
//!     factory_accounting_testkit::number_store_suite!(async { Arc::new(MyStore::fresh().await) as Arc<dyn NumberStore> });
//! }
//! ```
//!
//! The expression is evaluated anew for each rule and gives an empty store. The calling crate needs tokio with `rt` and
//! `macros`. What no rule can see from outside (that an answer outlives a crash, that a full disk loses nothing, that a
//! claim does not slow down) the author of a store tests beside the suite.

mod arrival;
mod bench;
mod choosing;
mod decisions;
mod keeping;
mod leases;
mod linking;
mod listing;
mod numbers;
mod questions;
mod settling;
mod ties;
mod tokens;
mod waiting;

/// The rules, as plain functions.
pub mod rules {
    pub use super::arrival::*;
    pub use super::choosing::*;
    pub use super::decisions::*;
    pub use super::keeping::*;
    pub use super::leases::*;
    pub use super::linking::*;
    pub use super::listing::*;
    pub use super::numbers::*;
    pub use super::questions::*;
    pub use super::settling::*;
    pub use super::ties::*;
    pub use super::tokens::*;
    pub use super::waiting::*;
}

/// Makes one test per rule for a [`SyncStore`](factory_accounting_core::store::SyncStore). Takes an async expression that
/// gives an `Arc<dyn SyncStore>` without contents.
#[macro_export]
macro_rules! store_suite {
    ($empty_store:expr) => {
        $crate::suite_tests! { $empty_store;
            // Arrival
            the_same_revision_twice_is_one_row,
            an_unsent_revision_is_superseded_by_a_newer_one,
            a_newer_revision_waits_behind_one_that_is_being_sent,
            an_unknown_older_revision_is_refused,
            a_known_revision_with_another_content_or_goal_is_refused,
            without_a_revision_the_store_counts_by_content,
            a_void_of_the_same_content_is_a_new_revision,
            enqueueing_adds_all_or_none,
            a_skipped_operation_may_come_again,
            a_dropped_operation_may_come_again,
            a_question_whether_it_landed_keeps_its_place,
            x1_two_workers_that_push_one_revision_make_one_row,
            an_operation_reads_back_whole,
            connections_do_not_see_each_other,
            the_queue_takes_what_comes_before_the_connection,
            // Leases and handing out
            an_unknown_connection_rests,
            a_living_lease_keeps_others_out,
            the_holder_renews_under_the_same_epoch,
            r41_a_lease_that_ran_out_passes_under_a_new_epoch,
            r41_a_stale_worker_changes_nothing,
            a_released_lease_is_free_at_once,
            a_stale_release_frees_nothing,
            looking_in_vain_takes_no_lease,
            a_pause_rests_and_ends_by_itself,
            a_reconnect_or_disconnect_rests_until_a_person_acts,
            work_comes_in_order_of_arrival_and_within_the_limit,
            nothing_is_handed_out_before_it_is_due,
            what_has_just_arrived_is_due_whatever_the_clocks_say,
            claims_are_counted_until_it_gets_anywhere,
            open_attempts_come_when_due_and_count_their_tries,
            beginning_needs_what_is_ready,
            beginning_is_all_or_nothing,
            nothing_begins_on_an_ended_connection,
            // Settling
            done_and_its_links_come_together,
            a_retry_keeps_the_generation_and_waits,
            a_next_generation_is_due_at_once,
            a_settlement_reopens_what_depends_on_it,
            doubt_keeps_the_attempt_open,
            an_attempt_closes_with_its_last_member,
            r1_settling_twice_changes_nothing,
            a_plan_settles_without_an_attempt,
            what_is_in_an_attempt_is_settled_with_it,
            doubt_without_an_attempt_is_refused,
            settling_the_unknown_is_refused,
            what_failed_gives_way_to_a_newer_revision,
            what_was_superseded_while_planned_stays_so,
            a_voided_outcome_is_kept,
            a_worker_does_not_revive_what_a_person_ended,
            a_refused_settling_changes_nothing,
            // Waiting
            x12_a_dependent_waits_until_its_need_is_done,
            an_earlier_operation_does_not_wait_for_a_later_one,
            a_need_that_is_parked_is_not_waited_for,
            waits_pass_to_the_superseding_revision,
            waiting_in_a_circle_is_taken_back,
            f34_held_is_released_when_needed,
            f34_held_is_released_for_what_is_parked_for_its_link,
            releasing_reaches_what_the_released_needs,
            a_newer_held_revision_that_is_needed_goes_on,
            parked_goes_on_once_its_record_is_linked_by_settling,
            parked_goes_on_once_its_record_is_linked_by_hand,
            a_link_stored_since_the_claim_is_not_missed,
            // Decisions
            a_retry_by_a_person_is_a_new_generation,
            adopting_links_and_compares,
            adopting_needs_the_link_that_fits,
            marked_done_is_done_and_frees_who_waits,
            dropping_frees_the_newer_revision,
            answering_gives_way_to_a_newer_revision,
            only_a_question_can_be_decided,
            r31_what_is_set_aside_is_over_until_it_is_raised,
            r32_what_is_not_to_be_sent_is_skipped,
            // Links
            links_read_back_in_the_order_asked,
            a_package_record_is_linked_once_per_kind,
            f40_products_may_share_an_item,
            a_promoted_draft_is_shared,
            a_link_moves_when_it_is_put_anew,
            a_taken_link_refuses_the_whole_settling,
            links_page_by_host_id,
            forgetting_a_link_frees_its_record,
            x9_effects_and_cursor_are_stored_together,
            absorbed_links_wake,
            // Ties
            f16_f17_ties_that_end_are_kept,
            f16_past_ties_come_in_the_order_asked,
            a_refused_relink_ends_nothing,
            ties_that_end_with_other_verbs_are_kept,
            f16_a_person_who_relinks_during_a_write_has_the_last_word,
            r29_broken_ties_are_listed,
            r29_only_a_tie_that_can_be_named_wakes,
            f35_setting_up_is_kept_and_moves_from_where_it_was_seen,
            // Questions
            operations_are_listed_by_record_state_and_page,
            operations_are_listed_by_kind_age_and_need,
            the_newest_operation_of_a_record_is_told,
            newest_operations_are_told_in_the_order_asked,
            f110_what_waits_for_its_time_is_hastened,
            counts_tell_states_and_outcomes,
            r12_progress_counts_what_stands,
            namesakes_are_found_among_what_stands,
            // Keeping
            r55_a_connection_stays_with_its_organisation,
            f104_every_save_of_settings_is_a_version,
            f104_earlier_settings_are_read_back_with_their_day,
            settings_edited_from_an_older_version_are_refused,
            facts_are_replaced_whole,
            // Lists
            lists_read_back_by_id_and_say_when_they_were_read,
            r46_what_is_no_longer_listed_is_gone_and_revives,
            r46_an_item_made_anew_under_its_code_is_another,
            a_partial_reading_takes_nothing_away,
            a_reading_goes_on_page_by_page,
            parties_are_asked_for_by_id_and_by_key,
            f28_the_hosts_own_parties_are_known,
            // Candidates and imports
            f25_f26_a_candidate_is_what_its_link_says,
            f28_what_the_host_has_is_shown_with_the_reason,
            l17_what_is_archived_or_gone_is_not_offered,
            f27_candidates_are_searched_filtered_sorted_and_paged,
            f27_a_page_goes_on_behind_its_own_query_only,
            f23_f24_one_import_of_a_role_is_under_way_at_a_time,
            f20_a_step_of_an_import_and_its_links_are_one,
            a_cancelled_import_ends_with_what_was_asked_for,
        }
    };
}

/// Makes one test per rule for a [`TokenStore`](factory_accounting_core::token::TokenStore). Takes an async expression that
/// gives an `Arc<dyn TokenStore>` without contents.
#[macro_export]
macro_rules! token_store_suite {
    ($empty_store:expr) => {
        $crate::suite_tests! { $empty_store;
            tokens_read_back_whole,
            r40_replacing_needs_the_version_last_seen,
            r40_versions_grow_over_forgetting,
            r40_forgotten_tokens_are_not_revived_by_a_refresh,
            r41_one_worker_refreshes_at_a_time,
            replacing_ends_the_refresh_lease,
            a_lost_replacement_leaves_the_lease,
            tokens_of_connections_do_not_mix,
            debug_shows_no_token,
        }
    };
}

/// Makes one test per rule for a [`NumberStore`](factory_accounting_core::store::NumberStore). Takes an async expression that
/// gives an `Arc<dyn NumberStore>` without contents.
#[macro_export]
macro_rules! number_store_suite {
    ($empty_store:expr) => {
        $crate::suite_tests! { $empty_store;
            f79_a_device_leases_numbers_in_a_row,
            f79_blocks_never_overlap,
            f78_a_start_moves_forward_only,
            a_new_prefix_begins_a_run_of_its_own,
            asking_again_under_one_key_gives_one_block,
            f81_a_block_in_use_is_not_given_again,
            telling_a_use_again_changes_nothing,
            r10_a_number_is_never_on_two_documents,
            a_number_of_another_device_is_refused,
            a_refused_use_leaves_the_others,
            f81_nothing_is_taken_back_from_a_device_in_use,
            two_devices_never_share_what_was_taken_back,
            f78_what_was_taken_back_below_the_start_is_not_given,
            a_device_that_comes_back_keeps_what_it_used,
            a_voided_document_keeps_its_number,
            f80_every_missing_number_is_explained,
            blocks_are_listed_with_what_became_of_them,
            a_refused_lease_leaves_nothing,
        }
    };
}

/// Makes one test for each rule named; the other suites are made of it.
#[doc(hidden)]
#[macro_export]
macro_rules! suite_tests {
    ($empty_store:expr; $($rule:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $rule() {
                $crate::store_suite::rules::$rule($empty_store.await).await;
            }
        )*
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_rule_is_in_a_suite() {
        let list = include_str!("mod.rs");
        let rooms = [
            include_str!("arrival.rs"),
            include_str!("choosing.rs"),
            include_str!("decisions.rs"),
            include_str!("keeping.rs"),
            include_str!("leases.rs"),
            include_str!("linking.rs"),
            include_str!("listing.rs"),
            include_str!("numbers.rs"),
            include_str!("questions.rs"),
            include_str!("settling.rs"),
            include_str!("ties.rs"),
            include_str!("tokens.rs"),
            include_str!("waiting.rs"),
        ];
        let rules = rooms.iter().flat_map(|room| room.split("pub async fn ").skip(1));
        let names: Vec<&str> = rules.filter_map(|rest| rest.split('(').next()).collect();
        assert!(names.len() > 80, "the rules are not found any more");
        for name in names {
            assert!(list.contains(&format!("            {name},\n")), "{name} is in no suite");
        }
    }
}
