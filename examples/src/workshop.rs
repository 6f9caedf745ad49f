//! The workshop's order book in an emulated package: calmly, and with trouble.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use factory_accounting::engine::{EngineError, Verb};
use factory_accounting::model::Record;
use factory_accounting::settings::Settings;
use factory_accounting::store::ConnectionState;
use url::Url;

use crate::book::{self, Month};
use crate::chaos::{Mortal, faults};
use crate::country;
use crate::meter::{Meter, Metered};
use crate::package::Place;
use crate::session::{self, Closing};
use crate::sign_in::RedirectListener;
use crate::tally::Reckoning;
use crate::wiring::{self, Stage, Wiring};

/// How often the worker dies in a run with trouble.
const DEATHS: u64 = 8;

/// The order book, and what the host reckons its documents come to.
#[derive(Clone, Debug)]
pub struct OrderBook {
    /// The records as the host pushed them, month by month.
    pub months: Vec<Month>,
    /// What each document comes to by the host's own arithmetic.
    pub reckoning: Reckoning,
    /// The settings that go with it.
    pub settings: Settings,
    /// Where the workshop keeps its books.
    pub place: Place,
}

impl OrderBook {
    /// Reads the book that ships with the examples, as a workshop of the country would have kept it with the package.
    ///
    /// # Errors
    /// Somebody has edited it into something else.
    pub fn read(place: Place) -> anyhow::Result<Self> {
        let mut rates = place.rates();
        let records = country::kept_in(place.country, &rates, book::order_book()?);
        let records: Vec<Record> = records.into_iter().map(|record| place.renumbered(record)).collect();
        rates.learn(&records);
        Ok(Self {
            reckoning: Reckoning::of(&records, rates),
            months: book::months(records),
            settings: place.settings()?,
            place,
        })
    }

    /// How many records it holds.
    #[must_use]
    pub fn records(&self) -> usize {
        self.months.iter().map(|month| month.records.len()).sum()
    }
}

/// Pushes the book and closes, on a stage that nothing disturbs.
///
/// # Errors
/// The store failed, or the emulator could not be reached.
pub async fn run(stage: &Stage, order_book: &OrderBook, meter: &Arc<Meter>) -> anyhow::Result<Closing> {
    if !stage.emulator.has_history() {
        order_book.place.close_june(&stage.emulator.control()).await?;
    }
    let engine = stage.wiring.engine("workshop", meter.clone())?;
    stage.wiring.open(&engine, &order_book.settings).await?;
    session::push_months(&engine, meter, &order_book.months).await?;
    session::close(&engine, meter, &stage.emulator, &order_book.reckoning).await
}

/// Pushes the book while faults strike and the worker dies, and closes.
///
/// # Errors
/// The store failed, or the emulator could not be reached.
pub async fn run_troubled(
    order_book: &OrderBook,
    meter: &Arc<Meter>,
    store: &Path,
    seed: u64,
) -> anyhow::Result<(Closing, Trouble)> {
    let mut stage = Stage::passing(order_book.place, store, seed).await?;
    order_book.place.close_june(&stage.emulator.control()).await?;
    stage.wiring.open(&stage.wiring.engine("worker", meter.clone())?, &order_book.settings).await?;

    stage.emulator.inject(faults(order_book.place.package, seed));
    let mortal = Arc::new(Mortal::new(Arc::clone(&stage.wiring.transport), seed, DEATHS));
    stage.wiring.transport = mortal.clone();
    let mut sign_ins = 0;
    for month in &order_book.months {
        let engine = stage.wiring.engine("worker", meter.clone())?;
        let tickets = engine.push_all(month.records.clone()).await?;
        meter.pushed(&month.records, &tickets);
        sign_ins += run_lives(&stage, &mortal, meter, store).await?;
    }
    let engine = stage.wiring.engine("closing", meter.clone())?;
    let closing = session::close(&engine, meter, &stage.emulator, &order_book.reckoning).await?;
    let struck = stage.emulator.control().struck().await?;
    let trouble = Trouble { seed, struck, deaths: mortal.deaths(), sign_ins, metered: meter.read() };
    stage.emulator.stop().await;
    Ok((closing, trouble))
}

