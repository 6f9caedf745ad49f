//! The only place of factory-accounting that acts: claim, begin, write, settle.
