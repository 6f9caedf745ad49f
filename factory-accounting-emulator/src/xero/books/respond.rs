//! Answers: the envelope, batches with their verdicts, flags in the query (xero.md 0.4, 5).

use super::errors::{Findings, Refusal};
use super::list::Paging;
use super::wire_out::Writer;
use super::{Answer, Books, Context, Written};
use crate::xero::call::{Call, Reply};
use crate::xero::switches::PartialCommit;
use http::StatusCode;

impl Context<'_> {
    /// A 200 with the envelope of xero.md 0.4 around one collection.
    pub(super) fn envelope(&self, paging: Option<Paging>, body: impl FnOnce(&mut Writer)) -> Reply {
        let mut out = Writer::default();
        out.object(|out| {
            self.head(out);
            if let Some(paging) = paging {
                out.member("pagination", |out| paging.render(out));
            }
            body(out);
        });
        Reply::json(StatusCode::OK, out.finish())
    }

    /// Quotes put `SummarizeErrors` first and send no charset (xero.md 0.4).
    pub(super) fn quote_envelope(&self, summarise: bool, body: impl FnOnce(&mut Writer)) -> Reply {
        let mut out = Writer::default();
        out.object(|out| {
            out.flag("SummarizeErrors", summarise);
            self.head(out);
            body(out);
        });
        Reply::typed(StatusCode::OK, "application/json", out.finish())
    }

    fn head(&self, out: &mut Writer) {
        out.id("Id", self.response_id);
        out.text("Status", "OK");
        out.text("ProviderName", self.app);
        out.bare_instant("DateTimeUTC", self.now);
    }
}

impl Books {
    /// Writes the elements one by one and answers as `summarizeErrors` asks; it defaults to true (xero.md 5).
    #[expect(clippy::too_many_arguments, reason = "the two closures and the endpoint's habits belong to one call")]
    pub(super) fn respond_batch<I, T>(
        &mut self,
        call: &Call<'_>,
        collection: &str,
        may_list_all: bool,
        ctx: &Context<'_>,
        inputs: &[I],
        mut write: impl FnMut(&mut Self, &I) -> Written<T>,
        render: impl Fn(&Self, &mut Writer, &T, &Findings, bool),
    ) -> Answer {
        let summarise = !may_list_all || summarises(call);
        let undo = (summarise && ctx.switches.partial_commit == PartialCommit::RollsBack).then(|| self.mark());
        let written: Vec<Written<T>> = inputs.iter().map(|input| write(self, input)).collect();
        if !summarise || written.iter().all(|element| element.findings.is_clean()) {
            if undo.is_some() {
                self.forget_mark();
            }
            let body = |out: &mut Writer| {
                out.list(collection, &written, |out, element| {
                    render(self, out, &element.row, &element.findings, !summarise);
                });
            };
            return Ok(if collection == "Quotes" {
                ctx.quote_envelope(summarise, body)
            } else {
                ctx.envelope(None, body)
            });
        }
        let mut out = Writer::default();
        out.object(|out| {
            out.raw("ErrorNumber", "10");
            out.text("Type", "ValidationException");
            out.text("Message", "A validation exception occurred");
            let failed = written.iter().filter(|element| !element.findings.is_clean());
            out.list("Elements", failed, |out, element| {
                render(self, out, &element.row, &element.findings, false);
            });
        });
        if let Some(mark) = undo {
            self.roll_back(mark);
        }
        Ok(Reply::json(StatusCode::BAD_REQUEST, out.finish()))
    }
}

/// The tail of a written element: its status when every element is listed, its errors and warnings.
pub(super) fn verdict(out: &mut Writer, findings: &Findings, every: bool) {
    if every {
        let status = match (findings.errors.is_empty(), findings.warnings.is_empty()) {
            (false, _) => "ERROR",
            (true, false) => "WARNING",
            (true, true) => "OK",
        };
        out.text("StatusAttributeString", status);
    }
    if !findings.errors.is_empty() {
        out.messages("ValidationErrors", &findings.errors);
    }
    if !findings.warnings.is_empty() {
        out.messages("Warnings", &findings.warnings);
    }
}

/// A boolean of the query; `True` and `False` are fine (xero.md 0.3).
pub(super) fn flag(call: &Call<'_>, name: &str) -> bool {
    call.param(name).is_some_and(|text| text.trim().eq_ignore_ascii_case("true"))
}

/// `summarizeErrors`, true when absent (xero.md 5).
pub(super) fn summarises(call: &Call<'_>) -> bool {
    !call.param("summarizeErrors").is_some_and(|text| text.trim().eq_ignore_ascii_case("false"))
}

/// Shortens the answer of calls whose result has no envelope.
pub(super) fn no_content() -> Reply {
    Reply::empty(StatusCode::NO_CONTENT)
}

/// `unitdp`: two places unless four are asked for (xero.md 6, 9.1).
pub(super) fn unit_places(call: &Call<'_>) -> Result<u32, Refusal> {
    match call.param("unitdp").map(str::trim) {
        None | Some("" | "2") => Ok(2),
        Some("4") => Ok(4),
        Some(other) => Err(Refusal::validation(format!("unitdp must be 2 or 4, not {other}"))), // [impl]
    }
}
