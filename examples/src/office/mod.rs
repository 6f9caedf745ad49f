//! An afternoon in the office of a joinery: every screen that a host shows of its accounting package, as text.
//!
//! Each screen is made of what the engine hands out and of nothing else: no line here knows which package it is about. What a
//! host builds as pages, tables and buttons stands here as headings, tables and lines.

mod desk;
mod money;
mod numbers;
mod people;
mod plans;
mod setting_up;
mod settings;
mod show;
mod waiting;
mod words;

use std::sync::Arc;

use clap::ValueEnum;
use factory_accounting::engine::{Engine, NoObserver};
use factory_accounting::model::{Record, RecordKey};
use factory_accounting::settings::profile::{self, Profile};
use factory_accounting::sqlite::SqliteStore;

use crate::package::Place;
use crate::wiring::Stage;
use desk::Desk;

/// The product whose way of using the settings the office follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Product {
    /// Everything goes out as soon as it is made; the package numbers it.
    #[default]
    Factory,
    /// Only final invoices go out, and payments come in.
    Factor,
    /// Customers come with their first invoice, bills once they are accepted.
    Ascora,
}

impl Product {
    fn profile(self) -> Profile {
        match self {
            Self::Factory => profile::factory(),
            Self::Factor => profile::factor(),
            Self::Ascora => profile::ascora(),
        }
    }
}

/// Who sits at the desk: recorded with everything that a person decides.
const MERE: &str = "Mere Tane";

/// The office: an engine, and what the joinery's own software knows.
struct Office {
    engine: Engine,
    store: SqliteStore,
    place: Place,
    product: Product,
    desk: Desk,
}

/// Goes through all screens, one after the other.
///
/// # Errors
/// The emulator or the store failed, or a screen did not come to what it is there to show.
pub async fn walk(stage: &Stage, place: Place, product: Product) -> anyhow::Result<()> {
    let engine = stage.wiring.engine("office", Arc::new(NoObserver))?;
    let desk = Desk::of(place.country.currency());
    let office = Office { engine, store: stage.wiring.store.clone(), place, product, desk };
    for who in desk::kept_before() {
        place.enter(&stage.emulator.control(), &who).await?;
    }
    office.connect().await?;
    office.choose_settings().await?;
    office.follow_product().await?;
    office.pick_people().await?;
    office.link_by_hand().await?;
    office.plan_invoice().await?;
    office.edit_invoice().await?;
    office.bill_in_parts().await?;
    office.rehearse().await?;
    office.number_jobs().await?;
    office.answer_questions().await?;
    office.look_at_statuses().await
}

impl Office {
    /// Sends what is in the outbox, as a task in the background would.
    async fn send(&self) -> anyhow::Result<()> {
        self.engine.run_until_idle().await?;
        Ok(())
    }

    /// Where a record stands, in the words of a status column.
    async fn standing(&self, key: &RecordKey) -> anyhow::Result<String> {
        Ok(self.engine.status(key).await?.to_string())
    }

    /// A record of the desk, which its kind and id name.
    fn record(&self, form: serde_json::Value) -> anyhow::Result<Record> {
        Ok(Record::parse(&form.to_string())?)
    }
}
