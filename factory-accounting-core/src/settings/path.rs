//! Where a setting stands: `accounts.sales`, `taxes.GST.purchases`, `taxes["GST 12.5"].purchases`.

/// Reads a path; `None` where it is none.
pub(super) fn parse(text: &str) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    let mut rest = text;
    loop {
        if let Some(quoted) = rest.strip_prefix('[') {
            let mut reader = serde_json::Deserializer::from_str(quoted).into_iter::<String>();
            keys.push(reader.next()?.ok()?);
            rest = quoted.get(reader.byte_offset()..)?.strip_prefix(']')?;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            if key.is_empty() {
                return None;
            }
            keys.push(key.to_owned());
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Some(keys),
            None if rest.starts_with('[') => {}
            None => return None,
        }
    }
}

/// Writes a path so that [`parse`] reads it.
pub(crate) fn render<'k>(keys: impl IntoIterator<Item = &'k str>) -> String {
    let mut text = String::new();
    for key in keys {
        let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"']);
        if plain {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(key);
        } else {
            text.push_str(&format!("[{}]", serde_json::Value::from(key)));
        }
    }
    text
}
