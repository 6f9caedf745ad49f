//! Creating and updating a document: find it, lay the sent members over it, judge it, keep it.

use super::input::{DocumentInput, extras_of};
use super::rules::{check_edit, check_transition, may_start_as};
use super::{Document, Extras, Family, Kind, Status, TaxMode, Totals};
use crate::xero::books::contact::{Contact, ContactInput, ContactStatus};
use crate::xero::books::errors::{self, Findings, Refusal};
use crate::xero::books::filter::fold;
use crate::xero::books::lines::Terms;
use crate::xero::books::shelf::Key;
use crate::xero::books::wire_in;
use crate::xero::books::{Answer, Books, Context, Verb, Written};
use crate::xero::call::Call;
use crate::xero::switches::{EmptyLineItems, RetiredNumbers};
use rust_decimal::Decimal;
use uuid::Uuid;

impl Books {
    pub(super) fn save_documents(
        &mut self,
        call: &Call<'_>,
        family: Family,
        path: Option<Uuid>,
        verb: Verb,
        ctx: &Context<'_>,
    ) -> Answer {
        let mut inputs = Vec::new();
        for element in wire_in::elements(call.body, family.collection(), family.noun())? {
            let mut input = DocumentInput::read(&element, family)?;
            input.id = path.or(input.id);
            // An unknown id is a 404 for the whole request (xero.md 4.2).
            if input.id.is_some_and(|id| self.shelf(family).get(id).is_none()) {
                return Err(Refusal::NotFound);
            }
            inputs.push(input);
        }
        self.respond_batch(
            call,
            family.collection(),
            path.is_none(),
            ctx,
            &inputs,
            |books, input| books.write_document(family, input, verb, ctx),
            |books, out, document, findings, every| {
                super::wire::render_written(out, books, document, findings, every, ctx);
            },
        )
    }

    /// Writes one document; a failed create keeps the zero id, a failed update echoes what was asked.
    pub(super) fn write_document(
        &mut self,
        family: Family,
        input: &DocumentInput,
        verb: Verb,
        ctx: &Context<'_>,
    ) -> Written<Document> {
        let mut findings = Findings::default();
        let held = self.find_target(family, input, verb, ctx, &mut findings);
        let mut candidate = match &held {
            Some(held) => held.clone(),
            None => self.blank(family, input, ctx, &mut findings),
        };
        if input.allocates {
            // You cannot create and allocate in one call (xero.md 4.10).
            findings.error("Allocations cannot be sent with a credit note; use the Allocations endpoint."); // [impl]
        }
        let closed = held.as_ref().is_some_and(|held| held.status.is_gone());
        self.lay_over(&mut candidate, held.as_ref(), input, &mut findings);
        let mut nested = None;
        if !closed {
            nested = self.resolve_contact(&mut candidate, held.as_ref(), input.contact.as_ref(), &mut findings);
            self.lay_lines(&mut candidate, held.as_ref(), input, ctx, &mut findings);
        }
        if let Some(held) = &held {
            if family == Family::Order && held.status == Status::Deleted && input.status.is_none() {
                findings.error(errors::ORDER_DELETED);
            }
            check_transition(held, candidate.status, &mut findings);
            if !closed {
                let by_credit = !held.credited.is_zero();
                check_edit(held, &candidate, by_credit, &mut findings);
            }
        }
        if !closed {
            self.judge(&candidate, held.as_ref(), input, &mut findings);
        }
        if let Some(contact) = nested.filter(|_| findings.is_clean()) {
            // Only a document that is otherwise right creates or changes its contact.
            let written = self.write_contact(contact, Verb::Post, ctx);
            candidate.contact = written.row.id;
            written.findings.errors.into_iter().for_each(|error| findings.error(error));
        }
        if findings.is_clean() {
            self.keep(&mut candidate, held.as_ref(), input, ctx);
        }
        Written { row: candidate, findings }
    }

