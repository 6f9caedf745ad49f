//! A one-page PDF with a few lines of text, so that a client that saves the file can open it.

/// Builds the page; characters outside printable ASCII become question marks.
pub(crate) fn page(lines: &[String]) -> Vec<u8> {
    let mut text = String::from("BT /F1 12 Tf 56 780 Td 16 TL");
    for line in lines {
        text.push_str(" (");
        for character in line.chars() {
            match character {
                '(' | ')' | '\\' => text.extend(['\\', character]),
                ' '..='~' => text.push(character),
                _ => text.push('?'),
            }
        }
        text.push_str(") Tj T*");
    }
    text.push_str(" ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_cross_reference_table_points_at_its_objects() {
        let file = super::page(&["Invoice (INV-0001)".to_owned()]);
        let text = String::from_utf8(file).expect("ascii");
        let table = text.find("xref\n").expect("table");
        let third = text[table..].lines().nth(5).expect("entry");
        let place: usize = third[..10].parse().expect("place");
        assert!(text[place..].starts_with("3 0 obj"));
        assert!(text.contains(r"Invoice \(INV-0001\)"));
    }
}
