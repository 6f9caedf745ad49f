//! Blanks and characters.

use super::Findings;
use super::fields::{Shape, TextField};

pub(super) fn check(field: &TextField<'_>, found: &mut Findings) {
    if field.text.trim().is_empty() {
        match field.required {
            Some(remedy) => found.add(field.path(), format!("is empty: {remedy}")),
            None => found.add(field.path(), "is blank: fill it in or leave it out"),
        }
        return;
    }
    let stray = field.text.chars().find(|character| is_stray(*character, field.shape));
    if let Some(character) = stray {
        found.add(field.path(), format!("holds the control character {character:?}: remove it"));
    } else if field.shape == Shape::Key && field.text.trim() != field.text {
        found.add(field.path(), "begins or ends with a space: remove it, or the record cannot be found again by it");
    }
}

fn is_stray(character: char, shape: Shape) -> bool {
    let break_in_block = shape == Shape::Block && matches!(character, '\n' | '\r' | '\t');
    character.is_control() && !break_in_block
}
