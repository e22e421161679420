//! The short way through a document: nearly all bring no member that those before have not brought, and no value that
//! needs a second look. Gives up at whatever may be otherwise, for the long way to judge.

use super::grown::{Growing, Grown, ROOT};
use super::sprout::{Look, Nursery, Sprout, SproutWhat};
use super::{Branch, Dynamic, DynamicRule, Object};
use crate::encode::date::DateRule;
use crate::encode::rule::real::Size;
use crate::encode::rule::{Rule, What};
use crate::encode::scan::Scan;

/// Bytes of text that pass at a glance: fewer than a term holds, in whatever case.
const TEXT_BYTES_MAX: usize = 8_192;

/// Characters of a number that passes at a glance: fewer than any type here loses, but whole numbers in singles.
const NUMBER_LEN_MAX: usize = 15;
const SINGLE_WHOLE_LEN_MAX: usize = 7;

/// The values that a member takes at a glance.
#[derive(Debug)]
pub(super) struct Glance {
    takes: Takes,
    /// That of the value that brought the member.
    look: Look,
    /// Whether values of that look are what it takes.
    own: bool,
}

/// The values that a type takes at a glance.
#[derive(Debug)]
enum Takes {
    Text,
    Boolean,
    Whole,
    Single,
    Double,
    Date(Box<DateRule>),
    /// Objects of such values.
    Objects,
    Nothing,
}

impl Glance {
    /// `look` is that of the value that brought the member.
    pub(super) fn of(what: &SproutWhat, look: Look) -> Glance {
        let takes = match what {
            SproutWhat::Leaf(rule) => Takes::of(rule),
            SproutWhat::Object(None) => Takes::Objects,
            SproutWhat::Object(Some(_)) | SproutWhat::Unread | SproutWhat::Free => Takes::Nothing,
        };
        let own = matches!(
            (&takes, look),
            (Takes::Text, Look::String)
                | (Takes::Boolean, Look::Boolean)
                | (Takes::Whole, Look::Long)
                | (Takes::Single | Takes::Double, Look::Double)
                | (Takes::Date(_), Look::Date(_))
                | (Takes::Objects, Look::Object)
        );
        Glance { takes, look, own }
    }

    pub(super) fn nothing() -> Glance {
        Glance { takes: Takes::Nothing, look: Look::Object, own: false }
    }

    /// `torn`: whether it is told already that the first value decides.
    fn takes_text(&self, text: &[u8], torn: bool, nursery: &Nursery) -> bool {
        match &self.takes {
            Takes::Text => text.len() <= TEXT_BYTES_MAX && (torn || nursery.is_plain(text)),
            Takes::Date(date) => str::from_utf8(text).is_ok_and(|text| {
                let is_own = || nursery.look_of_text(text) == self.look;
                date.check_text(text).is_ok() && (torn || is_own())
            }),
            _ => false,
        }
    }

    fn takes_number(&self, number: &[u8], torn: bool) -> bool {
        let digits = number.strip_prefix(b"-").unwrap_or(number);
        let points = digits.iter().filter(|byte| **byte == b'.').count();
        let is_plain = number.len() <= NUMBER_LEN_MAX
            && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        // The sign of a zero may be lost.
        let is_zero = number.starts_with(b"-0");
        is_plain
            && match self.takes {
                Takes::Whole => points == 0 && !is_zero,
                Takes::Single if points == 0 => {
                    torn && digits.len() <= SINGLE_WHOLE_LEN_MAX && !is_zero
                }
                Takes::Double if points == 0 => torn && !is_zero,
                Takes::Single | Takes::Double => points == 1,
                _ => false,
            }
    }
}

impl Takes {
    fn of(rule: &Rule) -> Takes {
        let is_free = |rule: &Rule| matches!(&rule.what, What::Text(text) if text.is_free());
        if is_free(rule) && rule.multi.iter().all(is_free) {
            return Takes::Text;
        }
        if !rule.multi.is_empty() {
            return Takes::Nothing;
        }
        match &rule.what {
            What::Boolean => Takes::Boolean,
            What::Integer(_) if rule.kind == "long" => Takes::Whole,
            What::Real(real) if real.takes_every_double() => Takes::Double,
            What::Real(real) if real.size == Size::Single && rule.kind == "float" => Takes::Single,
            What::Date(date) => Takes::Date(date.clone()),
            _ => Takes::Nothing,
        }
    }
}

/// The way through one document.
struct Way<'g> {
    grown: &'g Grown,
    nursery: &'g Nursery,
}

impl DynamicRule {
    /// Whether a document certainly fits what came before it, and brings nothing.
    pub(super) fn fits_at_a_glance(&self, document: &[u8], grown: &Grown) -> bool {
        let way = Way { grown, nursery: &self.nursery };
        way.mapped(&mut Scan::new(document), &self.root, ROOT).is_some()
    }
}

