//! What a person must do in MYOB before everything works, as data (F13).

use factory_accounting_core::onboarding::{SetupStep, StepState};

use crate::profile::FileProfile;
use crate::remote_id::{Collection, Layout};

/// Every step, in the order in which a person goes through them. Show those that are open, and those that MYOB does not
/// tell once.
#[must_use]
pub fn setup_steps(profile: &FileProfile) -> Vec<SetupStep> {
    let step = |code, title, why: &str, place, state: StepState| SetupStep::new(code, title, why, place, state);
    let offers = |collection| StepState::from(profile.offers(collection));
    let tax = |code: bool, freight: bool| StepState::from(code && freight);
    let missing: Vec<&str> = profile.missing_scopes.iter().map(String::as_str).collect();
    let scopes = if missing.is_empty() {
        "every part of the file that documents touch has to be agreed to".to_owned()
    } else {
        format!("what lies behind {} cannot be reached", missing.join(", "))
    };
    vec![
        step(
            "writable_file",
            "Renew the subscription, or check the file in again",
            "nothing can be written into a file that is read-only or checked out",
            "my.myob.com, Subscriptions; AccountRight, File menu, Check-in AccountRight file",
            (!profile.read_only).into(),
        ),
        step(
            "scopes",
            "Connect again and agree to all permissions",
            &scopes,
            "the sign-in that connects this program, as an administrator of the file",
            missing.is_empty().into(),
        ),
        step(
            "customer_tax_codes",
            "Choose the tax codes of new customers",
            "a customer cannot be created without a tax code and a tax code of freight",
            "Setup, Preferences, Sales: default tax code and freight tax code",
            tax(profile.customer_tax_code.is_some(), profile.customer_freight_tax_code.is_some()),
        ),
        step(
            "supplier_tax_codes",
            "Choose the tax codes of new suppliers",
            "suppliers, purchase orders and bills cannot be created without a tax code and a tax code of freight",
            "Setup, Preferences, Purchases: default tax code and freight tax code",
            tax(profile.supplier_tax_code.is_some(), profile.supplier_freight_tax_code.is_some()),
        ),
        step(
            "untaxed_code",
            "Keep a tax code with the rate 0",
            "documents without tax need one on every line",
            "Lists, Tax codes",
            profile.untaxed.is_some().into(),
        ),
        step(
            "category",
            "Choose the category of documents that are sent",
            "the file asks for a category on every transaction: choose one here, or do not require it there",
            "Setup, Preferences, System: category tracking; the settings of this connection",
            (!profile.category_required || profile.default_category.is_some()).into(),
        ),
        step(
            "changeable_transactions",
            "Allow transactions to be changed",
            "documents and payments that were sent can be neither changed nor deleted: corrections become credit notes",
            "Setup, Preferences, Security: transactions can't be changed; they must be reversed",
            (!profile.must_reverse).into(),
        ),
        step(
            "orders",
            "Use a plan with sales orders",
            "orders of customers cannot be kept; their invoices can",
            "my.myob.com, Subscriptions",
            offers(Collection::Order(Layout::Service)),
        ),
        step(
            "purchase_orders",
            "Use a plan with purchase orders",
            "orders to suppliers cannot be kept; their bills can",
            "my.myob.com, Subscriptions",
            offers(Collection::PurchaseOrder(Layout::Service)),
        ),
        step(
            "items",
            "Use a plan with items",
            "products cannot be kept, and documents only with accounts",
            "my.myob.com, Subscriptions",
            offers(Collection::Item),
        ),
        step(
            "jobs",
            "Use a plan with jobs",
            "lines cannot name the job that they belong to",
            "my.myob.com, Subscriptions",
            offers(Collection::Job),
        ),
        // The API does not tell linked accounts and warnings in a form that is described (myob.md 3.0, 6).
        step(
            "freight_account",
            "Link the accounts of freight",
            "a document on which somebody enters freight is refused afterwards",
            "Setup, Linked accounts, Sales and Purchases: freight",
            StepState::Unknown,
        ),
        step(
            "number_warning",
            "Warn of numbers that are used twice",
            "people are told before they give a document a number that one from here has",
            "Setup, Preferences, Sales: warn for duplicate invoice numbers",
            StepState::Unknown,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use factory_accounting_core::ids::RemoteId;

    use super::*;

    fn open(profile: &FileProfile) -> Vec<&'static str> {
        let steps = setup_steps(profile);
        steps.into_iter().filter(|step| step.state == StepState::Open).map(|step| step.code).collect()
    }

    fn ready() -> FileProfile {
        let code = Some(RemoteId::new("11111111-0000-4000-8000-000000000001"));
        FileProfile {
            customer_tax_code: code.clone(),
            customer_freight_tax_code: code.clone(),
            supplier_tax_code: code.clone(),
            supplier_freight_tax_code: code.clone(),
            untaxed: code,
            ..FileProfile::default()
        }
    }

    #[test]
    fn f13_a_file_that_is_ready_leaves_nothing_open() {
        assert_eq!(open(&ready()), Vec::<&str>::new());
        let unknown = setup_steps(&ready()).into_iter().filter(|step| step.state == StepState::Unknown).count();
        assert_eq!(unknown, 2);
    }

    #[test]
    fn f13_everything_that_stands_in_the_way_is_named() {
        let mut profile = ready();
        profile.read_only = true;
        profile.missing_scopes = ["sme-sales".to_owned()].into();
        profile.category_required = true;
        profile.must_reverse = true;
        profile.customer_freight_tax_code = None;
        profile.resources = ["sale/invoice/service".to_owned()].into();
        let expected = [
            "writable_file",
            "scopes",
            "customer_tax_codes",
            "category",
            "changeable_transactions",
            "orders",
            "purchase_orders",
            "items",
            "jobs",
        ];
        assert_eq!(open(&profile), expected);
        let steps = setup_steps(&profile);
        assert!(steps[1].why.contains("sme-sales"), "{}", steps[1].why);
        profile.default_category = Some(RemoteId::new("c"));
        assert!(!open(&profile).contains(&"category"));
    }

    #[test]
    fn f13_every_step_has_a_name_of_its_own_and_says_what_where_and_why() {
        let steps = setup_steps(&FileProfile::default());
        let mut codes: Vec<_> = steps.iter().map(|step| step.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), steps.len());
        assert!(steps.iter().all(|step| !step.title.is_empty() && !step.why.is_empty() && !step.place.is_empty()));
    }
}