/// Runs until idle, over as many lives as the worker needs. Returns how often a person had to sign in again: a refresh
/// token whose answer was lost is good for half an hour more (xero.md 1.2), and a worker that dies often may be too late.
async fn run_lives(stage: &Stage, mortal: &Mortal, meter: &Arc<Meter>, store: &Path) -> anyhow::Result<u64> {
    let mut sign_ins = 0;
    loop {
        // Each life has a name of its own: the lease of the one that died has to run out first.
        let worker = format!("worker-{}", mortal.deaths());
        let engine = stage.wiring.reopened(store)?.engine(&worker, meter.clone())?;
        tokio::select! {
            biased;
            ended = engine.run_until_idle() => {
                ended?;
                if !matches!(engine.connection_state().await?, Some(ConnectionState::NeedsReconnect { .. })) {
                    return Ok(sign_ins);
                }
                sign_ins += 1;
                sign_in_again(stage, meter).await?;
            }
            () = mortal.death() => {}
        }
    }
}

/// What a person does when asked to; over a network in which nobody dies.
async fn sign_in_again(stage: &Stage, meter: &Arc<Meter>) -> anyhow::Result<()> {
    let wiring = Wiring { transport: wiring::transport(stage.wiring.app.package())?, ..stage.wiring.clone() };
    let listener = RedirectListener::at(&Url::parse(wiring.app.redirect_uri())?).await?;
    // A person whose sign-in comes to nothing tries again, within reason.
    let mut tries = 1;
    while let Err(error) = wiring::sign_in(&wiring, &listener).await {
        if tries == 3 {
            return Err(error);
        }
        tries += 1;
    }
    let engine = wiring.engine("person", meter.clone())?;
    loop {
        match engine.connect().await {
            Err(EngineError::Provider(error)) if error.kind().is_transient() => {}
            connected => return Ok(connected.map(drop)?),
        }
    }
}

/// What was done to a run, and what the engine made of it.
#[derive(Clone, Debug)]
pub struct Trouble {
    seed: u64,
    struck: BTreeMap<String, u64>,
    deaths: u64,
    sign_ins: u64,
    metered: Metered,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: u64 = self.struck.values().sum();
        let kinds: Vec<String> = self.struck.iter().map(|(kind, hits)| format!("{kind} {hits}")).collect();
        let verb = |verb| self.metered.verbs.get(&verb).copied().unwrap_or_default();
        let Metered { doubts, adopted, anew, retries, .. } = &self.metered;
        writeln!(f, "Seed {}: {faults} faults struck, the worker died {} times.", self.seed, self.deaths)?;
        writeln!(f, "  ({})", kinds.join(", "))?;
        writeln!(
            f,
            "{doubts} writes were in doubt: {} replays, {} searches, {adopted} records found and adopted, {anew} sent anew.",
            verb(Verb::Replay),
            verb(Verb::Probe)
        )?;
        write!(f, "{retries} were refused for the moment and tried again.")?;
        match self.sign_ins {
            0 => Ok(()),
            times => write!(f, " A person had to sign in again, {times} times."),
        }
    }
}

#[cfg(test)]
mod tests {
    use factory_accounting::store::OperationState;

    use super::*;
    use crate::books::differences;
    use crate::country::Country;
    use crate::package::Package;

    /// Code and name of everything in the order book that must be refused, each for another reason.
    const REFUSED: &str = "
        FA-100 BESPOKE-RECEPTION-COUNTER-CURVED   a code longer than Xero takes
        FA-100 INV-5181                           a price with five decimals
        FA-100 INV-5190                           due before its date
        FA-100 INV-5191                           a negative quantity
        FA-100 INV-5193                           no lines
        FA-100 Q-2690                             a number longer than Xero takes
        FA-101 INV-5110                           for a customer who is parked
        FA-101 INV-5183                           an unknown product
        FA-101 INV-5184                           an unknown customer
        FA-101 CTT-20871                          of a supplier who is parked
        FA-102 MPS_4561                           no account anywhere
        FA-103 INV-5185                           an archived account
        FA-103 RC-9030                            an unknown account
        FA-104 INV-5186                           an unmapped tax term
        FA-105 INV-5192                           a total that is not the sum of its lines
        FA-106 INV-5111                           a currency that the organisation does not use
        FA-107 INV-5187                           in the closed period
        FA-108 INV-5101                           the number of another invoice
        FA-110 Canterbury_Timber_Traders_Ltd      the name of a customer
        FA-111 INV-5189                           above its order
        FA-204 CN-810_on_inv-5009                 set off against a paid invoice
        FA-100 INV–5188                           a dash in the number that Xero refuses
        FA-100 RC-9029                            more than is due
        FA-100 SMITH__JOINERY                     two spaces in a row";

