//! What the outbox holds, and has held, of a record.

use factory_accounting_core::model::RecordKey;
use factory_accounting_core::store::{Operation, OperationQuery, StateFilter};

use crate::engine::{EngineError, Inner};

/// Operations in one read.
const PAGE: usize = 500;

impl Inner {
    /// Every operation of a record, oldest first.
    pub(crate) async fn history(&self, key: &RecordKey) -> Result<Vec<Operation>, EngineError> {
        self.list(OperationQuery { key: Some(key.clone()), ..OperationQuery::default() }).await
    }

    /// The newest operation of a record.
    pub(crate) async fn newest(&self, key: &RecordKey) -> Result<Option<Operation>, EngineError> {
        Ok(self.store.newest(&self.connection, key).await?)
    }

    /// The newest operation of each record, in one read and in order of the keys.
    pub(crate) async fn newest_of(&self, keys: &[RecordKey]) -> Result<Vec<Option<Operation>>, EngineError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.store.newest_of(&self.connection, keys).await?)
    }

    /// Operations in some states, oldest first.
    pub(crate) async fn operations(&self, states: &[StateFilter]) -> Result<Vec<Operation>, EngineError> {
        self.list(OperationQuery { states: states.to_vec(), ..OperationQuery::default() }).await
    }

    /// Operations that are parked until a record is linked, oldest first.
    pub(crate) async fn waiting_for(&self, key: &RecordKey) -> Result<Vec<Operation>, EngineError> {
        self.list(OperationQuery { until_linked: Some(key.clone()), ..OperationQuery::default() }).await
    }

    async fn list(&self, query: OperationQuery) -> Result<Vec<Operation>, EngineError> {
        let mut all: Vec<Operation> = Vec::new();
        loop {
            let after = all.last().map(|operation| operation.id);
            let page = OperationQuery { after, limit: PAGE, ..query.clone() };
            let page = self.store.operations(&self.connection, page).await?;
            let last = page.len() < PAGE;
            all.extend(page);
            if last {
                return Ok(all);
            }
        }
    }
}
