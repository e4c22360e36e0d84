//! Evaluates an expression over JSON: `cargo run -p workflow-jsonata --example evaluate -- '$sum(a)' '{"a": [1, 2]}'`.
//! Without arguments, a line of standard input is an expression.

use std::io::BufRead;

use serde_json::Value;
use workflow_jsonata::Expression;

fn print(text: &str, input: &Value) {
    match Expression::parse(text).map_err(|error| (error.code.unwrap_or("syntax").to_owned(), error.message)) {
        Err((code, message)) => println!("{code} {message}"),
        Ok(expression) => match expression.evaluate(input) {
            Ok(Some(value)) => println!("{value}"),
            Ok(None) => println!("nothing"),
            Err(error) => println!("{} {error}", error.code),
        },
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let input = arguments.get(1).map_or(Ok(Value::Null), |text| serde_json::from_str(text))?;
    match arguments.first() {
        Some(text) => print(text, &input),
        None => {
            for line in std::io::stdin().lock().lines() {
                print(&line?, &input);
            }
        }
    }
    Ok(())
}
