//! Binary operators.

use super::call::Function;
use super::error::Error;
use super::frame::Env;
use super::machine::{Machine, Res};
use super::program::{Expr, Operator};
use super::value::{Array, Val};
use crate::Limits;
use crate::fault::Fault;
use crate::text::compare;

impl<'a> Machine<'a> {
    pub(crate) fn binary(
        &mut self,
        expr: &'a Expr,
        operator: Operator,
        both: &'a (Expr, Expr),
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Val<'a>> {
        let left = self.eval(&both.0, input, env)?;
        if matches!(operator, Operator::And | Operator::Or) {
            return self.logical(operator, &left, &both.1, input, env).map_err(|error| at(error, expr, operator));
        }
        let right = self.eval(&both.1, input, env)?;
        self.operate(operator, &left, &right).map_err(|error| at(error, expr, operator))
    }

    fn logical(
        &mut self,
        operator: Operator,
        left: &Val<'a>,
        right: &'a Expr,
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Val<'a>> {
        if self.is_true(left)? == (operator == Operator::Or) {
            return Ok(Val::Bool(operator == Operator::Or));
        }
        let right = self.eval(right, input, env)?;
        self.is_true(&right).map(Val::Bool)
    }

    fn operate(&mut self, operator: Operator, left: &Val<'a>, right: &Val<'a>) -> Res<Val<'a>> {
        if let (Val::Number(left), Val::Number(right)) = (left, right)
            && left.is_finite()
            && right.is_finite()
            && let Some(value) = of_numbers(operator, *left, *right)
        {
            return Ok(value);
        }
        match operator {
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                self.arithmetic(operator, left, right)
            }
            Operator::Equal | Operator::Unequal => {
                if left.is_undefined() || right.is_undefined() {
                    return Ok(Val::Bool(false));
                }
                Ok(Val::Bool(self.equal(left, right, 0)? == (operator == Operator::Equal)))
            }
            Operator::Join => self.join(left, right),
            Operator::In => self.contains(left, right),
            _ => order(operator, left, right),
        }
    }

    fn arithmetic(&mut self, operator: Operator, left: &Val<'a>, right: &Val<'a>) -> Res<Val<'a>> {
        let one = self.operand("T2001", left)?;
        let other = self.operand("T2002", right)?;
        let (Some(one), Some(other)) = (one, other) else { return Ok(Val::Undefined) };
        Ok(of_numbers(operator, one, other).unwrap_or(Val::Undefined))
    }

    fn operand(&mut self, code: &'static str, value: &Val<'a>) -> Res<Option<f64>> {
        match value {
            Val::Undefined => Ok(None),
            value => self.numeric(value)?.map(Some).ok_or_else(|| Error::of(code, value)),
        }
    }

    fn join(&mut self, left: &Val<'a>, right: &Val<'a>) -> Res<Val<'a>> {
        let mut text = String::new();
        self.append_string(&mut text, left)?;
        self.append_string(&mut text, right)?;
        self.short(Val::Text(super::value::Text::own(text)))
    }

    fn contains(&mut self, left: &Val<'a>, right: &Val<'a>) -> Res<Val<'a>> {
        if left.is_undefined() || right.is_undefined() {
            return Ok(Val::Bool(false));
        }
        let items = right.items();
        self.work(items.len() as u64 / 4)?;
        Ok(Val::Bool(items.iter().any(|item| identical(&item, left))))
    }

    /// Returns whether two values are equal, however they were made.
    pub(crate) fn equal(&mut self, left: &Val<'a>, right: &Val<'a>, depth: u32) -> Res<bool> {
        if identical(left, right) {
            return Ok(true);
        }
        self.nests(depth)?;
        if let (Val::Array(_) | Val::Tuples(_), Val::Array(_) | Val::Tuples(_)) = (left, right) {
            let (left, right) = (left.items(), right.items());
            if left.len() != right.len() {
                return Ok(false);
            }
            for at in 0..left.len() {
                self.work(1)?;
                if !self.equal(&left.get(at), &right.get(at), depth + 1)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let (Val::Object(left), Val::Object(right)) = (left, right) else { return Ok(false) };
        if left.len() != right.len() {
            return Ok(false);
        }
        let mut equal = true;
        left.each_as_it_came(|name, value| {
            if equal {
                self.work(1)?;
                let other = right.get(name.as_str());
                equal = !other.is_undefined() && self.equal(&value, &other, depth + 1)?;
            }
            Ok::<_, Box<Error>>(())
        })?;
        Ok(equal)
    }

    /// Evaluates `a..b` in an array.
    pub(crate) fn range(
        &mut self,
        expr: &'a Expr,
        both: &'a (Expr, Expr),
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Val<'a>> {
        let left = self.eval(&both.0, input, env)?;
        let right = self.eval(&both.1, input, env)?;
        range_of(&left, &right, &self.limits).map_err(|mut error| {
            error.span = Some(expr.span.clone());
            error.token = Some("..".to_owned());
            error
        })
    }
}

/// Evaluates a numeric operator.
#[inline]
fn of_numbers<'a>(operator: Operator, left: f64, right: f64) -> Option<Val<'a>> {
    Some(match operator {
        Operator::Add => Val::calculated(left + right),
        Operator::Subtract => Val::calculated(left - right),
        Operator::Multiply => Val::calculated(left * right),
        Operator::Divide => Val::calculated(left / right),
        Operator::Remainder => Val::calculated(left % right),
        Operator::Equal => Val::Bool(left == right),
        Operator::Unequal => Val::Bool(left != right),
        Operator::Less => Val::Bool(left < right),
        Operator::AtMost => Val::Bool(left <= right),
        Operator::Greater => Val::Bool(left > right),
        Operator::AtLeast => Val::Bool(left >= right),
        Operator::Join | Operator::In | Operator::And | Operator::Or => return None,
    })
}

/// The most items of a range in JSONata, whatever the limits are.
const LONGEST_RANGE: f64 = 1e7;

fn range_of<'a>(left: &Val<'a>, right: &Val<'a>, limits: &Limits) -> Res<Val<'a>> {
    let integer = |code, value: &Val<'a>| match value {
        Val::Undefined => Ok(None),
        value => match value.number() {
            Some(number) if number.fract() == 0.0 => Ok(Some(number)),
            _ => Err(Error::of(code, value)),
        },
    };
    let (first, last) = (integer("T2003", left)?, integer("T2004", right)?);
    let (Some(first), Some(last)) = (first, last) else { return Ok(Val::Undefined) };
    if first > last {
        return Ok(Val::Undefined);
    }
    let count = last - first + 1.0;
    if count > LONGEST_RANGE {
        return Err(Error::of("D2014", &Val::Number(count)));
    }
    if count > f64::from(limits.range) {
        return Err(Fault::memory().into());
    }
    Ok(Val::Array(Array::Range { first, count: count as u32 }))
}

