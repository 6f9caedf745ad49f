//! One setting tried at one package.

use std::cell::RefCell;

use factory_accounting_core::capability::RecordCapability;
use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::plan::Catalogue;
use factory_accounting_core::provider::{CatalogueKind, RemoteRecord};
use factory_accounting_core::settings::{Setting, Settings, SettingsIssue, Severity, applies, setting_at};
use factory_accounting_core::store::ListStore as _;
use factory_accounting_engine::{EngineError, RecordStatus};
use serde_json::{Value, json};

use super::shown::Shows;
use crate::host::{Host, connection, locked};
use crate::make::{hale, in_currency, line, merge, record, supplier};
use crate::policy::{KAURI, paper};
use crate::world::Books;

/// A setting under trial: a company with Hale and Kauri in its books, whose settings are the usual ones but for what the
/// story changes.
pub(super) struct Trial<W: Books> {
    pub(super) host: Host<W>,
    setting: &'static Setting,
    usual: Settings,
    /// Whether another value than the usual one has been tried, or refused.
    tried: RefCell<bool>,
}

/// Tells the story of a setting. One that never tries another value than the usual has shown nothing.
pub(super) fn tell<W: Books>(path: &str, story: fn(&Trial<W>)) {
    let setting = setting_at(path).unwrap_or_else(|| panic!("{path} is no setting"));
    let host = Host::over(W::fresh().unlimited());
    host.send(vec![hale(), supplier("S1", KAURI)]);
    let usual = host.clock.run(host.engine.settings()).expect("settings");
    let trial = Trial { host, setting, usual, tried: RefCell::new(false) };
    story(&trial);
    assert!(*trial.tried.borrow(), "{path} was tried at no other value than its usual one");
}

impl<W: Books> Trial<W> {
    /// What the package can do with the kinds of record that the setting is about.
    pub(super) fn takes(&self, kind: RecordKind) -> &RecordCapability {
        self.host.provider.capabilities().of(kind).unwrap_or_else(|| panic!("{kind} cannot be written"))
    }

    /// The setting's path, in the row that it is about.
    fn at(&self, row: &str) -> String {
        self.setting.path.replace('*', row)
    }

    fn settings(&self) -> Settings {
        self.host.clock.run(self.host.engine.settings()).expect("settings")
    }

