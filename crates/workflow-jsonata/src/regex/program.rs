//! Compiles the tree of a pattern to instructions.

use super::class::{Class, LINE_ENDS};
use super::parser::{Node, Tree};

/// An instruction. `back` reads towards the start of the text, inside a look-behind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    /// One unit.
    Unit {
        unit: u16,
        back: bool,
    },
    /// One unit that is, or is not, in a class.
    Class {
        class: usize,
        inverted: bool,
        back: bool,
    },
    /// As many units of a class as possible, from `min` to `max`.
    Run {
        class: usize,
        inverted: bool,
        back: bool,
        min: u32,
        max: u32,
        greedy: bool,
    },
    LineStart {
        multiline: bool,
    },
    LineEnd {
        multiline: bool,
    },
    TextEnd,
    WordEdge(bool),
    /// Stores the position: group `n` has slots `2n` and `2n + 1`.
    Save(usize),
    Reference {
        group: usize,
        back: bool,
        /// Whether the case of ASCII letters does not count.
        fold: bool,
    },
    /// Tries the next instruction first, then the one at the address.
    Split(usize),
    Jump(usize),
    /// Sets the counter of a loop to zero.
    Enter(usize),
    /// Decides on another iteration. The body follows.
    Loop(usize),
    /// Ends an iteration.
    Again(usize),
    /// The instructions up to `LookEnd` must match here, or must not. If it moves, what they matched is taken.
    Look {
        negative: bool,
        moves: bool,
        exit: usize,
    },
    LookEnd,
    Matched,
}

/// The properties of a loop.
#[derive(Debug, Clone)]
pub(super) struct Repeat {
    pub min: u32,
    /// `u32::MAX` for no bound.
    pub max: u32,
    pub greedy: bool,
    pub start: usize,
    pub exit: usize,
}

#[derive(Debug)]
pub(super) struct Program {
    pub ops: Vec<Op>,
    pub classes: Vec<Class>,
    pub loops: Vec<Repeat>,
    /// The number of slots of the whole match and all groups.
    pub slots: usize,
    /// The unit that each match begins with, if known.
    pub first: Option<u16>,
    /// Whether a match can only begin at the start of the text.
    pub anchored: bool,
}

const LONGEST: usize = 100_000;

pub(super) fn compile(tree: &Tree) -> Result<Program, &'static str> {
    let mut program = Program {
        ops: Vec::new(),
        classes: Vec::new(),
        loops: Vec::new(),
        slots: 2 * (tree.captures + 1),
        first: None,
        anchored: false,
    };
    program.node(&tree.root, false)?;
    program.push(Op::Matched)?;
    match program.ops.iter().find(|op| !matches!(op, Op::Save(_))) {
        Some(Op::Unit { unit, back: false }) => program.first = Some(*unit),
        Some(Op::LineStart { multiline: false }) => program.anchored = true,
        _ => {}
    }
    Ok(program)
}

impl Program {
    fn push(&mut self, op: Op) -> Result<usize, &'static str> {
        if self.ops.len() >= LONGEST {
            return Err("Regular expression too large");
        }
        self.ops.push(op);
        Ok(self.ops.len() - 1)
    }

    fn class(&mut self, class: &Class) -> usize {
        // Searching far back is not worth it.
        let from = self.classes.len().saturating_sub(16);
        let known = self.classes[from..].iter().position(|known| known == class);
        known.map(|at| from + at).unwrap_or_else(|| {
            self.classes.push(class.clone());
            self.classes.len() - 1
        })
    }

    /// Returns the class of a node that reads exactly one unit, and whether it is inverted.
    fn one_unit(&mut self, node: &Node) -> Option<(usize, bool)> {
        match node {
            Node::Unit(unit) => Some((self.class(&Class::new(vec![(*unit, *unit)])), false)),
            Node::Any { line_ends: true } => Some((self.class(&Class::default()), true)),
            Node::Any { line_ends: false } => Some((self.class(&Class::new(LINE_ENDS.to_vec())), true)),
            Node::Class { class, inverted } => Some((self.class(class), *inverted)),
            Node::Group { capture: None, node } => self.one_unit(node),
            _ => None,
        }
    }

    fn node(&mut self, node: &Node, back: bool) -> Result<(), &'static str> {
        match node {
            Node::Empty => {}
            Node::Unit(unit) => {
                self.push(Op::Unit { unit: *unit, back })?;
            }
            Node::Any { .. } | Node::Class { .. } => {
                if let Some((class, inverted)) = self.one_unit(node) {
                    self.push(Op::Class { class, inverted, back })?;
                }
            }
            Node::LineStart { multiline } => drop(self.push(Op::LineStart { multiline: *multiline })?),
            Node::LineEnd { multiline } => drop(self.push(Op::LineEnd { multiline: *multiline })?),
            Node::TextEnd => drop(self.push(Op::TextEnd)?),
            Node::WordEdge(edge) => drop(self.push(Op::WordEdge(*edge))?),
            Node::Group { capture: None, node } => self.node(node, back)?,
            Node::Group { capture: Some(group), node } => {
                self.push(Op::Save(2 * group + usize::from(back)))?;
                self.node(node, back)?;
                self.push(Op::Save(2 * group + usize::from(!back)))?;
            }
            Node::Reference { group, fold } => {
                self.push(Op::Reference { group: *group, back, fold: *fold })?;
            }
            Node::Look { behind, negative, node } => self.look(node, *behind, *negative, false)?,
            Node::Atomic(node) => self.look(node, back, false, true)?,
            Node::Sequence(nodes) if back => nodes.iter().rev().try_for_each(|node| self.node(node, back))?,
            Node::Sequence(nodes) => nodes.iter().try_for_each(|node| self.node(node, back))?,
            Node::Either(options) => self.either(options, back)?,
            Node::Repeat { node, min, max, greedy } => {
                let max = max.unwrap_or(u32::MAX);
                if max == 0 {
                    return Ok(());
                }
                if let Some((class, inverted)) = self.one_unit(node) {
                    self.push(Op::Run { class, inverted, back, min: *min, max, greedy: *greedy })?;
                    return Ok(());
                }
                let index = self.loops.len();
                self.loops.push(Repeat { min: *min, max, greedy: *greedy, start: 0, exit: 0 });
                self.push(Op::Enter(index))?;
                let start = self.push(Op::Loop(index))?;
                self.node(node, back)?;
                self.push(Op::Again(index))?;
                let exit = self.ops.len();
                let repeat = &mut self.loops[index];
                (repeat.start, repeat.exit) = (start, exit);
            }
        }
        Ok(())
    }

    fn look(&mut self, node: &Node, back: bool, negative: bool, moves: bool) -> Result<(), &'static str> {
        let start = self.push(Op::Look { negative, moves, exit: 0 })?;
        self.node(node, back)?;
        self.push(Op::LookEnd)?;
        self.ops[start] = Op::Look { negative, moves, exit: self.ops.len() };
        Ok(())
    }

    fn either(&mut self, options: &[Node], back: bool) -> Result<(), &'static str> {
        let mut ends = Vec::new();
        for (index, option) in options.iter().enumerate() {
            if index + 1 == options.len() {
                self.node(option, back)?;
                break;
            }
            let split = self.push(Op::Split(0))?;
            self.node(option, back)?;
            ends.push(self.push(Op::Jump(0))?);
            self.ops[split] = Op::Split(self.ops.len());
        }
        for end in ends {
            self.ops[end] = Op::Jump(self.ops.len());
        }
        Ok(())
    }
}
