use super::parse::{Condition, Literal, Operator, Projection, Statement};

fn parse(text: &str) -> Statement {
    Statement::parse(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.line()))
}

#[track_caller]
fn refused(text: &str, code: u16, words: &str) {
    let fault = Statement::parse(text).expect_err(text);
    assert_eq!(fault.code(), code, "{text}");
    assert!(fault.errors[0].detail.contains(words), "{text}: {}", fault.errors[0].detail);
}

#[test]
fn keywords_have_no_case_and_order_by_may_be_one_word_or_two() {
    let one =
        parse("select * from Invoice where TotalAmt > '300.00' orderby TxnDate desc startposition 11 maxresults 5");
    let two =
        parse("SELECT * FROM Invoice WHERE TotalAmt > '300.00' ORDER BY TxnDate DESC STARTPOSITION 11 MAXRESULTS 5");
    assert_eq!(one, two);
    assert_eq!((one.start, one.most), (Some(11), Some(5)));
    assert_eq!(one.order, [("TxnDate".to_owned(), true)]);
}

#[test]
fn a_quote_is_escaped_by_a_backslash_and_not_by_doubling() {
    let statement = parse(r"select * from Customer where DisplayName = 'Adam\'s Candy \\ Shop'");
    let expected = Condition {
        property: "DisplayName".to_owned(),
        operator: Operator::Equal,
        values: vec![Literal::Text(r"Adam's Candy \ Shop".to_owned())],
    };
    assert_eq!(statement.conditions, [expected]);
    refused(
        "select * from Customer where DisplayName = 'Adam''s'",
        4000,
        "QueryParserError: Encountered \" <STRING> \"\\'s\\' \"\" at line 1, column 50.\nWas expecting one of:",
    );
    refused(
        "select * from Customer where DisplayName = 'Adam's'",
        4000,
        "QueryParserError: Lexical error at line 1, column 51.",
    );
    refused("select * from Customer where DisplayName = \u{2019}x'", 4000, "Encountered: \"\\u2019\"");
}

#[test]
fn what_the_grammar_lacks_is_a_parser_error_and_or_is_refused_afterwards() {
    for text in [
        "",
        "select",
        "select * from",
        "select * from Invoice where",
        "select * from Invoice where Id != '1'",
        "select * from Invoice where not Id = '1'",
        "select * from Invoice where Id in ()",
        "select * from Invoice where Id in ('1'",
        "select * from Invoice group by Id",
        "select * from Invoice limit 3",
        "select * from Invoice maxresults many",
        "select count(Id) from Invoice",
        "select * from Invoice;",
        "delete from Invoice",
        "select * from Invoice where Id = 1 2",
    ] {
        refused(text, 4000, "QueryParserError: ");
    }
    refused("select * from Invoice where Id = '1' or Id = '2'", 4001, "OR is not supported");
}

#[test]
fn everything_that_can_be_selected_is_told_apart() {
    assert_eq!(parse("select count(*) from Item").projection, Projection::Count);
    let members =
        |names: &[&str], all| Projection::Members { names: names.iter().map(|name| (*name).to_owned()).collect(), all };
    assert_eq!(parse("select * from Item").projection, members(&[], true));
    assert_eq!(parse("select *, Sku from Item").projection, members(&["Sku"], true));
    assert_eq!(
        parse("select Id, MetaData.CreateTime from Item").projection,
        members(&["Id", "MetaData.CreateTime"], false)
    );
    assert_eq!(parse("select * from Item where Active IN (true, false)").conditions[0].operator, Operator::In);
}
