//! Which records of the package a customer or supplier of the host may be: with a score and the reasons for it. Nothing
//! follows from a suggestion until a person has confirmed it (R9, R37).

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::keys::MatchKeys;
use crate::ids::RemoteId;
use crate::model::{RecordKey, RecordKind};
use crate::provider::RemoteParty;

/// What scores less is not worth a person's look.
pub const LEAST_SCORE: u8 = 40;

/// How alike names must be, per cent, to say anything.
const LEAST_ALIKE: usize = 80;

/// A record of the package that a record of the host may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Suggestion {
    /// The package's id.
    pub remote: RemoteId,
    /// Its name there.
    pub name: String,
    /// How sure it is, 0 to 100: 100 is as good as an id, below 50 is a guess.
    pub score: u8,
    /// What speaks for it, and against it.
    pub reasons: Vec<Reason>,
    /// Whether it is in use there rather than archived or inactive. One that is not cannot be linked.
    pub active: bool,
    /// The record that it was merged into.
    pub merged_into: Option<RemoteId>,
    /// The host's record of the same kind that it is linked to already: that one would have to give it up.
    pub taken_by: Option<RecordKey>,
}

/// Something that speaks for or against two records being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The package says that what the record was linked to has been merged into this one.
    MergedHere,
    /// It carries the key that this library gives the host's record.
    SameKey,
    /// One registration number for tax.
    SameTaxNumber,
    /// One name, as names compare.
    SameName,
    /// An e-mail address in common.
    SameEmail,
    /// A phone number in common.
    SamePhone,
    /// One name apart from the legal form.
    SameStem,
    /// Names that are nearly one, whatever the order of their words.
    NearName {
        /// How alike, per cent.
        alike: u8,
    },
    /// Each has a registration number for tax, and they differ: the score is halved.
    OtherTaxNumber,
    /// The package has it as the other kind only: a supplier where a customer is looked for.
    OtherRole,
}

impl Suggestion {
    /// The record that another was merged into: the package says so itself.
    pub fn survivor(remote: RemoteId, name: impl Into<String>) -> Self {
        let (score, reasons) = (weigh(&[Reason::MergedHere]), vec![Reason::MergedHere]);
        Self { remote, name: name.into(), score, reasons, active: true, merged_into: None, taken_by: None }
    }
}

impl Reason {
    /// What it adds, in per cent of what is missing to certainty; nothing where it speaks against.
    fn weight(self) -> u32 {
        match self {
            Self::MergedHere | Self::SameKey => 100,
            Self::SameTaxNumber => 95,
            Self::SameName => 85,
            Self::SameEmail => 80,
            Self::SamePhone => 70,
            Self::SameStem => 65,
            Self::NearName { alike } => 40 + u32::from(alike.saturating_sub(80)) * 3 / 2,
            Self::OtherTaxNumber | Self::OtherRole => 0,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MergedHere => f.write_str("merged into this one there"),
            Self::SameKey => f.write_str("carries our key"),
            Self::SameTaxNumber => f.write_str("same tax number"),
            Self::SameName => f.write_str("same name"),
            Self::SameEmail => f.write_str("same e-mail address"),
            Self::SamePhone => f.write_str("same phone number"),
            Self::SameStem => f.write_str("same name but for the legal form"),
            Self::NearName { alike } => write!(f, "names alike by {alike} %"),
            Self::OtherTaxNumber => f.write_str("another tax number"),
            Self::OtherRole => f.write_str("kept there in the other role only"),
        }
    }
}

/// The score of some reasons, 0 to 100. More evidence never lowers it; what speaks against halves it.
#[must_use]
pub fn weigh(reasons: &[Reason]) -> u8 {
    let missing = reasons.iter().fold(100_u32, |missing, reason| missing * (100 - reason.weight().min(100)) / 100);
    let score = 100 - missing;
    let doubted = reasons.contains(&Reason::OtherTaxNumber) && !reasons.contains(&Reason::MergedHere);
    u8::try_from(if doubted { score / 2 } else { score }).unwrap_or(100)
}

/// The records that a party may be, the best first, at most `limit` of them. `separate_roles`: the package keeps customers
/// and suppliers as records of different kinds, so that those of the other kind are none at all.
#[must_use]
pub fn suggest<'a>(
    keys: &MatchKeys,
    candidates: impl IntoIterator<Item = &'a RemoteParty>,
    separate_roles: bool,
    limit: usize,
) -> Vec<Suggestion> {
    let sorted = keys.sorted_name();
    let mut suggestions: Vec<Suggestion> = candidates
        .into_iter()
        .filter(|candidate| !separate_roles || has_role(candidate, keys.role))
        .filter_map(|candidate| compare(keys, sorted.as_deref(), candidate))
        .collect();
    suggestions.sort_by(|one, other| {
        let rank = |one: &Suggestion| (Reverse(one.score), Reverse(one.active));
        rank(one).cmp(&rank(other)).then_with(|| (&one.name, &one.remote).cmp(&(&other.name, &other.remote)))
    });
    suggestions.truncate(limit);
    suggestions
}

