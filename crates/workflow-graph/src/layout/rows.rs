//! Breaks parts that would be wider than a page into rows: the successors of one node, which leave a trunk row by row,
//! and the branches of a parallel.

use super::rank::Link;

/// The maximum ratio of a page's height to its width.
const TALLEST: f64 = 4.0;

/// Returns the row of each of these boxes, in their order. All are in one row if it is no wider than `limit`.
///
/// `area` is the space of the boxes including gaps. A large area gets wider rows.
pub(super) fn rows(widths: &[f64], gap: f64, limit: f64, area: f64) -> Vec<usize> {
    let widest = widths.iter().copied().fold(0.0, f64::max);
    let limit = limit.max(widest).max((area / TALLEST).sqrt());
    let total: f64 = widths.iter().map(|width| width + gap).sum();
    let filled = fill(widths, gap, limit);
    let count = last(&filled) + 1;
    if count == 1 {
        return filled;
    }
    // The number of rows stays, but their widths are balanced.
    #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 rows")]
    let least = (total / count as f64).max(widest);
    (0..16_i32)
        .map(|step| fill(widths, gap, least + (limit - least) * f64::from(step) / 16.0))
        .find(|rows| last(rows) + 1 == count)
        .unwrap_or(filled)
}

fn last(rows: &[usize]) -> usize {
    rows.last().copied().unwrap_or_default()
}

fn fill(widths: &[f64], gap: f64, limit: f64) -> Vec<usize> {
    let (mut row, mut used) = (0, 0.0);
    let rows = widths.iter().map(|width| {
        let with = if used > 0.0 { used + gap + width } else { *width };
        if used > 0.0 && with > limit {
            (row, used) = (row + 1, *width);
        } else {
            used = with;
        }
        row
    });
    rows.collect()
}

/// The nodes that one node reaches only by its own links, which can be placed in a row of their own.
#[derive(Clone, Debug, Default)]
struct Arm {
    links: Vec<usize>,
    width: f64,
    /// The number of ranks, from the rank of its label.
    ranks: usize,
}

/// Returns for each link the number of ranks that it runs along a trunk before its label or target; 0 if all successors
/// of its node fit side by side.
///
/// `order` has each node after its predecessors by links that are not reversed.
pub(super) fn delays(
    sizes: &[(f64, f64)],
    links: &[Link],
    reversed: &[bool],
    order: &[usize],
    gap: f64,
    limit: f64,
) -> Vec<usize> {
    let mut tree = Tree::of(sizes, links, reversed, order);
    // Inner trees come first, because outer ones are as wide as they are.
    for node in order.iter().rev() {
        tree.settle(*node, gap, limit);
    }
    tree.delays
}

/// The dominator tree of the nodes.
struct Tree<'t> {
    links: &'t [Link],
    /// The links that enter and leave each node, without reversed ones.
    entering: Vec<Vec<usize>>,
    leaving: Vec<Vec<usize>>,
    /// The immediate dominator of each node.
    above: Vec<Option<usize>>,
    /// The nodes that each node immediately dominates, in order.
    below: Vec<Vec<usize>>,
    /// The number of ranks from the dominator to each node, and from each node to the last below it.
    down: Vec<usize>,
    height: Vec<usize>,
    /// The width of each node with those below it.
    width: Vec<f64>,
    delays: Vec<usize>,
}

impl<'t> Tree<'t> {
    fn of(sizes: &[(f64, f64)], links: &'t [Link], reversed: &[bool], order: &[usize]) -> Self {
        let count = sizes.len();
        let mut tree = Self {
            links,
            entering: vec![Vec::new(); count],
            leaving: vec![Vec::new(); count],
            above: vec![None; count],
            below: vec![Vec::new(); count],
            down: vec![0; count],
            height: vec![0; count],
            width: sizes.iter().map(|(across, _)| *across).collect(),
            delays: vec![0; links.len()],
        };
        for (number, link) in links.iter().enumerate().filter(|(number, _)| reversed.get(*number) == Some(&false)) {
            tree.leaving.get_mut(link.from).into_iter().for_each(|list| list.push(number));
            tree.entering.get_mut(link.to).into_iter().for_each(|list| list.push(number));
        }
        let mut depths = vec![0_usize; count];
        for node in order {
            let mut sources = tree.sources(*node);
            let first = sources.next();
            let above = sources.fold(first, |one, other| tree.common(&depths, one?, other));
            let depth = above.and_then(|above| depths.get(above)).map_or(0, |depth| depth + 1);
            depths.get_mut(*node).into_iter().for_each(|own| *own = depth);
            if let Some(above) = above {
                tree.below.get_mut(above).into_iter().for_each(|list| list.push(*node));
            }
            tree.above.get_mut(*node).into_iter().for_each(|own| *own = above);
        }
        tree
    }

    /// Returns the predecessors of a node.
    fn sources(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.entering.get(node).into_iter().flatten().filter_map(|number| Some(self.links.get(*number)?.from))
    }

    /// Returns the nearest common dominator of two nodes.
    fn common(&self, depths: &[usize], mut one: usize, mut other: usize) -> Option<usize> {
        while one != other {
            let (depth, other_depth) = (depths.get(one)?, depths.get(other)?);
            if depth >= other_depth {
                one = self.above.get(one).copied()??;
            } else {
                other = self.above.get(other).copied()??;
            }
        }
        Some(one)
    }

