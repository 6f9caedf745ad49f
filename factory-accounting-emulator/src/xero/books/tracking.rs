//! Tracking categories and their options (xero.md 4.15).

use super::errors::{self, Refusal};
use super::filter::{Field, Filtered, Value};
use super::shelf::{Key, Shelved};
use super::wire_in;
use super::wire_out::Writer;
use super::{Answer, Books, Context, respond};
use crate::xero::call::{Call, Reply};
use chrono::{DateTime, Utc};
use http::Method;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct TrackingOption {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) status: &'static str,
}

#[derive(Clone, Debug)]
pub(super) struct Category {
    pub(super) id: Uuid,
    pub(super) name: String,
    /// ACTIVE, ARCHIVED or DELETED.
    pub(super) status: &'static str,
    pub(super) options: Vec<TrackingOption>,
    pub(super) updated: DateTime<Utc>,
}

impl Shelved for Category {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        vec![(Key::Name, self.name.to_lowercase())]
    }
}

impl Filtered for Category {
    const NAME: &'static str = "TrackingCategory";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "trackingcategoryid" => Field::of(|_, row: &Category| Value::Id(row.id)),
            "name" => Field::of(|_, row: &Category| Value::text(&row.name)),
            "status" => Field::of(|_, row: &Category| Value::text(row.status)),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

/// At most this many categories may be active (xero.md 4.15).
const MOST_ACTIVE: usize = 2;

impl Books {
    pub(super) fn tracking_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        let category = match rest.first() {
            None => None,
            Some(key) => {
                let id = Uuid::parse_str(key).map_err(|_| Refusal::NotFound)?;
                Some(self.tracking.get(id).cloned().ok_or(Refusal::NotFound)?)
            }
        };
        match (call.method, category, rest.get(1..).unwrap_or_default()) {
            (&Method::GET, None, _) => {
                let archived = respond::flag(call, "includeArchived");
                let rows = self.select(call, self.tracking.iter(), |row| {
                    row.status == "ACTIVE" || (archived && row.status == "ARCHIVED")
                })?;
                Ok(ctx.envelope(None, |out| out.list("TrackingCategories", rows, render)))
            }
            (&Method::GET, Some(category), []) => Ok(categories(ctx, &category)),
            (&Method::PUT, None, _) => self.create_category(call, ctx),
            (&Method::POST, Some(category), []) => self.update_category(call, category, ctx),
            (&Method::DELETE, Some(mut category), []) => {
                category.status = "DELETED";
                category.updated = ctx.now;
                self.tracking.put(category.clone());
                Ok(categories(ctx, &category))
            }
            (method, Some(category), [part, options @ ..]) if part.eq_ignore_ascii_case("Options") => {
                let method = method.clone();
                self.options_call(call, &method, category, options, ctx)
            }
            (_, _, []) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn create_category(&mut self, call: &Call<'_>, ctx: &Context<'_>) -> Answer {
        let elements = wire_in::elements(call.body, "TrackingCategories", "TrackingCategory")?;
        let [element] = elements.as_slice() else {
            return Err(Refusal::validation("Only one tracking category can be created at a time")); // [impl]
        };
        let name = element.text("Name")?.unwrap_or_default();
        self.check_category_name(&name, None)?;
        if self.tracking.iter().filter(|row| row.status == "ACTIVE").count() >= MOST_ACTIVE {
            return Err(Refusal::validation("There can be at most 2 active tracking categories")); // [impl]
        }
        let mut category =
            Category { id: self.ids.next(), name, status: "ACTIVE", options: Vec::new(), updated: ctx.now };
        for option in element.list("Options")?.unwrap_or_default() {
            let name = option.text("Name")?.unwrap_or_default();
            add_option(&mut category, self.ids.next(), name)?;
        }
        self.tracking.put(category.clone());
        Ok(categories(ctx, &category))
    }

    fn update_category(&mut self, call: &Call<'_>, mut category: Category, ctx: &Context<'_>) -> Answer {
        let elements = wire_in::elements(call.body, "TrackingCategories", "TrackingCategory")?;
        let element = elements.first().ok_or_else(|| Refusal::no_data("TrackingCategory"))?;
        if let Some(name) = element.text("Name")? {
            self.check_category_name(&name, Some(category.id))?;
            category.name = name;
        }
        if let Some(status) = element.text("Status")? {
            category.status = status_of(&status)?;
        }
        category.updated = ctx.now;
        self.tracking.put(category.clone());
        Ok(categories(ctx, &category))
    }

    fn check_category_name(&self, name: &str, own: Option<Uuid>) -> Result<(), Refusal> {
        check_name(name)?;
        let taken = self.tracking.find(Key::Name, name).any(|row| Some(row.id) != own && row.status != "DELETED");
        if taken { Err(Refusal::validation(errors::NAME_NOT_UNIQUE)) } else { Ok(()) }
    }

    fn options_call(
        &mut self,
        call: &Call<'_>,
        method: &Method,
        mut category: Category,
        rest: &[String],
        ctx: &Context<'_>,
    ) -> Answer {
        let mut touched = Vec::new();
        match (method, rest) {
            (&Method::PUT, []) => {
                for element in wire_in::elements(call.body, "Options", "TrackingOption")? {
                    let name = element.text("Name")?.unwrap_or_default();
                    let id = self.ids.next();
                    add_option(&mut category, id, name)?;
                    touched.push(id);
                }
            }
            (&Method::POST | &Method::DELETE, [key]) => {
                let id = Uuid::parse_str(key).map_err(|_| Refusal::NotFound)?;
                let taken: Vec<String> =
                    category.options.iter().filter(|row| row.id != id).map(|row| row.name.to_lowercase()).collect();
                let option = category.options.iter_mut().find(|row| row.id == id).ok_or(Refusal::NotFound)?;
                if method == Method::DELETE {
                    option.status = "DELETED";
                } else {
                    let elements = wire_in::elements(call.body, "Options", "TrackingOption")?;
                    let element = elements.first().ok_or_else(|| Refusal::no_data("TrackingOption"))?;
                    if let Some(name) = element.text("Name")? {
                        check_name(&name)?;
                        if taken.contains(&name.to_lowercase()) {
                            return Err(Refusal::validation(errors::NAME_NOT_UNIQUE));
                        }
                        option.name = name;
                    }
                    if let Some(status) = element.text("Status")? {
                        option.status = status_of(&status)?;
                    }
                }
                touched.push(id);
            }
            (_, [] | [_]) => return Err(Refusal::MethodNotAllowed),
            _ => return Err(Refusal::NotFound),
        }
        category.updated = ctx.now;
        self.tracking.put(category.clone());
        Ok(ctx.envelope(None, |out| {
            let rows = category.options.iter().filter(|row| touched.contains(&row.id));
            out.list("Options", rows, render_option);
        }))
    }
}

fn add_option(category: &mut Category, id: Uuid, name: String) -> Result<(), Refusal> {
    check_name(&name)?;
    let taken =
        category.options.iter().any(|row| row.status != "DELETED" && row.name.to_lowercase() == name.to_lowercase());
    if taken {
        return Err(Refusal::validation(errors::NAME_NOT_UNIQUE));
    }
    category.options.push(TrackingOption { id, name, status: "ACTIVE" });
    Ok(())
}

fn check_name(name: &str) -> Result<(), Refusal> {
    match name.chars().count() {
        0 => Err(Refusal::validation("The Name field is required.")), // [impl]
        1..=100 => Ok(()),
        _ => Err(Refusal::validation("The Name field must not be longer than 100 characters.")), // [impl]
    }
}

fn status_of(text: &str) -> Result<&'static str, Refusal> {
    match text.to_uppercase().as_str() {
        "ACTIVE" => Ok("ACTIVE"),
        "ARCHIVED" => Ok("ARCHIVED"),
        "DELETED" => Ok("DELETED"),
        other => Err(Refusal::validation(format!("Status '{other}' is not valid."))), // [impl]
    }
}

fn categories(ctx: &Context<'_>, category: &Category) -> Reply {
    ctx.envelope(None, |out| out.list("TrackingCategories", [category], render))
}

fn render(out: &mut Writer, category: &Category) {
    out.text("Name", &category.name);
    out.text("Status", category.status);
    out.id("TrackingCategoryID", category.id);
    out.list("Options", category.options.iter().filter(|row| row.status != "DELETED"), render_option);
}

fn render_option(out: &mut Writer, option: &TrackingOption) {
    out.id("TrackingOptionID", option.id);
    out.text("Name", &option.name);
    out.text("Status", option.status);
}
