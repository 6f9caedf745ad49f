//! Jobs (myob.md 3.3, F37): below their customer, or below the job that they are part of.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::planned::PlannedJob;
use factory_accounting_core::provider::RemoteRecord;

use super::{MYOB, carry, named, unwritable};
use crate::capability::{JOB_NAME, JOB_NUMBER};
use crate::names::job_note;
use crate::remote_id::{self, Collection};
use crate::wire::members::Members;
use crate::wire::write::job::JobWrite;

/// A job to create. The key that it is found by is its description: the number is the one that people know, and may be
/// somebody else's.
pub(crate) fn create(job: &PlannedJob) -> Result<Members, ProviderError> {
    let write = JobWrite {
        description: Some(job_note(&job.external_key)),
        // Only a job that is no heading can be named by lines (myob.md 3.3).
        is_header: Some(false),
        is_active: Some(true),
        ..owned(job)?
    };
    Members::of(&write).map_err(|error| unwritable(&error))
}

/// An update of a job: the one just read, with number, name and place.
pub(crate) fn update(job: &PlannedJob, base: &RemoteRecord) -> Result<Members, ProviderError> {
    let mut body = carry::of(base, &[carry::JOB])?;
    let write = owned(job)?;
    body.overlay(&write).map_err(|error| unwritable(&error))?;
    Ok(body)
}

fn owned(job: &PlannedJob) -> Result<JobWrite, ProviderError> {
    let (number, name) = (job.number.trim(), job.name.trim());
    MYOB.within("number", Some(number), JOB_NUMBER)?;
    MYOB.within("name", Some(name), JOB_NAME)?;
    if number.is_empty() {
        return Err(MYOB.refused("number", "is empty: jobs in MYOB are known by their numbers"));
    }
    let mut write = JobWrite { number: number.to_owned(), name: name.to_owned(), ..JobWrite::default() };
    match remote_id::split(&job.parent) {
        Some((Collection::Job, _)) => write.parent_job = Some(named(&job.parent, Collection::Job)?),
        _ => write.linked_customer = Some(named(&job.parent, Collection::Customer)?),
    }
    Ok(write)
}