    /// The same in QuickBooks Online: what only Xero refuses goes through.
    const REFUSED_BY_QUICKBOOKS: &str = "
        FA-100 INV-5190                           due before its date
        FA-100 INV-5191                           a negative quantity
        FA-100 INV-5193                           no lines
        FA-100 Q-2690                             a number longer than QuickBooks takes
        FA-101 INV-5183                           an unknown product
        FA-101 INV-5184                           an unknown customer
        FA-102 MPS_4561                           no account anywhere
        FA-103 INV-5185                           an archived account
        FA-103 RC-9030                            an unknown account
        FA-104 INV-5186                           an unmapped tax term
        FA-105 INV-5192                           a total that is not the sum of its lines
        FA-106 INV-5111                           a currency that the company does not use
        FA-107 INV-5187                           in the closed period
        FA-108 INV-5101                           the number of another invoice
        FA-111 INV-5189                           above its order
        FA-400 CN-810_on_inv-5009                 set off against a paid invoice
        FA-400 RC-9029                            more than is due";

    /// The same where the package reckons the tax: no total is known beforehand, so that none is compared, and what was paid
    /// in full before tax still has its tax to be paid.
    const REFUSED_IN_THE_UNITED_STATES: &str = "
        FA-100 INV-5016                           a letter that a company in the United States cannot hold
        FA-100 INV-5190                           due before its date
        FA-100 INV-5191                           a negative quantity
        FA-100 INV-5193                           no lines
        FA-100 INV–5188                           a letter that a company in the United States cannot hold
        FA-100 Kaikōura_Whale_Lodge               a letter that a company in the United States cannot hold
        FA-100 Kōwhai_Kitchens_Ltd                a letter that a company in the United States cannot hold
        FA-100 M._Petrović_(sole_trader,_not_GST_registered) a letter that a company in the United States cannot hold
        FA-100 MTS-889004                         a letter that a company in the United States cannot hold
        FA-100 Nguyễn_&_Trần_Architects           a letter that a company in the United States cannot hold
        FA-100 PO-7013                            a letter that a company in the United States cannot hold
        FA-100 PO-7016                            a letter that a company in the United States cannot hold
        FA-100 Q-2607                             a letter that a company in the United States cannot hold
        FA-100 Q-2617                             a letter that a company in the United States cannot hold
        FA-100 Q-2690                             a number longer than QuickBooks takes
        FA-100 Rāpaki_Marae_Komiti                a letter that a company in the United States cannot hold
        FA-100 SO-1015                            a letter that a company in the United States cannot hold
        FA-100 Sawdust_&_Sons_🪚                   a letter that a company in the United States cannot hold
        FA-100 St._Bede's_College_–_Board_of_Trustees a letter that a company in the United States cannot hold
        FA-100 TOTARA-40                          a letter that a company in the United States cannot hold
        FA-100 Te_Whare_Mahi_Charitable_Trust     a letter that a company in the United States cannot hold
        FA-100 Waimakariri_Vineyard_Estate        a letter that a company in the United States cannot hold
        FA-100 Łukasz_Kowalski_Renovations        a letter that a company in the United States cannot hold
        FA-100 Ōtautahi_Co-housing_Society_Inc.   a letter that a company in the United States cannot hold
        FA-100 木工工房_Mokkō_Studio                  a letter that a company in the United States cannot hold
        FA-101 14/2026                            of one that is parked
        FA-101 CN-807                             of one that is parked
        FA-101 CN-807_on_inv-5013                 of one that is parked
        FA-101 CN-810                             of one that is parked
        FA-101 CN-810_on_inv-5009                 of one that is parked
        FA-101 INV-5004                           of one that is parked
        FA-101 INV-5009                           of one that is parked
        FA-101 INV-5012                           of one that is parked
        FA-101 INV-5013                           of one that is parked
        FA-101 INV-5022                           of one that is parked
        FA-101 INV-5031                           of one that is parked
        FA-101 INV-5032                           of one that is parked
        FA-101 INV-5034                           of one that is parked
        FA-101 INV-5109                           of one that is parked
        FA-101 INV-5114                           of one that is parked
        FA-101 INV-5183                           an unknown product
        FA-101 INV-5184                           an unknown customer
        FA-101 INV-5187                           of one that is parked
        FA-101 PAY-4009                           of one that is parked
        FA-101 PO-7012                            of one that is parked
        FA-101 Q-2603                             of one that is parked
        FA-101 Q-2611                             of one that is parked
        FA-101 Q-2612                             of one that is parked
        FA-101 Q-2624                             of one that is parked
        FA-101 RC-9007                            of one that is parked
        FA-101 RC-9009                            of one that is parked
        FA-101 RC-9017                            of one that is parked
        FA-101 RC-9018                            of one that is parked
        FA-101 RC-9025                            of one that is parked
        FA-101 RC-9026                            of one that is parked
        FA-101 RC-9027                            of one that is parked
        FA-101 RC-9028                            of one that is parked
        FA-101 SO-1003                            of one that is parked
        FA-101 SO-1010                            of one that is parked
        FA-101 SO-1013                            of one that is parked
        FA-101 SO-1016                            of one that is parked
        FA-101 SO-1017                            of one that is parked
        FA-101 SO-1024                            of one that is parked
        FA-101 SO-1026                            of one that is parked
        FA-102 MPS_4561                           no account anywhere
        FA-103 INV-5185                           an archived account
        FA-103 RC-9030                            an unknown account
        FA-104 INV-5186                           an unmapped tax term
        FA-106 INV-5111                           a currency that the company does not use
        FA-108 INV-5101                           the number of another invoice
        FA-111 INV-5189                           above its order
        FA-400 RC-9029                            more than is due";