/// `None` ends the short way.
type Step = Option<()>;

impl Way<'_> {
    /// Through the parts of a document that the mapping names, to the spots.
    fn mapped(&self, scan: &mut Scan<'_>, branch: &Branch, at: usize) -> Step {
        if branch.is_flat() {
            return None;
        }
        each(scan, |scan, name| match branch.named(name).filter(|member| member.leads) {
            Some(member) => self.field(scan, member, name, at),
            None => pass(scan),
        })
    }

    fn field(&self, scan: &mut Scan<'_>, branch: &Branch, name: &[u8], at: usize) -> Step {
        let Some(object) = branch.object else {
            return (branch.spot.is_none() || branch.is_settled()).then(|| scan.pass());
        };
        let at = self.grown.find_bytes(at, name, &mut 0)?;
        match branch.spot {
            None => self.mapped(scan, branch, at),
            Some(_) if branch.copies.is_empty() => self.object(scan, branch, object, at),
            Some(_) => None,
        }
    }

    /// An object of the mapping, or a list of such; anything else is for the rules of its field.
    fn object(&self, scan: &mut Scan<'_>, branch: &Branch, object: Object, at: usize) -> Step {
        if !matches!(object.dynamic, Dynamic::Mapped | Dynamic::Inherited) || object.flat_names {
            return None;
        }
        let mut next = 0;
        each(scan, |scan, name| match branch.named(name) {
            Some(member) => match member.object {
                Some(object) => {
                    self.object(scan, member, object, self.grown.find_bytes(at, name, &mut next)?)
                }
                None if member.is_settled() => pass(scan),
                None => None,
            },
            None => self.member(scan, name, at, &mut next),
        })
    }

    /// A member that the mapping does not name.
    fn member(&self, scan: &mut Scan<'_>, name: &[u8], above: usize, next: &mut usize) -> Step {
        let at = self.grown.find_bytes(above, name, next)?;
        let Growing::Sprout(sprout) = self.grown.what(at) else { return None };
        if scan.peek() != Some(b'[') {
            return self.value(scan, sprout, at);
        }
        // A vector is refused even where nothing is in it.
        if matches!(sprout.glance.takes, Takes::Nothing) {
            return None;
        }
        while scan.next_element() {
            match scan.peek() {
                Some(b']') => {}
                // What a null means in a list is for the type to say.
                Some(b'n') => return None,
                _ => self.value(scan, sprout, at)?,
            }
        }
        Some(())
    }

    fn value(&self, scan: &mut Scan<'_>, sprout: &Sprout, at: usize) -> Step {
        let (glance, torn) = (&sprout.glance, self.grown.is_torn(at));
        let fits = match (scan.peek()?, &glance.takes) {
            (_, Takes::Nothing) => false,
            (b'n', _) => pass(scan).is_some(),
            _ if !glance.own && !torn => false,
            (b't' | b'f', Takes::Boolean) => pass(scan).is_some(),
            (b'{', Takes::Objects) => {
                let mut next = 0;
                return each(scan, |scan, name| self.member(scan, name, at, &mut next));
            }
            (b'"', _) => glance.takes_text(plain(scan.take_string())?, torn, self.nursery),
            (b'-' | b'0'..=b'9', _) => glance.takes_number(scan.take(), torn),
            _ => false,
        };
        fits.then_some(())
    }
}

impl Branch {
    /// Whether the values of a field bring nothing.
    fn is_settled(&self) -> bool {
        self.copies.is_empty() && !self.is_measured
    }

    fn named(&self, name: &[u8]) -> Option<&Branch> {
        let mut members = self.members.iter();
        members.find(|(known, _)| known.as_bytes() == name).map(|(_, member)| &**member)
    }
}

/// The members of an object, or of the objects of a list.
fn each<'a>(scan: &mut Scan<'a>, mut member: impl FnMut(&mut Scan<'a>, &[u8]) -> Step) -> Step {
    fn go<'a>(scan: &mut Scan<'a>, member: &mut dyn FnMut(&mut Scan<'a>, &[u8]) -> Step) -> Step {
        match scan.peek() {
            Some(b'{') => {
                while let Some(name) = scan.next_name() {
                    let name = plain(name).filter(|name| !name.contains(&b'.'))?;
                    member(scan, name)?;
                }
            }
            Some(b'[') => {
                while scan.next_element() {
                    go(scan, member)?;
                }
            }
            _ => scan.pass(),
        }
        Some(())
    }
    go(scan, &mut member)
}

fn pass(scan: &mut Scan<'_>) -> Step {
    scan.pass();
    Some(())
}

/// Text without escapes.
fn plain(text: &[u8]) -> Option<&[u8]> {
    memchr::memchr(b'\\', text).is_none().then_some(text)
}
