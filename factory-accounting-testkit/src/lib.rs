//! What the author of a provider or a store needs to prove it.
