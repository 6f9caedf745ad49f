//! MYOB's shapes, as answered and as written. Read leniently (members come and go with the file's version) and strictly
//! where money or identity depends on them.

pub(crate) mod attachment;
pub(crate) mod contact;
pub(crate) mod date;
pub(crate) mod document;
pub(crate) mod file;
pub(crate) mod item;
pub(crate) mod link;
pub(crate) mod lists;
pub(crate) mod members;
pub(crate) mod page;
pub(crate) mod payment;
pub(crate) mod write;
