//! The tables of README.md and ARCHITECTURE.md that say what the packages can do are made from what the providers claim, and
//! the provider suite proves what they claim. `REWRITE=1 cargo test -p tests capabilities` writes them anew.

use std::fs;
use std::sync::Arc;

use factory_accounting_core::capability::{
    Capabilities, Characters, Editable, JobPlace, LineItems, MarkerField, OrderForm, RecordCapability, SourceTie,
    TaxAuthority, TaxRounding,
};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{AccountingProvider, CatalogueKind};

use crate::host::Host;
use crate::tree;

type Packages = [Arc<dyn AccountingProvider>; 3];
/// A row's name, and what stands in it for a package.
type Row = (&'static str, fn(&Capabilities) -> String);

fn packages() -> Packages {
    [Host::new().provider, Host::au().provider, Host::file().provider]
}

fn table(packages: &Packages, rows: impl Iterator<Item = (String, [String; 3])>) -> String {
    let titles: Vec<&str> = packages.iter().map(|package| package.info().title).collect();
    let mut text = format!("| | {} |\n|---|---|---|---|\n", titles.join(" | "));
    for (name, cells) in rows {
        text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    text
}

fn by_kind(packages: &Packages, cell: fn(&RecordCapability) -> String) -> String {
    let kinds = RecordKind::ALL.into_iter();
    let rows = kinds.filter_map(|kind| {
        let of = |package: &Arc<dyn AccountingProvider>| package.capabilities().of(kind).cloned();
        let own = packages.each_ref().map(of);
        own.iter()
            .any(Option::is_some)
            .then(|| (kind.label().to_owned(), own.map(|own| own.map_or_else(|| "–".to_owned(), |own| cell(&own)))))
    });
    table(packages, rows)
}

/// What a host can count on.
fn offered(own: &RecordCapability) -> String {
    let verbs = [(own.create, "create"), (own.update, "change"), (own.void, "take back")];
    let verbs: Vec<&str> = verbs.iter().filter(|(most, _)| *most > 0).map(|(_, verb)| *verb).collect();
    let mut cell = if verbs.is_empty() { "read".to_owned() } else { verbs.join(", ") };
    let mut add = |wanted: bool, text: String| {
        if wanted {
            cell.push_str(&format!("; {text}"));
        }
    };
    add(own.drafts && own.create > 0, "drafts".to_owned());
    add(own.attachments, "files".to_owned());
    add(own.reference_text > 0, "reference".to_owned());
    add(own.number_text < 50, format!("numbers up to {}", own.number_text));
    add(own.line_items == LineItems::Required, "every line names an item".to_owned());
    add(own.line_items == LineItems::AllOrNone, "all lines name items or none".to_owned());
    cell
}

/// How it is dealt with.
fn handled(own: &RecordCapability) -> String {
    let marker = match own.marker {
        MarkerField::Number => "number",
        MarkerField::Reference => "reference",
        MarkerField::ExternalKey => "external key",
        MarkerField::Parent => "place",
        _ => "another field",
    };
    let mut cell = format!("{}/{}/{} a call, by {marker}", own.create, own.update, own.void);
    let mut add = |wanted: bool, text: &str| {
        if wanted {
            cell.push_str(&format!(", {text}"));
        }
    };
    add(own.unique_number, "numbers unique");
    add(own.version_checked, "versions checked");
    add(own.number_characters == Characters::PrintableAscii, "ASCII");
    add(!own.line_discounts, "no discounts");
    add(own.editable_when_settled == Editable::Descriptive, "texts editable when settled");
    add(own.sources == SourceTie::Linked, "tied by line");
    add(own.sources == SourceTie::Converted, "converts its source");
    add(own.sent_marks, "marked as sent");
    add(!own.delivery_marks.is_empty(), "marked for delivery");
    cell
}

fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn minutes(span: std::time::Duration) -> String {
    match span.as_secs() {
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

fn names(lists: &[CatalogueKind]) -> String {
    lists.iter().map(|kind| kind.as_str().replace('_', " ")).collect::<Vec<_>>().join(", ")
}

const RULES: [Row; 17] = [
    ("orders", |own| {
        let forms: Vec<&str> = own
            .orders
            .iter()
            .map(|form| match form {
                OrderForm::DraftInvoice => "draft invoice",
                OrderForm::Invoice => "invoice",
                OrderForm::AcceptedQuote => "accepted quote",
                OrderForm::SalesOrder => "order",
                _ => "another form",
            })
            .collect();
        forms.join(", or ")
    }),
    ("jobs", |own| {
        match own.jobs {
            JobPlace::Line => "on each line",
            JobPlace::SalesParty => "in place of the customer",
            _ => "elsewhere",
        }
        .to_owned()
    }),
    ("customers and suppliers", |own| if own.separate_roles { "apart" } else { "one record may be both" }.to_owned()),
    ("decimals of a price, a quantity, a rate of discount", |own| {
        let amounts = own.amounts;
        format!("{}, {}, {}", amounts.price_decimals, amounts.quantity_decimals, amounts.discount_decimals)
    }),
    ("prices with tax", |own| yes(own.amounts.inclusive_prices)),
    ("prices without tax", |own| yes(own.amounts.exclusive_prices)),
    ("prices below zero", |own| yes(own.amounts.negative_prices)),
    ("discounts by amount", |own| yes(own.amounts.discount_amounts)),
    ("tax", |own| {
        let place = match own.amounts.tax_rounding {
            TaxRounding::PerLine => "rounded on each line",
            TaxRounding::PerRate => "rounded on the sum of each rate",
            _ => "rounded elsewhere",
        };
        match own.amounts.tax_authority {
            TaxAuthority::Rates if own.amounts.stated_taxes => format!("predicted, {place}, and can be stated"),
            TaxAuthority::Rates => format!("predicted, {place}"),
            TaxAuthority::WithinTotal => "within a total that is predicted; by cents the package's own".to_owned(),
            _ => "the package's own".to_owned(),
        }
    }),
    ("a write can be repeated under its key for", |own| {
        own.replay_window.map_or_else(|| "no keys".to_owned(), minutes)
    }),
    ("a lost write may land within", |own| minutes(own.write_timeout)),
    ("text of a line", |own| format!("{} characters", own.line_text)),
    ("lines of a document", |own| own.max_lines.to_string()),
    ("largest amount", |own| own.max_amount.map_or_else(|| "no limit known".to_owned(), |most| most.to_string())),
    ("changes that are followed", |own| own.feeds.len().to_string()),
    ("lists", |own| names(own.lists)),
    ("lists of which changes can be asked for", |own| names(own.incremental_lists)),
];

fn rules(packages: &Packages) -> String {
    let rows = RULES.into_iter();
    table(packages, rows.map(|(name, cell)| (name.to_owned(), packages.each_ref().map(|own| cell(own.capabilities())))))
}

/// What stands between the two marks of a table, and the text around it.
fn marked<'a>(path: &str, text: &'a str, name: &str) -> (&'a str, &'a str, &'a str) {
    let begin = format!("<!-- {name}: made from the providers' capabilities by tests/it/capabilities.rs -->\n");
    let end = format!("<!-- end of {name} -->");
    let at = text.find(&begin).unwrap_or_else(|| panic!("{path}: put {begin:?} where the table is to begin"));
    let from = at + begin.len();
    let to = text[from..].find(&end).unwrap_or_else(|| panic!("{path}: put {end:?} where the table is to end"));
    (&text[..from], &text[from..from + to], &text[from + to..])
}

fn holds(path: &str, name: &str, wanted: &str) {
    let text = tree::read(path);
    let (before, found, after) = marked(path, &text, name);
    let wanted = format!("\n{wanted}\n");
    if std::env::var_os("REWRITE").is_some() {
        fs::write(tree::root().join(path), format!("{before}{wanted}{after}")).expect("the file can be written");
        return;
    }
    assert!(found == wanted, "{path}, {name}: run with REWRITE=1 to write it anew; it must be:\n{wanted}");
}

#[test]
fn what_the_documents_say_of_the_packages_is_what_the_providers_claim() {
    let packages = packages();
    holds("README.md", "what a host can send", &by_kind(&packages, offered));
    holds("ARCHITECTURE.md", "how records are written", &by_kind(&packages, handled));
    holds("ARCHITECTURE.md", "what differs between packages", &rules(&packages));
}

#[test]
fn a_table_stands_between_its_two_marks() {
    let text =
        "a\n<!-- x: made from the providers' capabilities by tests/it/capabilities.rs -->\nb\n<!-- end of x -->\nc\n";
    let (before, found, after) = marked("x.md", text, "x");
    assert_eq!((found, after), ("b\n", "<!-- end of x -->\nc\n"));
    assert!(before.starts_with("a\n") && before.ends_with("-->\n"));
}
