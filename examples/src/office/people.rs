//! Customers: who is in the books already, who is taken over, who is the same as one of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use async_trait::async_trait;
use factory_accounting::engine::{ImportAnswer, ImportAsk, ImportHost};
use factory_accounting::ids::{LocalId, RemoteId};
use factory_accounting::model::RecordKind;
use factory_accounting::onboarding::Stage;
use factory_accounting::provider::CatalogueKind;
use factory_accounting::store::{
    CandidateFilter, CandidatePage, CandidateQuery, CandidateSort, ImportSelection, SkipReason,
};

use super::desk::{HALE, key};
use super::{MERE, Office, show, words};

const ROLE: RecordKind = RecordKind::Customer;

/// The joinery's own customer list: takes everybody but the owner's family. Each question's key stands for one record, however
/// often it is asked; a real one keeps it under a unique index.
#[derive(Debug, Default)]
struct CustomerList(Mutex<BTreeMap<String, LocalId>>);

#[async_trait]
impl ImportHost for CustomerList {
    async fn create_local(&self, ask: ImportAsk<'_>) -> Result<ImportAnswer, String> {
        if ask.party.party.name.contains("Family") {
            return Ok(ImportAnswer::Declined("private: kept out of the joinery's customers".to_owned()));
        }
        let mut customers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = LocalId::new(format!("c-{}", 101 + customers.len()));
        Ok(ImportAnswer::Created(customers.entry(ask.key.to_owned()).or_insert(next).clone()))
    }
}

impl Office {
    /// The picker, a search in it, an import of what was ticked, and the report.
    pub(super) async fn pick_people(&self) -> anyhow::Result<()> {
        show::screen("Customers in the books")?;
        self.engine.know(ROLE, self.desk.known()).await?;
        self.engine.refresh(&[CatalogueKind::Parties]).await?;
        let page = self.engine.candidates(CandidateQuery { limit: 12, ..CandidateQuery::new(ROLE) }).await?;
        self.picker(&page)?;
        if page.next.is_some() {
            show::line("… and more on the next page.")?;
        }

        show::line("Search \"ha jo\", by e-mail address:")?;
        let search =
            CandidateQuery { search: "ha jo".to_owned(), sort: CandidateSort::Email, ..CandidateQuery::new(ROLE) };
        self.picker(&self.engine.candidates(search).await?)?;

        show::screen("Import")?;
        self.not_right_now(Stage::LinkingContacts).await?;
        let customers = CustomerList::default();
        let ticked = self.ticked(&["Rimu Kitchens Ltd", "Tane Family Trust", "Élan Interiors"]).await?;
        show::line(format_args!("{} ticked.", ticked.len()))?;
        self.import(&customers, ImportSelection::Only(ticked)).await?;
        show::line("All others that can be, and once more all of them:")?;
        self.import(&customers, ImportSelection::All).await?;
        self.import(&customers, ImportSelection::All).await?;
        let states = BTreeSet::from([CandidateFilter::PreviouslyImported, CandidateFilter::NotImported]);
        let taken_over = CandidateQuery { states, sort: CandidateSort::State, ..CandidateQuery::new(ROLE) };
        self.picker(&self.engine.candidates(taken_over).await?)
    }

    fn picker(&self, page: &CandidatePage) -> anyhow::Result<()> {
        let rows: Vec<[String; 4]> = page
            .rows
            .iter()
            .map(|row| {
                let party = &row.party.party;
                let mark = if row.state.selectable() { "[ ]" } else { "" };
                let state = row.state.reason().unwrap_or_else(|| row.state.filter().label().to_owned());
                let email = party.email.clone().unwrap_or_else(|| words::NOTHING.to_owned());
                [mark.to_owned(), party.name.clone(), email, state]
            })
            .collect();
        show::table(["", "name", "e-mail", "state"], &rows, &[5, 30, 30])?;
        if let Some(totals) = &page.totals {
            let counted: Vec<String> =
                totals.states.iter().map(|(state, many)| format!("{many} {}", state.label())).collect();
            show::line(format_args!("{} found: {}", totals.sum(), counted.join(", ")))?;
        }
        Ok(())
    }

    /// The ids of the candidates of these names.
    async fn ticked(&self, names: &[&str]) -> anyhow::Result<BTreeSet<RemoteId>> {
        let mut ids = BTreeSet::new();
        for name in names {
            let query = CandidateQuery { search: (*name).to_owned(), limit: 1, ..CandidateQuery::new(ROLE) };
            let found = self.engine.candidates(query).await?.rows.pop();
            ids.insert(found.with_context(|| format!("{name} is not in the books"))?.party.id);
        }
        Ok(ids)
    }

    async fn import(&self, customers: &CustomerList, selection: ImportSelection) -> anyhow::Result<()> {
        let report = self.engine.import(ROLE, selection, customers).await?;
        let tally = &report.tally;
        let skipped: Vec<String> = tally
            .skipped
            .iter()
            .map(|(reason, many): (&SkipReason, &u64)| format!("{many} {}", reason.label()))
            .collect();
        let skipped = if skipped.is_empty() { "none".to_owned() } else { skipped.join(", ") };
        show::line(format_args!(
            "{} looked at: {} created, {} linked, {} failed; left out: {skipped}",
            tally.seen, tally.created, tally.linked, tally.failed
        ))?;
        for note in self.engine.import_notes(ROLE, None, 20).await? {
            show::item(format_args!("{}: {}", note.name, note.reason))?;
        }
        Ok(())
    }

    /// A customer of ours that the books call otherwise: what it may be, and why; linked by hand.
    pub(super) async fn link_by_hand(&self) -> anyhow::Result<()> {
        show::screen("Which of these is Hale Joinery Limited?")?;
        let customers = self.desk.customers();
        let hale = self.record(customers.first().cloned().unwrap_or_default())?;
        let suggestions = self.engine.suggestions_of(&hale, 3).await?;
        let rows: Vec<[String; 4]> = suggestions
            .iter()
            .map(|found| {
                let reasons: Vec<String> = found.reasons.iter().map(ToString::to_string).collect();
                let taken = found.taken_by.as_ref().map_or_else(|| "free".to_owned(), |by| format!("linked to {by}"));
                [format!("{} %", found.score), found.name.clone(), reasons.join(", "), taken]
            })
            .collect();
        show::table(["sure", "in the books", "why", ""], &rows, &[7, 30])?;
        let best = suggestions.first().context("nothing in the books is like Hale Joinery")?;
        let link = self.engine.relink(key(ROLE, HALE), best.remote.clone(), MERE).await?;
        show::line(format_args!("{} is linked to {}.", link.key, link.number.as_deref().unwrap_or(&best.name)))?;
        self.step_done(Stage::LinkingContacts).await
    }
}
