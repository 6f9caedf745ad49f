//! Why the books will show what they will show, and what is not mapped yet. Neither calls the package.

use factory_accounting_core::model::{Record, RecordKey};
use factory_accounting_core::plan::{self, Context, Explanation, Gap, Subject, Used};
use factory_accounting_core::store::Decision;

use crate::engine::{Engine, EngineError};
use crate::surroundings::{Surroundings, former_ties, parts_billed};

impl Engine {
    /// Explains a record as it was last pushed: for every field of its counterpart in the package the chain that leads to it
    /// under the settings as they are now. Ties to documents that have to be read from the books are left out.
    ///
    /// # Errors
    /// [`EngineError::Unknown`] where the record has never been pushed. A record that would not be sent is explained by why.
    pub async fn explain(&self, key: &RecordKey) -> Result<Explanation, EngineError> {
        let pushed = self.inner.as_last_pushed(key).await?.ok_or_else(|| EngineError::Unknown(key.clone()))?;
        let told_apart = pushed.decisions.iter().any(|taken| taken.decision == Decision::Distinguish);
        match Subject::of(&pushed) {
            Ok(subject) => self.explained(key, subject, told_apart).await,
            Err(parked) => Err(EngineError::Refused(parked.to_string())),
        }
    }

    /// Explains a record that need not have been pushed, as [`explain`](Self::explain) does. It is not kept.
    pub async fn explain_record(&self, record: Record) -> Result<Explanation, EngineError> {
        let key = record.key();
        self.explained(&key, Subject::Record(Box::new(record)), false).await
    }

    async fn explained(
        &self,
        key: &RecordKey,
        mut subject: Subject,
        told_apart: bool,
    ) -> Result<Explanation, EngineError> {
        let inner = &*self.inner;
        let facts = inner.facts().await?;
        subject.name_items(&facts.settings, inner.provider.capabilities());
        let subject = &subject;
        let mut keys = plan::references(subject);
        keys.push(key.clone());
        let mut around = Surroundings::of_links(inner.links_of(keys).await?);
        around.former = former_ties(inner, [(key, subject)].into_iter(), &around.links).await?;
        around.billed = parts_billed(inner, &[key]).await?;
        around.lent = inner.lend(&plan::lenders(subject, &facts.settings).into_iter().collect()).await?;
        let context = Context { distinct: told_apart, ..inner.context_of(&facts, &around) };
        let version = Some(facts.settings_version).filter(|version| *version > 0);
        Ok(plan::explain(key, subject, &context, version))
    }

    /// What of the host's kinds of service and expense and of its tax terms is not mapped, or mapped to what is not in use any
    /// more, as the lists were when they were last read. Documents that use none of it go out; the others would wait (F45).
    pub async fn mapping_gaps(&self, used: &Used) -> Result<Vec<Gap>, EngineError> {
        let facts = self.inner.facts().await?;
        Ok(plan::unmapped(&facts.settings, &facts.catalogue, used, self.inner.package_title()))
    }
}
