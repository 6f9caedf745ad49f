//! Items made of lines (F101): in the books before the document that names them.

use std::collections::{BTreeMap, BTreeSet};

use factory_accounting_core::model::{Product, RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::store::{NewOperation, Operation};

use crate::engine::EngineError;
use crate::round::Round;

impl Round<'_> {
    /// Gives lines that become items the products that they become. Documents that came in before the settings wanted it wait
    /// until the items have, too. Nothing is read where the settings do not.
    pub(crate) async fn name_items(
        &mut self,
        mut subjects: Vec<(Operation, Subject)>,
    ) -> Result<Vec<(Operation, Subject)>, EngineError> {
        let inner = self.inner;
        let (settings, capabilities) = (&self.facts.settings, inner.provider.capabilities());
        if !settings.lines_as_items {
            return Ok(subjects);
        }
        let mut items: BTreeMap<RecordKey, (Product, Vec<usize>)> = BTreeMap::new();
        for (at, (_, subject)) in subjects.iter_mut().enumerate() {
            let Subject::Record(record) = subject else { continue };
            for item in plan::new_items(record, settings, capabilities) {
                let key = RecordKey::new(RecordKind::Product, item.id.clone());
                items.entry(key).or_insert_with(|| (item, Vec::new())).1.push(at);
            }
            subject.name_items(settings, capabilities);
        }
        let mut missing: Vec<NewOperation> = Vec::new();
        let mut waiting: BTreeSet<usize> = BTreeSet::new();
        let keys: Vec<RecordKey> = items.keys().cloned().collect();
        let newest = inner.newest_of(&keys).await?;
        let links = inner.links_of(keys).await?;
        for ((key, (item, documents)), newest) in items.into_iter().zip(newest) {
            if newest.is_none() && !links.contains_key(&key) {
                missing.push(plan::admit_item(item));
                waiting.extend(documents);
            }
        }
        if missing.is_empty() {
            return Ok(subjects);
        }
        inner.store.enqueue(&inner.connection, missing, inner.now()).await?;
        let mut going = Vec::with_capacity(subjects.len());
        let mut later = Vec::new();
        for (at, (operation, subject)) in subjects.into_iter().enumerate() {
            match waiting.contains(&at) {
                true => later.push((operation, self.planner().in_a_while("items of its lines are made first"))),
                false => going.push((operation, subject)),
            }
        }
        self.settle(None, later).await?;
        Ok(going)
    }
}
