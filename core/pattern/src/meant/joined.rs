//! An address and a port of one object, which no object has: the traffic of the address is meant.

use super::Remarks;
use crate::ast::{Comparison, Operator, Path, Step, Test};
use std::collections::BTreeSet;

const TRAFFIC: &str = "network-traffic";
/// Types that traffic is of.
const HOSTS: [&str; 3] = ["ipv4-addr", "ipv6-addr", "domain-name"];

/// Which ends of traffic are meant.
#[derive(Clone, Copy)]
enum Ends {
    Source,
    Destination,
    Either,
}

/// Tells whether traffic and addresses are asked for together: what is meant by it depends on all that is asked.
pub fn may_be_joined(parts: &[Comparison]) -> bool {
    let (mut traffic, mut hosts) = (false, false);
    parts.iter().for_each(|part| {
        part.tests(&mut |test| {
            traffic |= test.path.object_type == TRAFFIC;
            hosts |= HOSTS.contains(&test.path.object_type.as_str());
        });
    });
    traffic && hosts
}

/// Rewrites the tests of addresses that stand beside tests of traffic.
pub fn joined(parts: &mut [Comparison], remarks: &mut Remarks) {
    let mut traffic: BTreeSet<String> = BTreeSet::new();
    let (mut addresses, mut fits) = (0, true);
    for part in parts.iter() {
        part.tests(&mut |test| match (test.path.object_type.as_str(), test.path.steps.as_slice()) {
            (TRAFFIC, [Step::Key(first), ..]) => drop(traffic.insert(first.clone())),
            (host, [Step::Key(only)]) if HOSTS.contains(&host) && only == "value" => addresses += 1,
            _ => fits = false,
        });
    }
    if traffic.is_empty() || addresses == 0 || !fits {
        return;
    }
    let has = |end: &str| traffic.iter().any(|name| name.starts_with(end));
    let ends = match (has("src_"), has("dst_")) {
        (false, true) => Ends::Destination,
        (true, false) => Ends::Source,
        _ => Ends::Either,
    };
    for part in parts.iter_mut() {
        rewrite(part, ends, remarks);
    }
}

fn rewrite(expression: &mut Comparison, ends: Ends, remarks: &mut Remarks) {
    let test = match expression {
        Comparison::And(parts) | Comparison::Or(parts) => {
            return parts.iter_mut().for_each(|part| rewrite(part, ends, remarks));
        }
        Comparison::Test(test) if test.path.object_type == TRAFFIC => return,
        Comparison::Test(test) => test.clone(),
    };
    let at = |reference: &str| {
        let steps = [reference, "value"].map(|name| Step::Key(name.to_owned())).to_vec();
        Comparison::Test(Test { path: Path { object_type: TRAFFIC.to_owned(), steps }, ..test.clone() })
    };
    let (said, meant) = match ends {
        Ends::Source => ("src_ref.value", at("src_ref")),
        Ends::Destination => ("dst_ref.value", at("dst_ref")),
        // What is not to be at either end is at none.
        Ends::Either if test.negated != matches!(test.operator, Operator::NotEqual(_)) => {
            ("the value at both ends", Comparison::And(vec![at("src_ref"), at("dst_ref")]))
        }
        Ends::Either => ("the value at one of the ends", Comparison::Or(vec![at("src_ref"), at("dst_ref")])),
    };
    remarks.add(format!("{} and traffic are no one object: {TRAFFIC}:{said} is meant", test.path));
    *expression = meant;
}