fn has_role(candidate: &RemoteParty, role: RecordKind) -> bool {
    if role == RecordKind::Supplier { candidate.is_supplier } else { candidate.is_customer }
}

fn compare(keys: &MatchKeys, sorted: Option<&str>, candidate: &RemoteParty) -> Option<Suggestion> {
    let theirs = MatchKeys::of(keys.role, &candidate.party, candidate.external_key.clone());
    let common = |ours: &BTreeSet<String>, theirs: &BTreeSet<String>| ours.intersection(theirs).next().is_some();
    let mut reasons = Vec::new();
    let mut note = |holds: bool, reason: Reason| {
        if holds {
            reasons.push(reason);
        }
    };
    note(both(&keys.external_key, &theirs.external_key) == Some(true), Reason::SameKey);
    let tax = both(&keys.tax_number, &theirs.tax_number);
    note(tax == Some(true), Reason::SameTaxNumber);
    match () {
        () if both(&keys.name, &theirs.name) == Some(true) => note(true, Reason::SameName),
        () if both(&keys.stem, &theirs.stem) == Some(true) => note(true, Reason::SameStem),
        () => {
            let alike = sorted.zip(theirs.sorted_name()).and_then(|(ours, theirs)| alike(ours, &theirs));
            alike.into_iter().for_each(|alike| note(true, Reason::NearName { alike }));
        }
    }
    note(common(&keys.emails, &theirs.emails), Reason::SameEmail);
    note(common(&keys.phones, &theirs.phones), Reason::SamePhone);
    note(tax == Some(false), Reason::OtherTaxNumber);
    let other_role = !has_role(candidate, keys.role) && (candidate.is_customer || candidate.is_supplier);
    note(other_role, Reason::OtherRole);
    let score = weigh(&reasons);
    (score >= LEAST_SCORE).then(|| Suggestion {
        remote: candidate.id.clone(),
        name: candidate.party.name.clone(),
        score,
        reasons,
        active: candidate.active,
        merged_into: candidate.merged_into.clone(),
        taken_by: None,
    })
}

/// Whether two keys are one; `None` where one of them is missing.
fn both(ours: &Option<String>, theirs: &Option<String>) -> Option<bool> {
    ours.as_ref().zip(theirs.as_ref()).map(|(ours, theirs)| ours == theirs)
}

