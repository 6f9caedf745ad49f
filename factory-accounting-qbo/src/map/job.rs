//! Jobs: sub-customers (F37). A project can be used like one, but only people can make it (qbo.md 10.1).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::planned::PlannedJob;
use factory_accounting_core::provider::RemoteRecord;

use super::{head, named};
use crate::endpoint::Entity;
use crate::names;
use crate::wire::write::party::NameWrite;

/// A job to create below its customer, or below the job that it is part of. Its invoices are paid by its customer.
pub(crate) fn create(job: &PlannedJob) -> Result<NameWrite, ProviderError> {
    Ok(NameWrite {
        display_name: Some(names::job_name(&job.number, &job.name)?),
        notes: Some(names::notes(&job.external_key)),
        job: Some(true),
        parent_ref: Some(named(&job.parent, Entity::Customer)?),
        bill_with_parent: Some(true),
        ..NameWrite::default()
    })
}

/// An update of a job. Who is billed stays as it is: once there are invoices it can no longer change (qbo.md 5.3).
pub(crate) fn update(job: &PlannedJob, base: &RemoteRecord) -> Result<NameWrite, ProviderError> {
    let name = names::job_name(&job.number, &job.name)?;
    let moved = base.parent.as_ref() != Some(&job.parent);
    Ok(NameWrite {
        head: head(base, true)?,
        display_name: (base.name.as_deref() != Some(name.as_str())).then_some(name),
        // A new parent is taken from a job only, so that both are said.
        job: moved.then_some(true),
        parent_ref: moved.then(|| named(&job.parent, Entity::Customer)).transpose()?,
        ..NameWrite::default()
    })
}