    /// Computes delays, height and width of a node whose descendants are done.
    fn settle(&mut self, node: usize, gap: f64, limit: f64) {
        let arms = self.arms(node, gap, limit);
        let widths: Vec<_> = arms.iter().map(|arm| arm.width).collect();
        let rank = 4.0 * gap;
        #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 ranks")]
        let area = arms.iter().map(|arm| (arm.width + gap) * (arm.ranks + 1) as f64 * rank).sum();
        let rows = rows(&widths, gap, limit, area);
        let count = last(&rows) + 1;
        let mut widest = 0.0_f64;
        // A trunk has a rank of its own before the first row.
        let mut delay = usize::from(count > 1);
        for row in 0..count {
            let inside = || arms.iter().zip(&rows).filter(|(_, of)| **of == row).map(|(arm, _)| arm);
            let used: f64 = inside().map(|arm| arm.width + gap).sum();
            widest = widest.max(used - gap);
            for link in inside().flat_map(|arm| &arm.links) {
                self.delays.get_mut(*link).into_iter().for_each(|own| *own = delay);
            }
            delay += inside().map(|arm| arm.ranks).max().unwrap_or_default();
        }
        let below = self.below.get(node).cloned().unwrap_or_default();
        let mut height = 0;
        for inner in below {
            let entering = self.entering.get(inner).into_iter().flatten();
            let longest = entering.filter_map(|number| {
                let link = self.links.get(*number)?;
                Some(self.from(node, link.from) + self.length(*number))
            });
            let down = longest.max().unwrap_or_default();
            self.down.get_mut(inner).into_iter().for_each(|own| *own = down);
            height = height.max(down + self.height.get(inner).copied().unwrap_or_default());
            widest = widest.max(self.width.get(inner).copied().unwrap_or_default());
        }
        self.height.get_mut(node).into_iter().for_each(|own| *own = height);
        self.width.get_mut(node).into_iter().for_each(|own| *own = own.max(widest));
    }

    /// Returns the number of ranks that a link spans.
    fn length(&self, link: usize) -> usize {
        let delay = self.delays.get(link).copied().unwrap_or_default();
        delay + self.links.get(link).map_or(1, Link::ranks)
    }

    /// Returns the number of ranks from a node to one below it.
    fn from(&self, node: usize, mut inner: usize) -> usize {
        let mut ranks = 0;
        while inner != node {
            ranks += self.down.get(inner).copied().unwrap_or_default();
            match self.above.get(inner) {
                Some(Some(above)) => inner = *above,
                _ => break,
            }
        }
        ranks
    }

    /// Returns the arms of a node, in the order of its links.
    fn arms(&self, node: usize, gap: f64, limit: f64) -> Vec<Arm> {
        let mut arms: Vec<Arm> = Vec::new();
        // The arm that leads to a target that nothing else leads to.
        let mut of_target: Vec<(usize, usize)> = Vec::new();
        for number in self.leaving.get(node).into_iter().flatten() {
            let Some(link) = self.links.get(*number) else { continue };
            let label = link.label.map(|(across, _)| across);
            // Labels of links to one target are side by side, unless that is too wide.
            let beside = self.leaving.get(node).into_iter().flatten().filter_map(|other| self.links.get(*other));
            let beside = beside.filter(|other| other.to == link.to).filter_map(|other| other.label);
            let labels: f64 = beside.map(|(across, _)| across + gap).sum();
            let is_own = labels - gap <= limit && self.sources(link.to).all(|source| source == node);
            let known = of_target.iter().find(|(to, _)| *to == link.to).and_then(|(_, arm)| arms.get_mut(*arm));
            match (known, label) {
                (Some(arm), _) => {
                    arm.links.push(*number);
                    arm.width = arm.width.max(labels - gap);
                    arm.ranks = arm.ranks.max(2);
                }
                // The link joins others on the way to its target and needs no space here.
                (None, None) if !is_own => {}
                (None, label) => {
                    let mut arm = Arm {
                        links: vec![*number],
                        width: label.unwrap_or_default(),
                        ranks: usize::from(label.is_some()),
                    };
                    if is_own {
                        of_target.push((link.to, arms.len()));
                        arm.width = arm.width.max(self.width.get(link.to).copied().unwrap_or_default());
                        arm.ranks += 1 + self.height.get(link.to).copied().unwrap_or_default();
                    }
                    arms.push(arm);
                }
            }
        }
        arms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_of_one_width_as_far_as_can_be() {
        assert_eq!(rows(&[10.0; 4], 2.0, 46.0, 0.0), [0; 4]);
        // Not three and one.
        assert_eq!(rows(&[10.0; 4], 2.0, 40.0, 0.0), [0, 0, 1, 1]);
        // A box that is wider than a row gets a row of its own.
        assert_eq!(rows(&[10.0, 90.0, 10.0], 2.0, 40.0, 0.0), [0, 1, 2]);
        assert!(rows(&[], 2.0, 40.0, 0.0).is_empty());
        // A hundred boxes get wider rows, so that the picture is not a thin strip.
        assert_eq!(last(&rows(&[10.0; 100], 2.0, 10.0, 120_000.0)), 7);
    }
}