    /// By id, then, on POST, by a unique number: a number that a live document holds means that document
    /// (xero.md 4.7, 4.8).
    fn find_target(
        &self,
        family: Family,
        input: &DocumentInput,
        verb: Verb,
        ctx: &Context<'_>,
        findings: &mut Findings,
    ) -> Option<Document> {
        let shelf = self.shelf(family);
        if let Some(id) = input.id {
            if verb == Verb::Put {
                findings.error(format!("A {} with the specified id already exists.", family.noun())); // [impl]
            }
            return shelf.get(id).cloned();
        }
        let purchase = input.kind.as_deref().is_some_and(|kind| {
            [Kind::Bill, Kind::PurchaseCredit].iter().any(|unnumbered| kind.eq_ignore_ascii_case(unnumbered.wire()))
        });
        let number = input.number.as_deref().filter(|_| !purchase)?;
        let mut holders = shelf.find(Key::Number, &fold(number)).filter(|row| row.kind.numbers_are_unique());
        let freed = family != Family::Order && ctx.switches.retired_numbers == RetiredNumbers::AreFreed;
        let holder = holders.find(|row| !(freed && row.status.is_gone()))?;
        if verb == Verb::Put {
            findings.error(match family {
                Family::Invoice => errors::INVOICE_NUMBER_TAKEN,
                Family::CreditNote => errors::CREDIT_NUMBER_TAKEN,
                Family::Order => errors::ORDER_NUMBER_TAKEN,
                Family::Quote => errors::QUOTE_NUMBER_TAKEN,
            });
            return None;
        }
        if family == Family::Order && holder.status == Status::Deleted {
            // Recorded with the zero id (xero.md 4.8).
            findings.error(errors::ORDER_STATUS);
            findings.error(errors::ORDER_DELETED);
            return None;
        }
        Some(holder.clone())
    }

    fn blank(&self, family: Family, input: &DocumentInput, ctx: &Context<'_>, findings: &mut Findings) -> Document {
        let sent = input.kind.as_deref().unwrap_or_default().to_uppercase();
        let kind = match (family, sent.as_str()) {
            (Family::Invoice, "ACCREC") => Kind::Invoice,
            (Family::Invoice, "ACCPAY") => Kind::Bill,
            (Family::CreditNote, "ACCRECCREDIT") => Kind::SalesCredit,
            (Family::CreditNote, "ACCPAYCREDIT") => Kind::PurchaseCredit,
            (Family::Order, _) => Kind::Order,
            (Family::Quote, _) => Kind::Quote,
            (Family::Invoice, _) => {
                findings.error(errors::TYPE_MISSING);
                Kind::Invoice
            }
            (Family::CreditNote, _) => {
                findings.error(errors::CREDIT_TYPE_MISSING); // [impl]
                Kind::SalesCredit
            }
        };
        if family == Family::Quote && input.date.is_none() {
            findings.error("A Date must be specified for a quote"); // [impl], xero.md 4.6
        }
        Document {
            id: Uuid::nil(),
            kind,
            number: String::new(),
            prior_number: String::new(),
            reference: String::new(),
            contact: Uuid::nil(),
            date: self.region().today(ctx.now),
            due: None,
            expected: None,
            planned: None,
            status: Status::Draft,
            mode: TaxMode::Exclusive,
            lines: Vec::new(),
            totals: Totals::default(),
            paid: Decimal::ZERO,
            credited: Decimal::ZERO,
            fully_paid: None,
            currency: String::new(),
            rate: Decimal::ONE,
            theme: None,
            sent: false,
            extras: Extras::new(),
            app: ctx.app.to_owned(),
            updated: ctx.now,
        }
    }

