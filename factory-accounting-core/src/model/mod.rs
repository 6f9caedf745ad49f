//! What a host keeps: parties, products, jobs and the documents of its trade, in the host's own terms.
//!
//! Every type reads and writes the JSON form of docs/format.md; decimals are strings (`"12.50"`), dates `YYYY-MM-DD`.

mod documents;
mod line;
mod party;
mod payment;
mod product;
mod record;

pub use documents::{
    Bill, CreditNote, Extent, Invoice, Order, PurchaseOrder, Quote, QuoteStage, References, TaxMode, Trade,
};
pub use line::{Discount, ItemLine, Line, Nature, TextLine};
pub use party::{Address, AddressKind, ContactPerson, Due, Party, PaymentTerms};
pub use payment::{Allocation, Payment, PaymentTarget};
pub use product::{Job, PriceSide, Product};
pub use record::{ParseError, Record, RecordKey, RecordKind};
