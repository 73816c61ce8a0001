//! What lines of one shape make: the fields that they have, in their order, decide which templates and sources count, so that this is
//! found once for all of them.
//!
//! Guarantees: decides by fields and places alone, never by values; memory is bounded, however many shapes there are.

use super::declaration::{Declared, Source, Template};
use super::fields::{ALONE, Hit};

/// Shapes that are remembered; a log has few.
const PLANS_MAX: usize = 32;
/// Hits of a line whose shape is remembered.
const HITS_MAX: usize = 256;

/// What is made of a line.
#[derive(Default)]
pub(super) struct Plan {
    /// Field and place in a list of each hit.
    shape: Vec<(u16, u32)>,
    /// In the order of the declaration.
    pub makes: Vec<Make>,
}

/// A template that may make something.
pub(super) struct Make {
    /// Its number.
    pub template: usize,
    /// Whether the line has one of its fields; without any, references must say something.
    pub touched: bool,
    /// Makes, by their place in the plan, with which nothing is made of it.
    pub unless: Vec<usize>,
    /// Places in a list of which each has an object; [`ALONE`] where there is one object.
    pub places: Vec<u32>,
    /// Properties that may be given, by number, and by what.
    pub properties: Vec<(usize, Vec<Given>)>,
}

/// What may give a value.
pub(super) enum Given {
    /// A field: its hits by their number in the line, sorted by place; what stands alone is last.
    Field(Vec<u32>),
    /// What another make made: its place in the plan.
    Made(usize),
    /// A text: the number of the source.
    Constant(usize),
}

/// The plans of shapes that came.
#[derive(Default)]
pub(super) struct Plans {
    known: Vec<Plan>,
    /// That of the line before: most lines are like it.
    latest: usize,
    /// The next to be forgotten.
    oldest: usize,
}

impl Plans {
    /// Returns the plan of a line.
    pub fn of(&mut self, declared: &Declared, hits: &[Hit<'_>]) -> &Plan {
        let is = |plan: &Plan| {
            plan.shape.len() == hits.len()
                && plan.shape.iter().zip(hits).all(|(known, hit)| *known == (hit.field, hit.index))
        };
        let place = match self.known.get(self.latest) {
            Some(latest) if is(latest) => self.latest,
            _ => self.known.iter().position(is).unwrap_or_else(|| self.put(Plan::new(declared, hits))),
        };
        self.latest = place;
        #[expect(clippy::indexing_slicing, reason = "found or put above")]
        &self.known[place]
    }

    fn put(&mut self, plan: Plan) -> usize {
        if self.known.len() < PLANS_MAX {
            self.known.push(plan);
            return self.known.len() - 1;
        }
        self.oldest = (self.oldest + 1) % PLANS_MAX;
        if let Some(slot) = self.known.get_mut(self.oldest) {
            *slot = plan;
        }
        self.oldest
    }

    /// Forgets the plan of the line before, where it is long.
    pub fn shorten(&mut self) {
        if let Some(plan) = self.known.get_mut(self.latest).filter(|plan| plan.shape.len() > HITS_MAX) {
            *plan = Plan::default();
        }
    }
}

impl Plan {
    fn new(declared: &Declared, hits: &[Hit<'_>]) -> Self {
        let mut of_field: Vec<Vec<u32>> = vec![Vec::new(); declared.fields.len()];
        let mut concerned = vec![false; declared.templates.len()];
        let touch = |templates: &[u16], concerned: &mut Vec<bool>| {
            for template in templates {
                if let Some(slot) = concerned.get_mut(usize::from(*template)) {
                    *slot = true;
                }
            }
        };
        for (number, hit) in (0_u32..).zip(hits) {
            if let Some(own) = of_field.get_mut(usize::from(hit.field)) {
                own.push(number);
            }
            if let Some(templates) = declared.of_field.get(usize::from(hit.field)) {
                touch(templates, &mut concerned);
            }
        }
        for own in &mut of_field {
            own.sort_by_key(|number| hits.get(*number as usize).map(|hit| hit.index));
        }
        touch(&declared.referring, &mut concerned);
        let mut planning = Planning { hits, of_field, made: vec![None; declared.templates.len()], makes: Vec::new() };
        for (number, template) in declared.templates.iter().enumerate() {
            if concerned.get(number) == Some(&true)
                && let Some(make) = planning.make(number, template)
            {
                if let Some(slot) = planning.made.get_mut(number) {
                    *slot = Some(planning.makes.len());
                }
                planning.makes.push(make);
            }
        }
        Self { shape: hits.iter().map(|hit| (hit.field, hit.index)).collect(), makes: planning.makes }
    }
}

struct Planning<'h, 'n> {
    hits: &'h [Hit<'n>],
    /// By field: its hits.
    of_field: Vec<Vec<u32>>,
    /// By template: its place in the plan.
    made: Vec<Option<usize>>,
    makes: Vec<Make>,
}

impl Planning<'_, '_> {
    fn of_field(&self, field: u16) -> &[u32] {
        self.of_field.get(usize::from(field)).map(Vec::as_slice).unwrap_or_default()
    }

    fn made(&self, template: usize) -> Option<usize> {
        self.made.get(template).copied().flatten()
    }

    fn make(&self, number: usize, template: &Template) -> Option<Make> {
        let given = |field: &u16| !self.of_field(*field).is_empty();
        let touched = template.fields.iter().any(given);
        let properties: Vec<(usize, Vec<Given>)> = template
            .properties
            .iter()
            .enumerate()
            .filter_map(|(number, property)| {
                let from: Vec<Given> = property
                    .from
                    .iter()
                    .enumerate()
                    .filter_map(|(number, source)| self.given(number, source))
                    .collect();
                (!from.is_empty()).then_some((number, from))
            })
            .collect();
        let refers = || properties.iter().any(|(_, from)| from.iter().any(|given| matches!(given, Given::Made(..))));
        let says_something = touched || template.by_references && refers();
        if !says_something || !template.needs.iter().all(given) || template.unless_fields.iter().any(given) {
            return None;
        }
        let unless = template.unless_objects.iter().filter_map(|other| self.made(*other)).collect();
        Some(Make { template: number, touched, unless, places: self.places(template), properties })
    }

    fn given(&self, number: usize, source: &Source) -> Option<Given> {
        match source {
            Source::Field(field) => {
                let hits = self.of_field(*field);
                (!hits.is_empty()).then(|| Given::Field(hits.to_vec()))
            }
            Source::Object(template) => self.made(*template).map(Given::Made),
            Source::Constant(_) => Some(Given::Constant(number)),
        }
    }

    /// Values in lists make an object for each place; what stands alone is said of each of them.
    fn places(&self, template: &Template) -> Vec<u32> {
        let single = template.properties.iter().filter(|property| !property.list);
        let fields = single.flat_map(|property| &property.from).filter_map(|source| match source {
            Source::Field(field) => Some(*field),
            _ => None,
        });
        let hits = fields.flat_map(|field| self.of_field(field)).filter_map(|hit| self.hits.get(*hit as usize));
        let mut places: Vec<u32> = hits.map(|hit| hit.index).filter(|index| *index != ALONE).collect();
        places.sort_unstable();
        places.dedup();
        if places.is_empty() {
            places.push(ALONE);
        }
        places
    }
}
