//! Every setting on every package: for each field of the form a short story that shows in the package's books what the
//! setting does, or the refusal or warning where the package cannot do it. A ledger holds the stories against the form, so
//! that there is no setting without one.

/// The stories of one section of the form: each is a test per package.
macro_rules! stories {
    ($($path:literal $story:ident;)*) => {
        /// The settings that the stories are about.
        pub(super) const PATHS: &[&str] = &[$($path),*];

        mod xero {
            $(#[test] fn $story() { super::super::trial::tell($path, super::$story::<crate::world::XeroWorld>); })*
        }
        mod qbo {
            $(#[test] fn $story() { super::super::trial::tell($path, super::$story::<crate::world::QboWorld>); })*
        }
        mod myob {
            $(#[test] fn $story() { super::super::trial::tell($path, super::$story::<crate::world::MyobWorld>); })*
        }
    };
}

mod accounts;
mod bad_input;
mod items;
mod lines;
mod mappings;
mod numbers;
mod payments;
mod records;
mod saving;
mod sending;
mod shown;
mod taxes;
mod trial;

use std::collections::BTreeSet;

use factory_accounting_core::settings::Section;
use factory_accounting_core::setup::FieldKind;

use crate::host::Host;
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

/// The settings of a section that have a story.
fn told(section: Section) -> &'static [&'static str] {
    match section {
        Section::Sending => sending::PATHS,
        Section::Records => records::PATHS,
        Section::Numbers => numbers::PATHS,
        Section::Lines => lines::PATHS,
        Section::Accounts => accounts::PATHS,
        Section::Taxes => taxes::PATHS,
        Section::Items => items::PATHS,
        Section::Mappings => mappings::PATHS,
        Section::Payments => payments::PATHS,
        other => panic!("{other:?} has no stories"),
    }
}

fn every_field_has_a_story<W: Books>() {
    let host = Host::over(W::fresh());
    let form = host.clock.run(host.engine.settings_form()).expect("a form");
    for section in &form.sections {
        let columns = section.fields.iter().flat_map(|field| match &field.kind {
            FieldKind::Table { columns, .. } => columns.iter().collect(),
            _ => vec![field],
        });
        let fields: BTreeSet<&str> = columns.map(|field| field.path).collect();
        let stories: BTreeSet<&str> = told(section.section).iter().copied().collect();
        assert_eq!(stories, fields, "{:?} at {}", section.section, form.header.package);
        assert_eq!(stories.len(), told(section.section).len(), "{:?}: one story each", section.section);
    }
}

#[test]
fn every_field_of_the_form_has_a_story_on_every_package() {
    every_field_has_a_story::<XeroWorld>();
    every_field_has_a_story::<QboWorld>();
    every_field_has_a_story::<MyobWorld>();
}