    /// The same in MYOB, where names are short, and what needs a record with a long one waits for it.
    const REFUSED_BY_MYOB: &str = "
        FA-100 BESPOKE-RECEPTION-COUNTER-CURVED   a code longer than MYOB takes
        FA-100 INV-5190                           due before its date
        FA-100 INV-5191                           a negative quantity
        FA-100 INV-5193                           no lines
        FA-100 LAB-CAD                            a product's name longer than MYOB takes
        FA-100 PINE-18FJ                          a product's name longer than MYOB takes
        FA-100 Q-2690                             a number longer than MYOB takes
        FA-100 The_Trustees_for_the_Time_Being    a name longer than MYOB takes
        FA-101 CN-803_on_inv-5007                 of one that is parked
        FA-101 CN-805                             of one that is parked
        FA-101 CN-805_on_inv-5025                 of one that is parked
        FA-101 CN-807_on_inv-5013                 of an invoice that is parked
        FA-101 INV-5002                           of one that is parked
        FA-101 INV-5004                           of an order that is parked
        FA-101 INV-5007                           of one that is parked
        FA-101 INV-5013                           of an order that is parked
        FA-101 INV-5014                           of an order that is parked
        FA-101 INV-5022                           of one that is parked
        FA-101 INV-5025                           of one that is parked
        FA-101 INV-5104                           of one that is parked
        FA-101 INV-5183                           an unknown product
        FA-101 INV-5184                           an unknown customer
        FA-101 MTS-889004                         of a product that is parked
        FA-101 PO-7013                            of one that is parked
        FA-101 PO-7016                            of a product that is parked
        FA-101 Q-2602                             of one that is parked
        FA-101 Q-2603                             of a product that is parked
        FA-101 Q-2619                             for a customer who is parked
        FA-101 Q-2624                             of a product that is parked
        FA-101 RC-9006                            of one that is parked
        FA-101 RC-9007                            of an invoice that is parked
        FA-101 RC-9012                            of one that is parked
        FA-101 RC-9016                            of one that is parked
        FA-101 RC-9026                            of one that is parked
        FA-101 RC-9028                            of an invoice that is parked
        FA-101 RC-9030                            of one that is parked
        FA-101 SO-1002                            of one that is parked
        FA-101 SO-1003                            of a product that is parked
        FA-101 SO-1014                            of a product that is parked
        FA-101 SO-1016                            of one that is parked
        FA-101 SO-1019                            of one that is parked
        FA-102 MPS_4561                           no account anywhere
        FA-103 INV-5185                           an archived account
        FA-104 INV-5186                           an unmapped tax term
        FA-105 INV-5192                           a total that is not the sum of its lines
        FA-106 INV-5111                           a currency that the company does not use
        FA-107 INV-5187                           in the closed period
        FA-108 INV-5101                           the number of another invoice
        FA-110 FREIGHT                            a code that another item of the company has
        FA-111 INV-5189                           above its order
        FA-400 CN-810_on_inv-5009                 set off against a paid invoice
        FA-400 RC-9029                            more than is due";

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn place(package: Package, country: Country) -> Place {
        Place { package, country }
    }

    fn places() -> [Place; 3] {
        [place(Package::Xero, Country::Nz), place(Package::Qbo, Country::Au), place(Package::Myob, Country::Au)]
    }

