//! Tables for spreadsheets, after RFC 4180.

/// Writes a row. A cell that a spreadsheet would take for a formula is made text, since its content comes from outside.
pub(crate) fn row(cells: &[&str]) -> String {
    let mut row = String::new();
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            row.push(',');
        }
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let quoted = formula || cell.contains(['"', ',', '\n', '\r', ';', '\'']);
        if quoted {
            row.push('"');
        }
        if formula {
            row.push('\'');
        }
        row.push_str(&cell.replace('"', "\"\""));
        if quoted {
            row.push('"');
        }
    }
    row.push_str("\r\n");
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_work_out_is_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            let row = row(&[formula]);
            assert_eq!(row, format!("\"'{formula}\"\r\n"));
        }
        assert_eq!(row(&["1001", "499.90", "EUR", ""]), "1001,499.90,EUR,\r\n");
        assert_eq!(
            row(&["a\"b", "c,d", "e\nf"]),
            "\"a\"\"b\",\"c,d\",\"e\nf\"\r\n"
        );
    }
}
