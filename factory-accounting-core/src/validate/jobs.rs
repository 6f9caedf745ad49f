//! Jobs that are part of one another.

use crate::error::Issue;
use crate::model::Job;

/// The complaint about a job that is, by way of its parents, part of itself: each of them would wait for the other for ever.
/// `above` are its parent, the parent's parent and so on, as far as the host has pushed them.
#[must_use]
pub fn parent_circle(job: &Job, above: &[Job]) -> Option<Issue> {
    // One that names itself is found without asking for others.
    let closing = above.iter().find(|parent| parent.parent.as_ref() == Some(&job.id))?;
    let message = format!(
        "is job {:?} ({}), which is part of job {:?} ({}) itself: take one of the two out of the other",
        above.first().map_or(closing.number.as_str(), |parent| parent.number.as_str()),
        above.first().map_or(&closing.id, |parent| &parent.id),
        job.number,
        job.id,
    );
    Some(Issue::new("parent", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::LocalId;

    fn job(id: &str, parent: Option<&str>) -> Job {
        Job {
            id: LocalId::new(id),
            number: format!("J-{id}"),
            name: "Stairs".to_owned(),
            customer: None,
            parent: parent.map(LocalId::new),
        }
    }

    #[test]
    fn a_circle_of_parents_is_named_by_two_of_its_jobs() {
        let complaint = parent_circle(&job("a", Some("b")), &[job("b", Some("c")), job("c", Some("a"))]);
        let text = complaint.expect("a complaint").to_string();
        assert!(text.starts_with("parent: ") && text.contains("\"J-b\"") && text.contains("\"J-a\""), "{text}");
        assert_eq!(parent_circle(&job("a", Some("b")), &[job("b", Some("c")), job("c", None)]), None);
        assert_eq!(parent_circle(&job("a", Some("b")), &[]), None, "the parent is not known yet");
    }
}
