//! What would be wider than a page, in several rows: the ways out of one node, which leave a trunk row by row, and the
//! branches of a parallel.

use super::rank::Link;

/// Of a page's width, how often its height may have it.
const TALLEST: f64 = 4.0;

/// The row of each of these boxes, in their order: all are in one where that is no wider than `limit`.
///
/// `area` is what they take with the gaps around them; many of them are given wider rows.
pub(super) fn rows(widths: &[f64], gap: f64, limit: f64, area: f64) -> Vec<usize> {
    let widest = widths.iter().copied().fold(0.0, f64::max);
    let limit = limit.max(widest).max((area / TALLEST).sqrt());
    let total: f64 = widths.iter().map(|width| width + gap).sum();
    let filled = fill(widths, gap, limit);
    let count = last(&filled) + 1;
    if count == 1 {
        return filled;
    }
    // As many rows, but of one width as far as can be.
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

/// What a node leads to by links of its own alone: it can stand in a row of its own.
#[derive(Clone, Debug, Default)]
struct Arm {
    links: Vec<usize>,
    width: f64,
    /// The ranks that it takes, from that of its label.
    ranks: usize,
}

/// For each link, the ranks that it runs along a trunk before its label or its target stands; 0 where all ways out of its
/// node fit beside each other.
///
/// `order` has each node after those that lead to it by a link that is not reversed.
pub(super) fn delays(
    sizes: &[(f64, f64)],
    links: &[Link],
    reversed: &[bool],
    order: &[usize],
    gap: f64,
    limit: f64,
) -> Vec<usize> {
    let mut tree = Tree::of(sizes, links, reversed, order);
    // Inner ones first, since the outer ones are as wide as those.
    for node in order.iter().rev() {
        tree.settle(*node, gap, limit);
    }
    tree.delays
}

/// The nodes below those that every way to them passes.
struct Tree<'t> {
    links: &'t [Link],
    /// The links that lead to each node, and from it, but for those that are reversed.
    entering: Vec<Vec<usize>>,
    leaving: Vec<Vec<usize>>,
    /// The node that every way to it passes last.
    above: Vec<Option<usize>>,
    /// The nodes right below each one, in order.
    below: Vec<Vec<usize>>,
    /// The ranks from the node above to each one, and from each one to the last below it.
    down: Vec<usize>,
    height: Vec<usize>,
    /// How wide each one is with those below it.
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

    /// The nodes that lead to one.
    fn sources(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.entering.get(node).into_iter().flatten().filter_map(|number| Some(self.links.get(*number)?.from))
    }

    /// The lowest node above or at both.
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

    /// Works out delays, heights and width of a node of which everything below is known.
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

    /// The ranks that a link is long.
    fn length(&self, link: usize) -> usize {
        let delay = self.delays.get(link).copied().unwrap_or_default();
        delay + self.links.get(link).map_or(1, Link::ranks)
    }

    /// The ranks from a node to one below it.
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

    /// What a node leads to, in the order of its links.
    fn arms(&self, node: usize, gap: f64, limit: f64) -> Vec<Arm> {
        let mut arms: Vec<Arm> = Vec::new();
        // Which arm leads to a target that nothing else leads to.
        let mut of_target: Vec<(usize, usize)> = Vec::new();
        for number in self.leaving.get(node).into_iter().flatten() {
            let Some(link) = self.links.get(*number) else { continue };
            let label = link.label.map(|(across, _)| across);
            // Labels of links to one target stand beside each other, unless that is too wide: then each is by itself.
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
                // It goes to where others go too, and needs no room here.
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
        // What is wider than a row has one of its own, and no box is lost.
        assert_eq!(rows(&[10.0, 90.0, 10.0], 2.0, 40.0, 0.0), [0, 1, 2]);
        assert!(rows(&[], 2.0, 40.0, 0.0).is_empty());
        // A hundred of them get wider rows, so that the picture is no ribbon.
        assert_eq!(last(&rows(&[10.0; 100], 2.0, 10.0, 120_000.0)), 7);
    }
}
