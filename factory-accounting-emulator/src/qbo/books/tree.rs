//! Lists whose rows may stand below others: full names, levels and what a move does to the rows below (qbo.md 5.0).

use super::Books;
use super::entity::Entity;
use super::errors::{self, Fault};
use super::ids::Id;
use super::record::Record;
use super::write::Draft;
use rust_decimal::Decimal;

/// How one kind of list spells its hierarchy.
#[derive(Debug)]
pub(super) struct Tree {
    /// The member that names a row.
    pub(super) name: &'static str,
    /// The member that says whether it stands below another.
    pub(super) flag: &'static str,
    /// Whether rows show their level.
    pub(super) leveled: bool,
}

/// The deepest level; the top is 0 (qbo.md 5.3).
const DEEPEST: usize = 4;

impl Books {
    /// Puts a row under its parent, or at the top, and everything below it along.
    pub(super) fn place(&mut self, draft: &mut Draft, tree: &Tree) -> Result<(), Fault> {
        let entity = draft.entity;
        let parent = self.parent_of(draft, tree)?;
        let chain = self.ancestors(entity, parent);
        if chain.contains(&draft.id) {
            return Err(Fault::of(900, "The same object cannot be the parent or child of itself.").on("ParentRef"));
        }
        let level = chain.len();
        if level + self.height(entity, draft.id) > DEEPEST {
            let text = "You can nest up to 5 levels: 4 sub-levels below the top.";
            return Err(Fault::of(6180, text).on("ParentRef"));
        }
        let above = parent.and_then(|id| self.get(entity, id)).and_then(|row| row.body.text("FullyQualifiedName"));
        let own = draft.body.text(tree.name).unwrap_or_default();
        let full = above.map_or_else(|| own.to_owned(), |above| format!("{above}:{own}"));
        let moved = draft.stored().is_some_and(|stored| stored.text("FullyQualifiedName") != Some(&full));
        draft.body.set("FullyQualifiedName", full.clone());
        if tree.leveled {
            draft.body.set("Level", Decimal::from(level));
        }
        if moved {
            self.rename_below(entity, draft.id, &full, level, tree);
        }
        Ok(())
    }

    /// The parent by ParentRef and flag together (qbo.md 5.3).
    fn parent_of(&self, draft: &mut Draft, tree: &Tree) -> Result<Option<Id>, Fault> {
        let (flag, sent) = (draft.body.flag(tree.flag), draft.input.sent(tree.flag));
        let needed = || {
            let text = format!("ParentRef is required if {} is true and not allowed if it is false.", tree.flag);
            Fault::of(6150, text).on("ParentRef")
        };
        match draft.body.target("ParentRef") {
            None if flag => Err(needed()),
            Some(_) if !flag && sent && draft.input.sent("ParentRef") => Err(needed()),
            Some(_) if !flag && sent => {
                draft.body.clear("ParentRef");
                Ok(None)
            }
            parent => {
                draft.body.set(tree.flag, parent.is_some());
                Ok(parent)
            }
        }
    }

    /// The row and what stands above it, upwards.
    fn ancestors(&self, entity: Entity, from: Option<Id>) -> Vec<Id> {
        let mut chain = Vec::new();
        let mut next = from;
        while let Some(id) = next.filter(|id| !chain.contains(id)) {
            chain.push(id);
            next = self.get(entity, id).and_then(|row| row.body.target("ParentRef"));
        }
        chain
    }

    /// How many levels stand below a row. Rows never stand in a circle, and the depth is bounded by [`DEEPEST`].
    fn height(&self, entity: Entity, id: Id) -> usize {
        let children: Vec<Id> = self.children(entity, id);
        children.into_iter().map(|child| 1 + self.height(entity, child)).max().unwrap_or(0)
    }

    /// The rows directly below another.
    pub(super) fn children(&self, entity: Entity, id: Id) -> Vec<Id> {
        self.shelf(entity).find("ParentRef", &id.to_string()).map(|row| row.id).collect()
    }

    fn rename_below(&mut self, entity: Entity, id: Id, above: &str, level: usize, tree: &Tree) {
        for child in self.children(entity, id) {
            let Some(row) = self.get(entity, child) else { continue };
            let full = format!("{above}:{}", row.body.text(tree.name).unwrap_or_default());
            self.adjust(entity, child, |body| {
                body.set("FullyQualifiedName", full.as_str());
                if tree.leveled {
                    body.set("Level", Decimal::from(level + 1));
                }
            });
            self.rename_below(entity, child, &full, level + 1, tree);
        }
    }

    /// 6240 for a second row of a name under one parent (qbo.md 5.0).
    pub(super) fn check_unique_in_parent(&self, draft: &Draft) -> Result<(), Fault> {
        let name = draft.body.text("Name").ok_or_else(|| errors::required("Name"))?;
        let parent = |body: &Record| body.reference("ParentRef").map(str::to_owned);
        let own = parent(&draft.body);
        let twin = |row: &&std::sync::Arc<super::shelf::Row>| row.id != draft.id && parent(&row.body) == own;
        match self.shelf(draft.entity).find("Name", name).find(twin) {
            Some(row) => Err(Fault::of(
                6240,
                format!(
                    "The name supplied already exists. : Another {} is already using this name. Please use a different name. Id={}",
                    draft.entity.name().to_lowercase(),
                    row.id
                ),
            )),
            None => Ok(()),
        }
    }
}
