//! Keeps Xero, QuickBooks Online and MYOB in step with the software that embeds it.
