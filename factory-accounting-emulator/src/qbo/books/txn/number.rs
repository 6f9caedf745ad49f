//! Document numbers: who gives them and when a second one is refused (qbo.md 5.10).

use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::Fault;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use crate::qbo::switches::{DuplicateBillNumber, SalesNumbers};

const SALES: [Entity; 5] =
    [Entity::Invoice, Entity::Estimate, Entity::SalesReceipt, Entity::CreditMemo, Entity::RefundReceipt];

/// The number before the first one that a company gives.
const BEFORE_FIRST: u64 = 1000;

impl Books {
    /// Numbers a sales document.
    pub(super) fn number_sale(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let custom = self.preference_flag("SalesFormsPrefs", "CustomTxnNumbers");
        let alone = [draft.entity];
        let (pool, sequence): (&[Entity], _) = match ctx.switches.sales_numbers {
            SalesNumbers::OneSequence => (&SALES, "sales"),
            SalesNumbers::PerType => (&alone, draft.entity.name()),
        };
        let forced = matches!(draft.entity, Entity::Invoice | Entity::Estimate | Entity::SalesReceipt)
            && draft.body.text("DocNumber") == Some("AUTO_GENERATE");
        // The older switch has no effect on sales receipts (qbo.md 5.10).
        let asked = draft.body.flag("AutoDocNumber") && draft.entity != Entity::SalesReceipt;
        let absent = !draft.body.has("DocNumber") && !draft.input.cleared("DocNumber");
        draft.body.clear("AutoDocNumber");
        if forced || (absent && draft.is_new() && (!custom || asked)) {
            let number = self.next_number(sequence, pool);
            draft.body.set("DocNumber", number);
            return Ok(());
        }
        let Some(number) = draft.body.text("DocNumber").map(str::to_owned) else { return Ok(()) };
        if draft.stored().and_then(|stored| stored.text("DocNumber")) == Some(number.as_str()) {
            return Ok(());
        }
        // The setting that warns of duplicates is part of custom numbers here (qbo.md 5.10).
        if custom && !ctx.asks("allowduplicatedocnum") {
            self.refuse_duplicate(draft, pool, &number)?;
        }
        self.follow(sequence, &number);
        Ok(())
    }

    /// A purchase order without a number gets the next one unless custom numbers are on.
    pub(super) fn number_order(&mut self, draft: &mut Draft) {
        let custom = self.other_preference("VendorAndPurchasesPrefs.UseCustomTxnNumbers");
        match draft.body.text("DocNumber").map(str::to_owned) {
            Some(number) => self.follow("PurchaseOrder", &number),
            None if draft.is_new() && !custom && !draft.input.cleared("DocNumber") => {
                let number = self.next_number("PurchaseOrder", &[Entity::PurchaseOrder]);
                draft.body.set("DocNumber", number);
            }
            None => {}
        }
    }

    /// A bill's number is the vendor's own and unique with that vendor (qbo.md 5.10).
    pub(super) fn check_bill_number(&self, draft: &Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let Some(number) = draft.body.text("DocNumber") else { return Ok(()) };
        let kept = draft.stored().is_some_and(|stored| {
            stored.text("DocNumber") == Some(number) && stored.target("VendorRef") == draft.body.target("VendorRef")
        });
        let allowed = ctx.switches.duplicate_bill_number == DuplicateBillNumber::Allowed;
        let warns = self.other_preference("WarnDuplicateBillNumber");
        if kept || allowed || !warns || ctx.asks("allowduplicatedocnum") {
            return Ok(());
        }
        self.refuse_duplicate(draft, &[Entity::Bill], number)
    }

    /// A setting that stands among `OtherPrefs` (qbo.md 5.2).
    fn other_preference(&self, name: &str) -> bool {
        let pairs = self.preferences().and_then(|prefs| prefs.record("OtherPrefs")).map(|own| own.list("NameValue"));
        let mut pairs = pairs.unwrap_or_default().iter();
        pairs.any(|pair| pair.text("Name") == Some(name) && pair.text("Value") == Some("true"))
    }

    fn refuse_duplicate(&self, draft: &Draft, pool: &[Entity], number: &str) -> Result<(), Fault> {
        let vendor = (draft.entity == Entity::Bill).then(|| draft.body.target("VendorRef"));
        let holder = pool.iter().flat_map(|entity| self.shelf(*entity).find("DocNumber", number)).find(|row| {
            let same = row.entity == draft.entity && row.id == draft.id;
            !same && vendor.is_none_or(|vendor| row.body.target("VendorRef") == vendor)
        });
        let Some(holder) = holder else { return Ok(()) };
        let detail = format!(
            "Duplicate Document Number Error : You must specify a different number. This number has already been used. \
             DocNumber={number} is assigned to TxnType={} with TxnId={}",
            holder.entity.name(),
            holder.id
        );
        Err(Fault::of(6140, detail).on("DocNumber"))
    }

    /// The next number of a sequence that no document has yet.
    fn next_number(&mut self, sequence: &'static str, pool: &[Entity]) -> String {
        let mut last = (*self.counter(sequence)).max(BEFORE_FIRST);
        let number = loop {
            last += 1;
            let number = last.to_string();
            if pool.iter().all(|entity| self.shelf(*entity).find("DocNumber", &number).next().is_none()) {
                break number;
            }
        };
        *self.counter(sequence) = last;
        number
    }

    /// A plain number that a client gave moves the sequence on.
    fn follow(&mut self, sequence: &'static str, number: &str) {
        // Longer ones are keys of other systems and not part of a sequence.
        if let Ok(given) = number.parse::<u64>()
            && number.len() <= 9
        {
            let last = self.counter(sequence);
            *last = (*last).max(given);
        }
    }
}