    fn changed(&self, path: &str, value: &Value) -> Settings {
        self.settings().with(path, value.clone()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// From now on the setting has this value.
    #[track_caller]
    pub(super) fn choose(&self, value: impl Into<Value>) {
        self.choose_for("", value);
    }

    /// The same of a row of a table.
    #[track_caller]
    pub(super) fn choose_for(&self, row: &str, value: impl Into<Value>) {
        let (path, value) = (self.at(row), value.into());
        let saved = self.host.clock.run(self.host.engine.save_settings(self.changed(&path, &value)));
        let saved = saved.unwrap_or_else(|error| panic!("{path} = {value}: {error}"));
        let complaints: Vec<_> = saved.warnings.iter().filter(|issue| issue.path == path).collect();
        assert!(complaints.is_empty(), "{path} = {value}: {complaints:?}");
        self.tries(&path, &value);
    }

    /// From now on another setting, which the story needs, has this value.
    #[track_caller]
    pub(super) fn also(&self, path: &str, value: impl Into<Value>) {
        let settings = self.changed(path, &value.into());
        self.host.clock.run(self.host.engine.save_settings(settings)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    fn tries(&self, path: &str, value: &Value) {
        let usual = self.usual.value(path).unwrap_or_default();
        *self.tried.borrow_mut() |= usual != *value;
    }

    /// The complaint about a value of the setting: one line that names it and what would mend it. Where it is an error, nothing
    /// is saved.
    #[track_caller]
    fn complaint(&self, row: &str, value: &Value) -> SettingsIssue {
        let (path, engine) = (self.at(row), &self.host.engine);
        let settings = self.changed(&path, value);
        let issues = self.host.clock.run(engine.check_settings(&settings)).expect("checked");
        let found = issues.into_iter().find(|issue| issue.path == path);
        let found = found.unwrap_or_else(|| panic!("nobody complains of {path} = {value}"));
        assert!(!found.remedy.is_empty() && !found.to_string().contains('\n'), "{found}");
        if found.severity == Severity::Error {
            let before = self.host.clock.run(engine.settings_versions()).expect("versions");
            let refused = self.host.clock.run(engine.save_settings(settings)).expect_err("refused");
            assert!(matches!(&refused, EngineError::Settings(issues) if issues.contains(&found)), "{refused}");
            assert_eq!(self.host.clock.run(engine.settings_versions()).expect("versions"), before, "nothing is saved");
        }
        self.tries(&path, value);
        found
    }

    /// A value is refused, and nothing is saved.
    #[track_caller]
    pub(super) fn refuses(&self, row: &str, value: impl Into<Value>, says: &str) {
        let found = self.complaint(row, &value.into());
        assert_eq!(found.severity, Severity::Error, "{found}");
        assert!(found.message.contains(says), "{found}");
    }

    /// A value can be saved, and the person is told that it does nothing.
    #[track_caller]
    pub(super) fn warns(&self, row: &str, value: impl Into<Value>, says: &str) {
        let found = self.complaint(row, &value.into());
        assert_eq!(found.severity, Severity::Warning, "{found}");
        assert!(found.message.contains(says), "{found}");
    }

    /// Whether the setting means nothing at this package: then the form says so, and whoever chooses a value is told.
    #[track_caller]
    pub(super) fn means_nothing(&self, row: &str, value: impl Into<Value>) -> bool {
        let (provider, path) = (&self.host.provider, self.setting.path);
        let why = applies(path, provider.capabilities(), provider.info().title).err();
        let form = self.host.clock.run(self.host.engine.settings_form()).expect("a form");
        let field = form.fields().find(|field| field.path == path).expect("a field");
        assert_eq!((field.applies, &field.why_not), (why.is_none(), &why));
        let Some(why) = why else { return false };
        assert!(self.complaint(row, &value.into()).message.contains(&why), "{path} at {}", provider.info().title);
        true
    }

    /// Sends a document of one line over 100 before tax, with changes.
    pub(super) fn send(&self, kind: RecordKind, id: &str, changes: Value) {
        self.host.send(vec![self.document(kind, id, changes)]);
    }

    pub(super) fn document(&self, kind: RecordKind, id: &str, changes: Value) -> Record {
        let party = if matches!(kind, RecordKind::PurchaseOrder | RecordKind::Bill) { "S1" } else { "C1" };
        paper::<W>(kind.as_str(), id, party, "100", changes)
    }

    /// Sends a document of lines over 100 before tax, each with members of its own.
    pub(super) fn send_lines(&self, kind: RecordKind, id: &str, lines: &[Value], changes: Value) {
        let line = |members: &Value| {
            let mut form = line("Oak top, oiled", "1", "100");
            merge(&mut form, members.clone());
            form
        };
        let mut form = json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() });
        merge(&mut form, changes);
        self.send(kind, id, form);
    }

    /// Sends a payment of 10 for an invoice.
    pub(super) fn pay(&self, id: &str, invoice: &str, changes: Value) {
        let payment = crate::make::payment(id, json!({ "invoice": invoice }), "10");
        let mut form = serde_json::to_value(in_currency(W::CURRENCY, &payment)).expect("JSON");
        merge(&mut form, changes);
        self.host.send(vec![record(form)]);
    }

    /// A product that is sold and bought, in the books under its code, and in the lists that settings name things of.
    pub(super) fn keeps_item(&self, id: &str, code: &str, income: &str) {
        let cost = &self.usual.accounts.purchases;
        self.host
            .send(vec![record(json!({ "kind": "product", "id": id, "code": code, "name": format!("Item {code}"),
            "sales": { "account": income }, "purchases": { "account": cost } }))]);
        self.host.link(RecordKind::Product, id);
        self.host.clock.run(self.host.engine.refresh(&[CatalogueKind::Items])).expect("refreshed");
    }

    /// Whether a document stands in the books and counts, or may come to.
    pub(super) fn stands(&self, label: &str) -> bool {
        let gone = |line: &String| ["DELETED", "VOIDED", "Voided"].iter().any(|state| line.contains(state));
        self.host.books().iter().any(|line| line.contains(label) && !gone(line))
    }

    pub(super) fn is_skipped(&self, kind: RecordKind, id: &str) -> bool {
        matches!(self.host.status(kind, id), RecordStatus::Skipped { .. })
    }

    /// The code of the question that a record has become.
    #[track_caller]
    pub(super) fn asks(&self, kind: RecordKind, id: &str) -> Code {
        self.host.question(kind, id).code
    }

    /// A record as the books hold it.
    #[track_caller]
    pub(super) fn held(&self, kind: RecordKind, id: &str) -> RemoteRecord {
        let remote = match self.host.status(kind, id) {
            RecordStatus::Sent(link) => link.remote.clone(),
            other => panic!("{kind} {id} is {other:?}"),
        };
        let found = self.host.clock.run(self.host.provider.fetch(kind, &[remote])).expect("read");
        found.into_iter().flatten().next().expect("a record")
    }

    /// The texts of a document's lines.
    #[track_caller]
    pub(super) fn texts(&self, kind: RecordKind, id: &str) -> Vec<String> {
        let lines = self.held(kind, id).lines.expect("its lines");
        lines.into_iter().map(|line| line.description).collect()
    }

    /// The tax of a document.
    #[track_caller]
    pub(super) fn is_taxed(&self, kind: RecordKind, id: &str) -> bool {
        !self.held(kind, id).totals.expect("totals").tax.is_zero()
    }

    /// The code of the product whose item a line of a document names.
    #[track_caller]
    pub(super) fn item(&self, kind: RecordKind, id: &str, line: usize) -> Option<String> {
        let lines = self.held(kind, id).lines.expect("its lines");
        let named = lines[line].item.clone()?;
        self.host.clock.run(self.host.engine.refresh(&[CatalogueKind::Items])).expect("refreshed");
        let items = self.list(CatalogueKind::Items);
        let item = items.item(&named).unwrap_or_else(|| panic!("no item {named}"));
        Some(item.code.clone())
    }

    /// A list of the package as it was read last.
    fn list(&self, kind: CatalogueKind) -> Catalogue {
        let read = self.host.clock.run(self.host.store.catalogue(&connection(), kind)).expect("read");
        Catalogue::new(read.expect("a list").1)
    }
}

impl<W: Shows> Trial<W> {
    /// The account that a line of a document is posted to.
    #[track_caller]
    pub(super) fn account(&self, kind: RecordKind, id: &str, line: usize) -> String {
        let status = self.host.status(kind, id);
        assert!(matches!(status, RecordStatus::Sent(_)), "{kind} {id} is {status:?}");
        W::posted(&self.host, kind, id, line).0
    }

    /// The account that a payment's money is in.
    #[track_caller]
    pub(super) fn paid_into(&self, id: &str) -> String {
        let status = self.host.status(RecordKind::Payment, id);
        assert!(matches!(status, RecordStatus::Sent(_)), "{id} is {status:?}");
        let named = W::paid_into(&self.host, id);
        let accounts = self.list(CatalogueKind::Accounts);
        let account = accounts.account(&named).unwrap_or_else(|| panic!("no account {named}"));
        account.code.clone().expect("a code")
    }

    /// A tax code that charges nothing.
    pub(super) fn untaxed(&self) -> String {
        locked(&self.host.world).untaxed()
    }
}
