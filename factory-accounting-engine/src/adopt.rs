//! Taking over books that were kept before: documents that are there already are found by number, date, party and amount,
//! and tied once a person has agreed. Only ties are written, nothing is sent; a later push of an equal record changes
//! nothing, of a different one is an update as usual.

use std::collections::BTreeMap;

use factory_accounting_core::amounts::net_amount;
use factory_accounting_core::capability::TaxAuthority;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::matching::{Agreement, Amount, Wanted, agreement};
use factory_accounting_core::model::{Record, RecordKey, RecordKind, TaxMode};
use factory_accounting_core::plan::{self, Context, Subject};
use factory_accounting_core::planned::Content;
use factory_accounting_core::provider::{ProbeTarget, RemoteRecord, RemoteStatus};
use factory_accounting_core::rules;
use factory_accounting_core::store::{Link, LinkOrigin};

use crate::engine::{Engine, EngineError};
use crate::links::anothers;
use crate::surroundings::Surroundings;

/// Documents of the books that one of the host's may be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentMatch {
    /// The host's document.
    pub key: RecordKey,
    /// What people call it.
    pub name: String,
    /// Its customer or supplier.
    pub party: Option<RecordKey>,
    /// What the books have under its number, the best first.
    pub candidates: Vec<MatchCandidate>,
    /// The one that is surely it: the only live one under its number, not tied to another document, with the same amount and
    /// nothing against it. `None` where a person has to compare, or the document is tied already.
    pub proposal: Option<RemoteId>,
    /// What else a person should know, one line: that it is tied already, or stays in the host by its date (F75).
    pub remark: Option<String>,
}

/// A document of the books that one of the host's may be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchCandidate {
    /// The package's id.
    pub remote: RemoteId,
    /// What it is, one line: number, date and total.
    pub about: String,
    /// Its state.
    pub status: RemoteStatus,
    /// What agrees.
    pub agreement: Agreement,
    /// What agrees in per cent of what is known.
    pub score: u8,
    /// The host's document that it is tied to already.
    pub taken_by: Option<RecordKey>,
}

/// A document of the books that is to be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// The host's document.
    pub key: RecordKey,
    /// The package's.
    pub remote: RemoteId,
    /// The customer or supplier that it must be of; as last pushed where absent.
    pub party: Option<RecordKey>,
    /// Whether it is taken over although the books have it under another customer or supplier.
    pub of_any_party: bool,
}

/// What became of an adoption.
#[derive(Clone, Debug, PartialEq)]
pub struct Adopted {
    /// The host's document.
    pub key: RecordKey,
    /// The tie, or why there is none.
    pub outcome: Result<Link, NotAdopted>,
}

/// Why a document of the books is not taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAdopted {
    /// It is not there, or counts no more.
    #[error("{key} cannot take over {remote}: it is not there, or was voided or deleted; look for it there")]
    Gone {
        /// The host's document.
        key: RecordKey,
        /// The package's.
        remote: RemoteId,
    },
    /// It is tied to another document of the host.
    #[error("{key} cannot take over {remote}: {owner} is linked to it; unlink that one first, or choose another")]
    Taken {
        /// The host's document.
        key: RecordKey,
        /// The package's.
        remote: RemoteId,
        /// Whose it is.
        owner: RecordKey,
    },
    /// The host's document is tied to another one already.
    #[error("{key} is linked to {remote} already; unlink it first")]
    Linked {
        /// The host's document.
        key: RecordKey,
        /// What it is tied to.
        remote: RemoteId,
    },
    /// The books have it under another customer or supplier.
    #[error("{key} cannot take over {remote}: it is of another {role} than {party}; compare the two, then say so")]
    OtherParty {
        /// The host's document.
        key: RecordKey,
        /// The package's.
        remote: RemoteId,
        /// `customer` or `supplier`.
        role: RecordKind,
        /// Whose it is for the host.
        party: RecordKey,
    },
}

impl DocumentMatch {
    /// The proposal, to be agreed to.
    #[must_use]
    pub fn adoption(&self) -> Option<Adoption> {
        let remote = self.proposal.clone()?;
        Some(Adoption { key: self.key.clone(), remote, party: self.party.clone(), of_any_party: false })
    }
}

/// A document on its way to its match.
struct Sought {
    record: Record,
    target: ProbeTarget,
    wanted: Wanted,
}