    /// Pushes the whole book and closes; answers what was refused, as code and name.
    async fn refused_in(place: Place) -> Vec<(String, String)> {
        let folder = folder();
        let stage = Stage::passing(place, &folder.path().join("store.sqlite3"), 1).await.unwrap();
        let meter = Arc::new(Meter::default());
        let closing = run(&stage, &OrderBook::read(place).unwrap(), &meter).await.unwrap();
        assert!(closing.agree, "{place}: {}", closing.text);
        assert_eq!(meter.read().differing, Vec::<String>::new(), "{place}");
        let mut found: Vec<(String, String)> = Vec::new();
        for operation in &closing.parked {
            let OperationState::Parked { parked } = &operation.state else { panic!("{operation:?}") };
            let name: String = operation.name.split("-AAAA").next().unwrap_or_default().replace(' ', "_");
            let name = name.split("_of_the_").next().unwrap_or_default().to_owned();
            found.push((parked.code.to_string(), name));
        }
        found.sort();
        found
    }

    /// Code and name in the first two words of each line.
    fn listed(table: &str) -> Vec<(String, String)> {
        let row = |line: &str| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        };
        let mut rows: Vec<(String, String)> = table.lines().filter_map(row).collect();
        rows.sort();
        rows
    }

    #[tokio::test]
    async fn the_books_come_to_the_hosts_cents_and_what_must_be_refused_is_refused_for_its_own_reason() {
        let xero = place(Package::Xero, Country::Nz);
        assert_eq!(refused_in(xero).await, listed(REFUSED));
    }

    #[tokio::test]
    async fn another_packages_books_come_to_the_hosts_cents_and_refuse_what_that_package_refuses() {
        for country in [Country::Au, Country::Uk] {
            assert_eq!(refused_in(place(Package::Qbo, country)).await, listed(REFUSED_BY_QUICKBOOKS), "{country}");
        }
    }

    #[tokio::test]
    async fn where_prices_contain_tax_and_orders_become_invoices_the_books_come_to_the_hosts_cents_all_the_same() {
        for country in [Country::Au, Country::Nz] {
            assert_eq!(refused_in(place(Package::Myob, country)).await, listed(REFUSED_BY_MYOB), "{country}");
        }
    }

    #[tokio::test]
    async fn where_the_package_reckons_the_tax_the_books_come_to_the_hosts_cents_before_it() {
        let refused = refused_in(place(Package::Qbo, Country::Us)).await;
        assert_eq!(refused, listed(REFUSED_IN_THE_UNITED_STATES));
    }

    #[tokio::test]
    async fn a_second_run_over_the_same_files_creates_nothing() {
        for place in places() {
            let folder = folder();
            let store = folder.path().join("store.sqlite3");
            let order_book = OrderBook::read(place).unwrap();
            let mut closings = Vec::new();
            for expected in [true, false] {
                let stage = Stage::kept(place, &store).await.unwrap();
                let meter = Arc::new(Meter::default());
                closings.push(run(&stage, &order_book, &meter).await.unwrap());
                assert_eq!(meter.read().written() > 300, expected, "{:?}", meter.read());
                assert_eq!(meter.read().written() == 0, !expected, "{:?}", meter.read());
                stage.emulator.stop().await;
            }
            assert_eq!(differences(&closings[0].books, &closings[1].books), Vec::<String>::new(), "{place}");
            assert!(closings[1].agree);
        }
    }

    #[tokio::test]
    async fn with_lost_answers_and_deaths_the_books_are_the_same() {
        for place in places() {
            let folder = folder();
            let order_book = OrderBook::read(place).unwrap();
            let stage = Stage::passing(place, &folder.path().join("calm.sqlite3"), 1).await.unwrap();
            let calm = run(&stage, &order_book, &Arc::default()).await.unwrap();
            for seed in [7, 11] {
                let meter = Arc::new(Meter::default());
                let store = folder.path().join(format!("{seed}.sqlite3"));
                let (closing, trouble) = run_troubled(&order_book, &meter, &store, seed).await.unwrap();
                let told = format!("{place}, seed {seed}\n{trouble}");
                assert_eq!(differences(&calm.books, &closing.books), Vec::<String>::new(), "{told}");
                assert!(closing.agree, "{told}\n{}", closing.text);
                assert!(trouble.deaths > 2 && meter.read().doubts > 3, "{told}");
            }
        }
    }

    #[tokio::test]
    async fn a_store_without_its_books_is_refused_with_the_remedy() {
        let folder = folder();
        let store = folder.path().join("store.sqlite3");
        let place = place(Package::Xero, Country::Nz);
        Stage::kept(place, &store).await.unwrap().emulator.stop().await;
        std::fs::remove_file(wiring::books_beside(&store)).unwrap();
        let told = Stage::kept(place, &store).await.unwrap_err().to_string();
        assert!(told.contains("--fresh"), "{told}");
    }
}
