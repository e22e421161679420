//! What is said of a value that does not fit, and what becomes of the document then.

use std::sync::Arc;

use super::sprout::Sprout;
use super::walk::{Step, Walk};
use super::{Branch, Misfit};
use crate::encode::json::Node;
use crate::encode::rule::{Rule, refused};
use crate::encode::{Outcome, Refusal};
use crate::error::Verdict;
use crate::target::rule::Line;

impl Walk<'_, '_> {
    /// An object in what a template gave it; without a `node`, a name with dots that leads through it.
    pub(super) fn judge_object(
        &mut self,
        template: Option<&(Rule, Arc<Branch>)>,
        name: &str,
        node: Option<Node<'_>>,
        value: Node<'_>,
    ) -> Step {
        let Some((rule, _)) = template else { return Ok(()) };
        if let Some(node) = node {
            return self.judge_known(rule, node);
        }
        // Measured on 5.6, 6.8, 7.17, OpenSearch 2.19 and 3.8.
        if rule.kind != "nested" || matches!(self.rule.facts.line, Line::Es8 | Line::Es9) {
            return Ok(());
        }
        let refusal = refused(
            format!("a key with a dot cannot lead through `{name}`, which is `nested`"),
            format!("write it as an object in `{name}`"),
        );
        self.judge(Err(refusal), value)
    }

    /// A value in the type that an earlier document gave its field.
    pub(super) fn judge_known(&mut self, rule: &Rule, value: Node<'_>) -> Step {
        let outcome = rule.check(value).map_err(|refusal| Refusal {
            rule: format!(
                "this unmapped field became `{}` with an earlier value; {}",
                rule.kind, refusal.rule
            )
            .into(),
            way_out: self.map_it("the type that all its values have").into(),
            ..refusal
        });
        self.judge(outcome, value)
    }

    /// A value in the type that it brings.
    pub(super) fn judge_fresh(&mut self, sprout: &Sprout, rule: &Rule, value: Node<'_>) -> Step {
        let outcome = rule.check(value).map_err(|refusal| Refusal {
            rule: format!("this unmapped value becomes `{}`; {}", sprout.kind(), refusal.rule)
                .into(),
            way_out: self.map_it("a type that holds it").into(),
            ..refusal
        });
        self.judge(outcome, value)
    }

    pub(super) fn map_it(&self, kind: &str) -> String {
        match kind.contains(' ') {
            true => format!("map `{}` as {kind}", self.path),
            false => format!("map `{}` as `{kind}`", self.path),
        }
    }

    pub(super) fn judge(&mut self, outcome: Outcome, value: Node<'_>) -> Step {
        let Err(refusal) = outcome else { return Ok(()) };
        self.unsettled = true;
        let is_altered = refusal.verdict == Verdict::Altered;
        if is_altered && (self.lossy || self.altered.is_some()) {
            return Ok(());
        }
        let mut refusal = refusal;
        if refusal.way_out == WAY_OUT {
            refusal.way_out = self.map_it("the type that all its values have").into();
        }
        let misfit =
            Box::new(Misfit { refusal, place: self.place, value: value.text().to_owned() });
        if is_altered {
            self.altered = Some(misfit);
            return Ok(());
        }
        Err(misfit)
    }
}

/// Stands for "map the field", which is said with the field's path.
const WAY_OUT: &str = "map the field";

pub(super) fn copied(rule: &'static str) -> Refusal {
    refused(rule, WAY_OUT)
}

pub(super) fn mixed(sprout: &Sprout, other: &str) -> Refusal {
    refused(
        format!(
            "the values of an unmapped field are of one type, not `{}` and `{other}`",
            sprout.kind()
        ),
        WAY_OUT,
    )
}