/// Adds the operator and its span to an error.
fn at(mut error: Box<Error>, expr: &Expr, operator: Operator) -> Box<Error> {
    error.span = Some(expr.span.clone());
    error.token = Some(operator.sign().to_owned());
    error
}

fn order<'a>(operator: Operator, left: &Val<'a>, right: &Val<'a>) -> Res<Val<'a>> {
    let comparable = |value: &Val<'a>| matches!(value, Val::Undefined | Val::Text(_) | Val::Number(_) | Val::Long(_));
    if !comparable(left) || !comparable(right) {
        let left_is = comparable(left) && !left.is_undefined();
        return Err(Error::of("T2010", if left_is { right } else { left }));
    }
    let holds = match (left, right) {
        (Val::Undefined, _) | (_, Val::Undefined) => return Ok(Val::Undefined),
        (Val::Text(left), Val::Text(right)) => {
            let order = compare(left.as_str(), right.as_str());
            match operator {
                Operator::Less => order.is_lt(),
                Operator::AtMost => order.is_le(),
                Operator::Greater => order.is_gt(),
                _ => order.is_ge(),
            }
        }
        (left_value, right_value) => match (left_value.number(), right_value.number()) {
            (Some(left), Some(right)) => match operator {
                Operator::Less => left < right,
                Operator::AtMost => left <= right,
                Operator::Greater => left > right,
                _ => left >= right,
            },
            _ => return Err(Error::of_both("T2009", left_value, right_value)),
        },
    };
    Ok(Val::Bool(holds))
}

/// Returns whether two values are identical in the sense of `===`.
fn identical<'a>(left: &Val<'a>, right: &Val<'a>) -> bool {
    use std::rc::Rc;

    use super::value::Object;
    match (left, right) {
        (Val::Undefined, Val::Undefined) | (Val::Null, Val::Null) => true,
        (Val::Bool(left), Val::Bool(right)) => left == right,
        (Val::Text(left), Val::Text(right)) => left == right,
        (Val::Long(left), Val::Long(right)) => left == right,
        (Val::Number(_) | Val::Long(_), Val::Number(_) | Val::Long(_)) => left.number() == right.number(),
        (Val::Array(Array::Own(left)), Val::Array(Array::Own(right))) => Rc::ptr_eq(left, right),
        (Val::Array(Array::Json(left)), Val::Array(Array::Json(right))) => std::ptr::eq(*left, *right),
        (Val::Object(Object::Own(left)), Val::Object(Object::Own(right))) => Rc::ptr_eq(left, right),
        (Val::Object(Object::Json(left)), Val::Object(Object::Json(right))) => std::ptr::eq(*left, *right),
        (Val::Function(left), Val::Function(right)) => match (&**left, &**right) {
            (Function::Native(left), Function::Native(right)) => std::ptr::eq(*left, *right),
            _ => Rc::ptr_eq(left, right),
        },
        _ => false,
    }
}