    fn lay_over(&self, row: &mut Document, held: Option<&Document>, input: &DocumentInput, findings: &mut Findings) {
        let family = row.kind.family();
        if let Some(status) = &input.status {
            match Status::read(status) {
                Some(status) => row.status = status,
                None => findings.error(format!("{} status '{status}' is not valid", family.noun())), // [impl]
            }
        }
        if held.is_none() && !may_start_as(family, row.status) {
            findings.error(match family {
                Family::Invoice | Family::CreditNote => errors::CREATE_STATUS,
                Family::Order => errors::ORDER_STATUS,
                Family::Quote => errors::QUOTE_STATUS,
            });
        }
        if let Some(number) = &input.number {
            row.number.clone_from(number);
        }
        // ACCPAY documents have no Reference (xero.md 4.7, 4.9).
        if let Some(reference) = input.reference.as_ref().filter(|_| row.kind.is_sale() || row.kind == Kind::Order) {
            row.reference.clone_from(reference);
        }
        row.date = input.date.unwrap_or(row.date);
        row.due = input.due.or(row.due);
        row.expected = input.expected.or(row.expected);
        row.planned = input.planned.or(row.planned);
        row.theme = input.theme.or(row.theme);
        if let Some(mode) = &input.mode {
            match TaxMode::read(mode) {
                Some(mode) => row.mode = mode,
                None => findings.error(format!("LineAmountTypes '{mode}' is not valid")), // [impl]
            }
        }
        self.lay_currency(row, held, input, findings);
        row.extras.extend(input.extras.clone());
        if family == Family::Quote && held.is_some() && !input.extras.contains_key("Terms") {
            // A quote's omitted Terms are blanked (xero.md 4.6).
            row.extras.insert("Terms", String::new());
        }
        if let Some(sent) = input.sent.filter(|sent| *sent != row.sent) {
            let approved = matches!(row.status, Status::Authorised | Status::Paid | Status::Billed);
            match (family, approved) {
                (Family::Invoice, false) => findings.warn(errors::INVOICE_SENT_WARNING),
                (Family::Order, false) => findings.warn(errors::ORDER_SENT_WARNING),
                _ => row.sent = sent,
            }
        }
    }

    fn lay_currency(
        &self,
        row: &mut Document,
        held: Option<&Document>,
        input: &DocumentInput,
        findings: &mut Findings,
    ) {
        let base = self.organisation.base_currency;
        if let Some(currency) = &input.currency {
            row.currency = currency.to_uppercase();
        } else if row.currency.is_empty() {
            row.currency = base.to_owned();
        }
        if !self.has_currency(&row.currency) {
            findings.error(errors::currency_unknown(&row.currency));
        }
        let changed = held.is_none_or(|held| held.currency != row.currency);
        if row.currency == base {
            row.rate = Decimal::ONE;
        } else if let Some(rate) = input.rate.filter(|rate| *rate > Decimal::ZERO) {
            row.rate = rate.round_dp(6);
        } else if changed {
            row.rate = self.day_rate(&row.currency);
        }
    }