impl Engine {
    /// Looks in the books for documents of the host that may be there already, as many in a call as the package takes. Reads
    /// only. Records that are no documents of trade are answered without candidates. Matches come in the order of the
    /// records.
    pub async fn match_documents(&self, records: Vec<Record>) -> Result<Vec<DocumentMatch>, EngineError> {
        let inner = &self.inner;
        let facts = inner.facts().await?;
        let mut keys: Vec<RecordKey> = records.iter().map(Record::key).collect();
        for record in &records {
            keys.extend(plan::references(&Subject::Record(Box::new(record.clone()))));
        }
        let around = Surroundings::of_links(inner.links_of(keys).await?);
        let mut matches: BTreeMap<usize, DocumentMatch> = BTreeMap::new();
        let mut by_kind: BTreeMap<RecordKind, Vec<(usize, Sought)>> = BTreeMap::new();
        for (at, record) in records.into_iter().enumerate() {
            let context = inner.context_of(&facts, &around);
            let found = DocumentMatch {
                key: record.key(),
                name: record.name().to_owned(),
                party: record.trade().map(|trade| trade.party),
                candidates: Vec::new(),
                proposal: None,
                remark: remark(&record, &context),
            };
            matches.insert(at, found);
            if let Some(sought) = sought(record, &context) {
                by_kind.entry(sought.record.kind()).or_default().push((at, sought));
            }
        }
        for (kind, sought) in by_kind {
            if inner.provider.capabilities().of(kind).is_none() {
                continue;
            }
            for chunk in sought.chunks(inner.probe_chunk(kind)) {
                let targets: Vec<ProbeTarget> = chunk.iter().map(|(_, sought)| sought.target.clone()).collect();
                let found = inner.probe(kind, &targets).await?;
                for ((at, sought), found) in chunk.iter().zip(found) {
                    let Some(of_record) = matches.get_mut(at) else { continue };
                    of_record.candidates = self.match_candidates(&sought.wanted, &of_record.key, found).await?;
                    let linked = around.links.contains_key(&of_record.key);
                    of_record.proposal = surely(&of_record.candidates).filter(|_| !linked);
                }
            }
        }
        Ok(matches.into_values().collect())
    }

    /// Ties documents of the host to documents of the books, by a person's word. Nothing is sent. Answers come in the order
    /// of the adoptions; what is refused leaves the others untouched. `by` is recorded, in the host's words.
    pub async fn adopt(&self, adoptions: Vec<Adoption>, by: &str) -> Result<Vec<Adopted>, EngineError> {
        let inner = &self.inner;
        let mut by_kind: BTreeMap<RecordKind, Vec<usize>> = BTreeMap::new();
        for (at, adoption) in adoptions.iter().enumerate() {
            by_kind.entry(adoption.key.kind).or_default().push(at);
        }
        let mut outcomes = BTreeMap::new();
        for (kind, members) in by_kind {
            for members in members.chunks(inner.fetch_chunk(kind)) {
                let meant = || members.iter().filter_map(|at| Some((*at, adoptions.get(*at)?)));
                let ids: Vec<RemoteId> = meant().map(|(_, adoption)| adoption.remote.clone()).collect();
                let found = inner.fetch(kind, &ids).await?;
                for ((at, adoption), record) in meant().zip(found) {
                    let key = adoption.key.clone();
                    outcomes.insert(at, Adopted { outcome: self.adopt_one(adoption, record, by).await?, key });
                }
            }
        }
        Ok(outcomes.into_values().collect())
    }

    async fn adopt_one(
        &self,
        adoption: &Adoption,
        record: Option<RemoteRecord>,
        by: &str,
    ) -> Result<Result<Link, NotAdopted>, EngineError> {
        let inner = &self.inner;
        let (key, remote) = (adoption.key.clone(), adoption.remote.clone());
        let Some(record) = record.filter(|record| !record.status.is_gone()) else {
            return Ok(Err(NotAdopted::Gone { key, remote }));
        };
        if let Some(link) = inner.link_of(&key).await?.filter(|link| link.remote != remote) {
            return Ok(Err(NotAdopted::Linked { key, remote: link.remote }));
        }
        if !adoption.of_any_party
            && let Some(party) = self.other_party(adoption, &record).await?
        {
            return Ok(Err(NotAdopted::OtherParty { key, remote, role: party.kind, party }));
        }
        let link = inner.tie(key, &record, LinkOrigin::Adopted).await?;
        if let Some(owner) = inner.owner_of(&link).await? {
            return Ok(Err(NotAdopted::Taken { key: link.key, remote, owner }));
        }
        inner.store.relink(&inner.connection, link.clone(), by, inner.now()).await?;
        Ok(Ok(link))
    }