/// How alike two names are, per cent; `None` where too little. Letters that changed places count once.
fn alike(ours: &str, theirs: &str) -> Option<u8> {
    let (ours_long, theirs_long) = (ours.chars().count(), theirs.chars().count());
    let longer = ours_long.max(theirs_long);
    // The difference in length is the least that the distance can be: most names are told apart by it alone.
    let at_best = longer - ours_long.abs_diff(theirs_long);
    if longer == 0 || at_best * 100 / longer < LEAST_ALIKE {
        return None;
    }
    let alike = (longer - strsim::osa_distance(ours, theirs).min(longer)) * 100 / longer;
    (alike >= LEAST_ALIKE).then(|| u8::try_from(alike).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Party;

    fn party(name: &str, change: impl FnOnce(&mut Party)) -> Party {
        let mut party = Party::new("p", name);
        change(&mut party);
        party
    }

    fn candidate(id: &str, name: &str, change: impl FnOnce(&mut RemoteParty)) -> RemoteParty {
        let mut remote = RemoteParty::new(RemoteId::new(id), Party::new(id, name));
        remote.is_customer = true;
        change(&mut remote);
        remote
    }

    fn keys(party: &Party) -> MatchKeys {
        MatchKeys::of(RecordKind::Customer, party, Some("C-1".to_owned()))
    }

    fn one(party: &Party, candidate: &RemoteParty) -> Option<(u8, Vec<Reason>)> {
        suggest(&keys(party), [candidate], false, 9).pop().map(|found| (found.score, found.reasons))
    }

    #[test]
    fn r9_the_key_then_the_tax_number_then_the_name_then_mail_and_phone_weigh() {
        let hale = party("Hale Joinery Ltd", |party| {
            party.tax_number = Some("51 824 753 556".into());
            party.email = Some("office@hale.example".into());
            party.phone = Some("+64 9 123 4567".into());
        });
        let scores: Vec<(u8, Vec<Reason>)> = [
            candidate("r1", "Zoe", |other| other.external_key = Some("C-1".into())),
            candidate("r2", "Zoe", |other| other.party.tax_number = Some("51824753556".into())),
            candidate("r3", "HALE JOINERY LIMITED", |_| ()),
            candidate("r4", "Zoe", |other| other.party.email = Some("Office@Hale.example".into())),
            candidate("r5", "Zoe", |other| other.party.phone = Some("(09) 123-4567".into())),
            candidate("r6", "Hale Joinery", |_| ()),
            candidate("r7", "Joinery, Hail", |_| ()),
        ]
        .iter()
        .map(|candidate| one(&hale, candidate).expect("a suggestion"))
        .collect();
        let reasons: Vec<Reason> = scores.iter().map(|(_, reasons)| reasons[0]).collect();
        assert_eq!(
            reasons[..6],
            [
                Reason::SameKey,
                Reason::SameTaxNumber,
                Reason::SameName,
                Reason::SameEmail,
                Reason::SamePhone,
                Reason::SameStem
            ]
        );
        assert!(matches!(reasons[6], Reason::NearName { alike: 80.. }), "{reasons:?}");
        assert!(scores.windows(2).all(|pair| pair[0].0 > pair[1].0), "{scores:?}");
        assert_eq!(one(&hale, &candidate("r8", "Tane Timber", |_| ())), None);
    }

    #[test]
    fn r37_case_and_spaces_are_no_difference_and_a_person_of_the_company_counts() {
        let hale = party("Hale  joinery", |party| {
            party.contacts = vec![crate::model::ContactPerson {
                first_name: None,
                last_name: None,
                email: Some("joan@hale.example".into()),
                phone: None,
            }];
        });
        let other = candidate("r1", "HALE JOINERY", |other| other.party.email = Some("JOAN@hale.example".into()));
        let (score, reasons) = one(&hale, &other).expect("a suggestion");
        assert_eq!((score, reasons), (97, vec![Reason::SameName, Reason::SameEmail]));
    }

    #[test]
    fn another_tax_number_halves_and_the_other_role_is_told_or_left_out() {
        let hale = party("Hale Joinery", |party| party.tax_number = Some("1".into()));
        let other = candidate("r1", "Hale Joinery", |other| other.party.tax_number = Some("2".into()));
        assert_eq!(one(&hale, &other), Some((42, vec![Reason::SameName, Reason::OtherTaxNumber])));
        let supplier = candidate("r2", "Hale Joinery", |other| (other.is_customer, other.is_supplier) = (false, true));
        assert_eq!(one(&hale, &supplier), Some((85, vec![Reason::SameName, Reason::OtherRole])));
        assert!(suggest(&keys(&hale), [&supplier], true, 9).is_empty());
    }

    #[test]
    fn l17_one_that_is_not_in_use_is_told_and_stands_behind_its_like() {
        let hale = party("Hale Joinery", |_| ());
        let archived = candidate("r1", "Hale Joinery", |other| other.active = false);
        let living = candidate("r2", "Hale joinery", |_| ());
        let found = suggest(&keys(&hale), [&archived, &living], false, 9);
        let told: Vec<(&str, bool)> = found.iter().map(|one| (one.remote.as_str(), one.active)).collect();
        assert_eq!(told, [("r2", true), ("r1", false)]);
        assert_eq!(suggest(&keys(&hale), [&archived, &living], false, 1).len(), 1);
    }

    #[test]
    fn every_set_of_reasons_scores_no_less_with_one_more_that_speaks_for_it() {
        let all = [
            Reason::MergedHere,
            Reason::SameKey,
            Reason::SameTaxNumber,
            Reason::SameName,
            Reason::SameEmail,
            Reason::SamePhone,
            Reason::SameStem,
            Reason::NearName { alike: 90 },
            Reason::OtherTaxNumber,
            Reason::OtherRole,
        ];
        for set in 0..1_u32 << all.len() {
            let of = |set: u32| -> Vec<Reason> {
                all.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, reason)| *reason).collect()
            };
            let score = weigh(&of(set));
            assert!(score <= 100);
            for (more, reason) in all.iter().enumerate().filter(|(_, reason)| **reason != Reason::OtherTaxNumber) {
                assert!(weigh(&of(set | 1 << more)) >= score, "{:?} and {reason:?}", of(set));
            }
        }
    }

    proptest! {
        #[test]
        fn suggestions_do_not_depend_on_the_order_of_the_list(
            names in prop::collection::vec("[a-e]{1,4}( [a-e]{1,4})?", 1..12), name in "[a-e]{1,4}( [a-e]{1,4})?",
        ) {
            let list: Vec<RemoteParty> =
                names.iter().enumerate().map(|(at, name)| candidate(&format!("r{at}"), name, |_| ())).collect();
            let keys = keys(&party(&name, |_| ()));
            let forward = suggest(&keys, &list, false, 5);
            prop_assert_eq!(&forward, &suggest(&keys, list.iter().rev(), false, 5));
            prop_assert!(forward.iter().all(|one| one.score >= LEAST_SCORE));
            let exact = list.iter().any(|other| other.party.name == name);
            prop_assert!(!exact || forward.first().is_some_and(|best| best.reasons.contains(&Reason::SameName)));
        }
    }
}