    /// A contact by id, by number, or, for invoices, credit notes and quotes, by a name that is matched or
    /// created (xero.md 4.2, 4.8). Hands back what has to be written of the contact itself.
    fn resolve_contact<'a>(
        &self,
        row: &mut Document,
        held: Option<&Document>,
        sent: Option<&'a ContactInput>,
        findings: &mut Findings,
    ) -> Option<&'a ContactInput> {
        let Some(sent) = sent else {
            if held.is_none() || row.kind == Kind::Quote {
                findings.error(errors::CONTACT_MISSING);
            }
            return None;
        };
        let by_number = || sent.text("ContactNumber").and_then(|number| self.contacts.find(Key::Number, number).next());
        let by_name = || sent.text("Name").and_then(|name| self.active_contact_named(name));
        let found = match sent.id {
            Some(id) => self.contacts.get(id),
            None if row.kind == Kind::Order => by_number(),
            None => by_number().or_else(by_name),
        };
        let Some(found) = found else {
            let creates = sent.id.is_none() && sent.text("Name").is_some() && row.kind != Kind::Order;
            if !creates {
                findings.error(errors::CONTACT_MISSING);
            }
            return creates.then_some(sent);
        };
        row.contact = found.id;
        if found.status == ContactStatus::Archived {
            // A document that already has this contact may still be voided and the like.
            if held.is_none_or(|held| held.contact != found.id) {
                findings.error(errors::CONTACT_ARCHIVED_USE);
            }
            return None;
        }
        // Other members beside the id change the contact itself (xero.md 4.2, 10.9).
        let changes = sent.id.is_some() && sent.has_content() && self.contact_would_change(found.id, sent);
        changes.then_some(sent)
    }

    /// SDKs echo the contact they were given; only a difference is a change.
    fn contact_would_change(&self, id: Uuid, sent: &ContactInput) -> bool {
        self.contacts.get(id).is_some_and(|held| {
            sent.texts.iter().any(|(name, text)| held.text(name) != text) || sent.changes_lists(held)
        })
    }

    fn lay_lines(
        &self,
        row: &mut Document,
        held: Option<&Document>,
        input: &DocumentInput,
        ctx: &Context<'_>,
        findings: &mut Findings,
    ) {
        let terms = Terms { kind: row.kind, mode: row.mode };
        let keeps = ctx.switches.empty_line_items == EmptyLineItems::MeanNoneSent;
        match &input.lines {
            Some(lines) if !(lines.is_empty() && keeps) => {
                row.lines = self.build_lines(lines, &row.lines, terms, ctx, findings);
            }
            _ if held.is_some_and(|held| held.mode != row.mode) => self.retax(&mut row.lines, terms, ctx),
            _ => {}
        }
        row.totals = Totals::of(&row.lines, row.mode);
    }

    fn judge(&self, row: &Document, held: Option<&Document>, input: &DocumentInput, findings: &mut Findings) {
        let family = row.kind.family();
        findings.limit("number", Some(&row.number), 255);
        findings.limit("Reference", Some(&row.reference), if row.kind == Kind::Quote { 4000 } else { 255 });
        for (name, max) in extras_of(family) {
            findings.limit(name, row.extras.get(name).map(String::as_str), *max);
        }
        if family == Family::Invoice && !row.number.chars().all(|c| (' '..='~').contains(&c)) {
            findings.error("The invoice number must consist of printable ASCII characters."); // [impl]
        }
        if row.lines.is_empty() {
            findings.error(errors::LINES_MISSING);
        }
        if row.kind == Kind::Quote && row.lines.iter().any(|line| line.description.as_deref().is_none_or(str::is_empty))
        {
            findings.error("A Description must be specified for each line item of a quote."); // [impl], xero.md 4.6
        }
        let renumbered = held.is_some_and(|held| held.number != row.number);
        if renumbered && row.kind.numbers_are_unique() && self.number_holder(row) {
            findings.error(match family {
                Family::Invoice => errors::INVOICE_NUMBER_TAKEN,
                Family::CreditNote => errors::CREDIT_NUMBER_TAKEN,
                Family::Order => errors::ORDER_NUMBER_TAKEN,
                Family::Quote => errors::QUOTE_NUMBER_TAKEN,
            });
        }
        if matches!(family, Family::Invoice | Family::CreditNote) {
            // The spec says a sent total is ignored; the older refusal is kept because a client that sends
            // totals must hear of a difference (xero.md 4.7, 10.14).
            if input.total.is_some_and(|total| total != row.totals.total) && input.lines.is_some() {
                findings.error(errors::TOTAL_MISMATCH);
            }
            self.judge_approval(row, held, findings);
        }
    }

    fn number_holder(&self, row: &Document) -> bool {
        self.shelf(row.kind.family())
            .find(Key::Number, &fold(&row.number))
            .any(|other| other.id != row.id && other.kind.numbers_are_unique())
    }

    /// What approving needs (xero.md 4.7); drafts carry no journals and may be incomplete.
    fn judge_approval(&self, row: &Document, held: Option<&Document>, findings: &mut Findings) {
        let posts = matches!(row.status, Status::Authorised | Status::Paid | Status::Voided);
        let posted = held.is_some_and(|held| matches!(held.status, Status::Authorised | Status::Paid));
        let locked = self.is_locked(row.date) || held.is_some_and(|held| posted && self.is_locked(held.date));
        if (posts || posted) && locked {
            findings.error(errors::LOCK_DATE);
        }
        if !matches!(row.status, Status::Authorised | Status::Paid) {
            return;
        }
        if row.lines.iter().any(|line| line.amount.is_some() && line.account.is_none()) {
            findings.error(errors::account_invalid(""));
        }
        if row.lines.iter().any(|line| line.amount.is_some() && line.description.as_deref().is_none_or(str::is_empty)) {
            findings.error("Description must be specified for each line item of an approved document."); // [impl]
        }
        if row.totals.total < Decimal::ZERO {
            findings.error("The document total must not be negative."); // [impl]
        }
        let has_terms = self.contacts.get(row.contact).is_some_and(|contact| self.terms_of(contact, row.kind));
        if row.kind.family() == Family::Invoice && row.due.is_none() && !has_terms {
            findings.error("A DueDate must be specified to approve this document."); // [impl]
        }
        if row.due.is_some_and(|due| due < row.date) && row.kind == Kind::Invoice && held.is_none() {
            findings.warn("The due date is before the invoice date."); // [impl]
        }
    }

    fn terms_of(&self, contact: &Contact, kind: Kind) -> bool {
        if kind.is_sale() { contact.sales_terms.is_some() } else { contact.bill_terms.is_some() }
    }

    /// Gives ids and numbers and puts the document on its shelf.
    fn keep(&mut self, row: &mut Document, held: Option<&Document>, input: &DocumentInput, ctx: &Context<'_>) {
        let family = row.kind.family();
        for line in &mut row.lines {
            if line.id.is_nil() {
                line.id = self.ids.next();
            }
        }
        if row.due.is_none() && row.status == Status::Authorised && family == Family::Invoice {
            row.due = self.contacts.get(row.contact).and_then(|contact| super::wire::due_by_terms(contact, row));
        }
        let mut answered = None;
        match held {
            None => {
                row.id = self.ids.next();
                if row.number.is_empty() && row.kind.numbers_are_unique() {
                    row.number = self.next_number(family);
                }
                row.theme = row.theme.or(self.themes.first().map(|theme| theme.id));
            }
            Some(_) if row.kind == Kind::Quote && input.number.is_none() => {
                answered = self.move_quote_number(row, input)
            }
            Some(_) => {}
        }
        if matches!(row.status, Status::Authorised | Status::Paid) {
            // PAID is derived from AmountDue 0; nothing is ever due on a zero invoice (xero.md 4.7).
            let settled = row.outstanding().is_zero() && (row.has_applied() || family == Family::Invoice);
            row.status = if settled { Status::Paid } else { Status::Authorised };
            row.fully_paid = settled.then(|| row.fully_paid.unwrap_or(row.date));
        }
        row.updated = ctx.now;
        self.store(row.clone());
        self.mark_contact(row);
        self.note_api_write(row.id, ctx);
        self.announce_document(row, held.is_none(), ctx.now);
        if let Some(number) = answered {
            row.number = number;
        }
    }

    /// A quote that is updated without its number moves to the next one if lines were sent, and otherwise
    /// answers the number before (xero.md 4.6).
    fn move_quote_number(&mut self, row: &mut Document, input: &DocumentInput) -> Option<String> {
        if input.lines.is_some() {
            let next = self.next_number(Family::Quote);
            row.prior_number = std::mem::replace(&mut row.number, next);
            return None;
        }
        Some(row.prior_number.clone()).filter(|number| !number.is_empty())
    }

    /// The next number of a sequence that nothing holds.
    pub(super) fn next_number(&mut self, family: Family) -> String {
        loop {
            let counter = self.counters.entry(family).or_insert(0);
            *counter += 1;
            let number = format!("{}-{counter:04}", family.prefix());
            if self.shelf(family).find(Key::Number, &fold(&number)).next().is_none() {
                return number;
            }
        }
    }

    /// The first invoice or bill makes a contact a customer or supplier, without a new time stamp
    /// (xero.md 4.2, 11.3).
    pub(in crate::xero::books) fn mark_contact(&mut self, row: &Document) {
        let Some(contact) = self.contacts.get(row.contact) else { return };
        let (customer, supplier) = (row.kind == Kind::Invoice, row.kind == Kind::Bill);
        if (customer && !contact.is_customer) || (supplier && !contact.is_supplier) {
            let mut contact = contact.clone();
            contact.is_customer |= customer;
            contact.is_supplier |= supplier;
            self.contacts.put(contact);
        }
    }
}
