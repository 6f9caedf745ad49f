//! Taking customers and suppliers over from the package (F15, F18 to F30).

use std::collections::BTreeSet;

use async_trait::async_trait;
use factory_accounting_core::ids::{LocalId, RemoteId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, CatalogueRequest, RemoteParty, RemoteStatus};
use factory_accounting_core::store::{Link, LinkOrigin};

use crate::engine::{Engine, EngineError};
use crate::event::Verb;

/// Which parties to take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportSelection {
    /// All that are in use (F22).
    All,
    /// These (F21).
    Only(BTreeSet<RemoteId>),
}

/// The host's side of an import.
#[async_trait]
pub trait ImportHost: Send + Sync {
    /// Creates or finds the host's own record of a party, with all its addresses and people, and returns its id; `None` to
    /// leave the party out. May be asked again for the same party after a crash: answer with the same id.
    ///
    /// # Errors
    /// One line for the report; the import goes on with the next party.
    async fn create_local(&self, role: RecordKind, party: &RemoteParty) -> Result<Option<LocalId>, String>;
}

/// What an import came to (F23).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Parties that the package listed.
    pub seen: u64,
    /// Host records created or found, and linked.
    pub linked: u64,
    /// Parties that were linked already (F25, F26).
    pub already_linked: u64,
    /// Parties left out: archived, not selected, or declined by the host.
    pub left_out: u64,
    /// Parties that failed, each with one line.
    pub failed: Vec<(RemoteId, String)>,
}

impl Engine {
    /// Takes parties over as customers or as suppliers: the import decides the role, and one party may be taken over as both
    /// (F29). Repeatable: what is linked already is left alone (F24).
    ///
    /// # Errors
    /// Refused where `role` is neither customer nor supplier; otherwise where the package or the store fails. What is linked
    /// by then stays linked.
    pub async fn import_parties(
        &self,
        role: RecordKind,
        selection: &ImportSelection,
        host: &dyn ImportHost,
    ) -> Result<ImportReport, EngineError> {
        if !role.is_party() {
            return Err(EngineError::Refused(format!("a {role} is neither a customer nor a supplier")));
        }
        let inner = &self.inner;
        let mut report = ImportReport::default();
        let mut request = CatalogueRequest::new(CatalogueKind::Parties, 1);
        loop {
            inner.called(Verb::Catalogue, Some(role), 1);
            let answer = inner.provider.catalogue(&request).await?;
            let parties: Vec<RemoteParty> = answer
                .entries
                .into_iter()
                .filter_map(|entry| match entry {
                    CatalogueEntry::Party(party) => Some(*party),
                    _ => None,
                })
                .collect();
            self.import_page(role, selection, host, parties, &mut report).await?;
            if !answer.more {
                return Ok(report);
            }
            request = request.next();
        }
    }

    async fn import_page(
        &self,
        role: RecordKind,
        selection: &ImportSelection,
        host: &dyn ImportHost,
        parties: Vec<RemoteParty>,
        report: &mut ImportReport,
    ) -> Result<(), EngineError> {
        let inner = &self.inner;
        let ids: Vec<RemoteId> = parties.iter().map(|party| party.id.clone()).collect();
        let linked: BTreeSet<RemoteId> = inner
            .store
            .links_to(&inner.connection, &ids)
            .await?
            .into_iter()
            .filter(|link| link.key.kind == role)
            .map(|link| link.remote)
            .collect();
        let separate = inner.provider.capabilities().separate_roles;
        let of_role = |party: &RemoteParty| match role {
            RecordKind::Supplier => party.is_supplier,
            _ => party.is_customer,
        };
        for party in parties.into_iter().filter(|party| !separate || of_role(party)) {
            report.seen += 1;
            let selected = match selection {
                ImportSelection::All => party.active,
                ImportSelection::Only(ids) => ids.contains(&party.id),
            };
            if linked.contains(&party.id) {
                report.already_linked += 1;
            } else if !selected {
                report.left_out += 1;
            } else {
                self.import_party(role, host, &party, report).await?;
            }
        }
        Ok(())
    }

    async fn import_party(
        &self,
        role: RecordKind,
        host: &dyn ImportHost,
        party: &RemoteParty,
        report: &mut ImportReport,
    ) -> Result<(), EngineError> {
        let inner = &self.inner;
        let local = match host.create_local(role, party).await {
            Ok(Some(local)) => local,
            Ok(None) => {
                report.left_out += 1;
                return Ok(());
            }
            Err(reason) => {
                report.failed.push((party.id.clone(), reason));
                return Ok(());
            }
        };
        let link = Link {
            key: RecordKey::new(role, local),
            remote: party.id.clone(),
            number: party.external_key.clone(),
            version: None,
            revision: None,
            fingerprint: None,
            party: None,
            status: if party.active { RemoteStatus::Open } else { RemoteStatus::Archived },
            totals: None,
            settled: None,
            seen_at: inner.now(),
            origin: LinkOrigin::Imported,
            url: None,
            settled_since: None,
            suppressed: party.party.do_not_send,
            merged_into: party.merged_into.clone(),
        };
        match inner.store.put_link(&inner.connection, link, inner.now()).await {
            Ok(()) => report.linked += 1,
            Err(factory_accounting_core::store::StoreError::Refused(reason)) => {
                report.failed.push((party.id.clone(), reason));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