    /// The party that a document should be of, where the books have it under another. Where its party is not linked yet,
    /// nobody can tell but by whose else it is.
    async fn other_party(&self, adoption: &Adoption, record: &RemoteRecord) -> Result<Option<RecordKey>, EngineError> {
        let inner = &self.inner;
        let party = match &adoption.party {
            Some(party) => Some(party.clone()),
            None => {
                let pushed = inner.newest(&adoption.key).await?.as_ref().and_then(Subject::record_of);
                pushed.and_then(|pushed| Some(pushed.trade()?.party))
            }
        };
        let (Some(party), Some(held)) = (party, &record.party) else { return Ok(None) };
        let former = inner.store.past_links(&inner.connection, std::slice::from_ref(&party)).await?;
        let own = inner.link_of(&party).await?;
        if own.as_ref().is_some_and(|own| own.remote == *held) || former.iter().any(|past| past.link.remote == *held) {
            return Ok(None);
        }
        let holders = inner.store.links_to(&inner.connection, std::slice::from_ref(held)).await?;
        let is_anothers = holders.iter().any(|holder| holder.key.kind == party.kind);
        // A document may be addressed to a job of its customer.
        let is_a_job = holders.iter().any(|holder| holder.key.kind == RecordKind::Job);
        Ok((is_anothers || (own.is_some() && !is_a_job)).then_some(party))
    }

    async fn match_candidates(
        &self,
        wanted: &Wanted,
        key: &RecordKey,
        found: Vec<RemoteRecord>,
    ) -> Result<Vec<MatchCandidate>, EngineError> {
        let inner = &self.inner;
        let ids: Vec<RemoteId> = found.iter().map(|record| record.id.clone()).collect();
        let ties = inner.store.links_to(&inner.connection, &ids).await?;
        let mut candidates: Vec<MatchCandidate> = found
            .into_iter()
            .map(|record| {
                let agreement = agreement(wanted, &record);
                MatchCandidate {
                    about: plan::candidate(&record).about,
                    score: agreement.score(),
                    taken_by: anothers(&ties, &record.id, key).cloned(),
                    remote: record.id,
                    status: record.status,
                    agreement,
                }
            })
            .collect();
        let rank = |one: &MatchCandidate| (one.status.is_gone(), std::cmp::Reverse(one.score), one.remote.clone());
        candidates.sort_by_key(rank);
        Ok(candidates)
    }
}

fn sought(record: Record, context: &Context<'_>) -> Option<Sought> {
    let target = plan::probe_target(&record, context)?;
    let amount = amount_of(&record, context);
    let trade = record.trade()?;
    let wanted = Wanted {
        number: trade.number.to_owned(),
        in_reference: target.in_reference,
        date: trade.date,
        party: target.party.clone(),
        currency: trade.currency,
        amount,
    };
    Some(Sought { record, target, wanted })
}

/// What a document would come to: predicted where everything it needs is known, else as far as its own lines tell.
fn amount_of(record: &Record, context: &Context<'_>) -> Option<Amount> {
    let subject = Subject::Record(Box::new(record.clone()));
    if let Ok(Ok(draft)) = plan::draft(&record.key(), &subject, context)
        && let Content::Document(document) = draft.content
    {
        return Some(match document.tax_authority {
            TaxAuthority::Package => Amount::Net(document.totals.subtotal),
            _ => Amount::Total(document.totals.total),
        });
    }
    let trade = record.trade()?;
    let sum = net_amount(trade.lines, trade.currency)?;
    Some(if trade.tax_mode == TaxMode::Exclusive { Amount::Net(sum) } else { Amount::Total(sum) })
}

fn remark(record: &Record, context: &Context<'_>) -> Option<String> {
    if let Some(link) = context.links.get(&record.key()) {
        return Some(format!("linked to {} already", link.remote));
    }
    match record.trade() {
        Some(trade) => rules::before_start(trade.date, context.settings),
        None => Some(format!("a {} is no document of trade", record.kind())),
    }
}

/// The only live document under the number, where it is nobody else's and nothing speaks against it.
fn surely(candidates: &[MatchCandidate]) -> Option<RemoteId> {
    let mut live = candidates.iter().filter(|candidate| !candidate.status.is_gone());
    let (Some(one), None) = (live.next(), live.next()) else { return None };
    (one.agreement.is_whole() && one.taken_by.is_none()).then(|| one.remote.clone())
}
