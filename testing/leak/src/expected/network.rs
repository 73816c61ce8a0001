//! Addresses of machines, names of hosts and mail addresses as tools and people write them.
//!
//! Guarantees: the writing stands for the same address or name.
//!
//! Does not know: ranges wider than one machine, but for the network it is given with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::class::Classes;
use crate::rng::Rng;
use crate::world::Term;
use crate::write::Written;

fn four(term: &Term) -> Option<Ipv4Addr> {
    term.text().parse().ok().filter(|_| term.kind() == "ip")
}

fn six(term: &Term) -> Option<Ipv6Addr> {
    term.text().parse().ok().filter(|_| term.kind() == "ip")
}

fn octets(ip: Ipv4Addr, joint: &str, write: impl Fn(u8) -> String) -> String {
    ip.octets().iter().map(|octet| write(*octet)).collect::<Vec<_>>().join(joint)
}

fn reversed(ip: Ipv4Addr, joint: &str) -> String {
    ip.octets().iter().rev().map(u8::to_string).collect::<Vec<_>>().join(joint)
}

fn groups(ip: Ipv6Addr, joint: &str, write: impl Fn(u16) -> String) -> String {
    ip.segments().iter().map(|group| write(*group)).collect::<Vec<_>>().join(joint)
}

fn nibbles(ip: Ipv6Addr) -> String {
    let digits = groups(ip, "", |group| format!("{group:04x}"));
    digits.chars().rev().map(|digit| format!("{digit}.")).collect()
}

type Four = fn(Ipv4Addr, &mut Rng) -> String;

const FOUR: &[(&str, Four)] = &[
    ("decimal", |ip, _| format!("http://{}/", u32::from(ip))),
    ("hexadecimal", |ip, _| format!("0x{:08x}", u32::from(ip))),
    ("hexadecimal-upper", |ip, _| format!("0x{:08X}", u32::from(ip))),
    ("hexadecimal-octets", |ip, _| octets(ip, ".", |octet| format!("0x{octet:x}"))),
    ("octal", |ip, _| octets(ip, ".", |octet| format!("0{octet:03o}"))),
    ("padded", |ip, _| octets(ip, ".", |octet| format!("{octet:03}"))),
    ("reverse-name", |ip, _| format!("{}.in-addr.arpa", reversed(ip, "."))),
    ("reverse-name-dot", |ip, _| format!("{}.in-addr.arpa.", reversed(ip, "."))),
    ("block-list", |ip, _| format!("{}.zen.blocklist.example", reversed(ip, "."))),
    ("mapped", |ip, _| format!("::ffff:{ip}")),
    ("mapped-hex", |ip, _| {
        let [a, b, c, d] = ip.octets();
        format!("::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}")
    }),
    ("cidr", |ip, _| format!("{ip}/32")),
    ("cidr-wide", |ip, _| format!("{ip}/24")),
    ("port", |ip, rng| format!("{ip}:{}", rng.text(&["8080", "443", "22", "4444"]))),
    ("port-words", |ip, _| format!("{ip} port 8443")),
    ("url", |ip, _| format!("https://{ip}/gate.php?id=7")),
    ("url-login", |ip, _| format!("ftp://anonymous@{ip}/pub")),
    ("unc", |ip, _| format!("\\\\{ip}\\share$")),
    ("host-name-hyphens", |ip, _| format!("host-{}.pool.example", ip.to_string().replace('.', "-"))),
    ("host-name-ec2", |ip, _| format!("ip-{}.compute.internal", ip.to_string().replace('.', "-"))),
    ("spaces-around-dots", |ip, _| ip.to_string().replace('.', " . ")),
    ("commas", |ip, _| ip.to_string().replace('.', ",")),
    ("sinkhole-rule", |ip, _| format!("-A OUTPUT -d {ip}/32 -j DROP")),
    ("arabic-digits", |ip, _| {
        ip.to_string()
            .chars()
            .map(|sign| sign.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)).unwrap_or(sign))
            .collect()
    }),
    ("ideographic-stops", |ip, _| ip.to_string().replace('.', "。")),
    ("log-line", |ip, _| format!("src={ip} dst=192.0.2.250 act=allow")),
    ("csv", |ip, _| format!("2025-01-04,{ip},443,tcp")),
];

type Six = fn(Ipv6Addr) -> String;

const SIX: &[(&str, Six)] = &[
    ("full", |ip| groups(ip, ":", |group| format!("{group:04x}"))),
    ("full-upper", |ip| groups(ip, ":", |group| format!("{group:04X}"))),
    ("no-double-colon", |ip| groups(ip, ":", |group| format!("{group:x}"))),
    ("brackets-port", |ip| format!("[{ip}]:8443")),
    ("url", |ip| format!("http://[{ip}]/in")),
    ("cidr", |ip| format!("{ip}/128")),
    ("cidr-network", |ip| format!("{ip}/64")),
    ("zone", |ip| format!("{ip}%eth0")),
    ("reverse-name", |ip| format!("{}ip6.arpa", nibbles(ip))),
    ("unc", |ip| format!("{}.ipv6-literal.example", ip.to_string().replace(':', "-"))),
    ("dotted-end", |ip| {
        let [a, b, c, d, e, f, g, h] = ip.segments();
        format!("{a:x}:{b:x}:{c:x}:{d:x}:{e:x}:{f:x}:{}.{}.{}.{}", g >> 8, g & 255, h >> 8, h & 255)
    }),
    ("hexadecimal", |ip| format!("0x{:032x}", u128::from(ip))),
    ("upper", |ip| ip.to_string().to_uppercase()),
    ("defanged-brackets", |ip| ip.to_string().replace(':', "[:]")),
];

fn host(term: &Term) -> Option<&str> {
    Some(term.text()).filter(|_| term.kind() == "host")
}

fn first_label(term: &Term) -> Option<&str> {
    host(term)?.split('.').next().filter(|label| label.contains('-') || label.chars().any(|sign| sign.is_ascii_digit()))
}

fn add_hosts(classes: &mut Classes) {
    classes.text("host/upper", |term, _| Some(host(term)?.to_uppercase()));
    classes.text("host/final-dot", |term, _| Some(format!("{}.", host(term)?)));
    classes.text("host/port", |term, _| Some(format!("{}:8443", host(term)?)));
    classes.text("host/url", |term, _| Some(format!("https://{}/login?next=%2F", host(term)?)));
    classes.text("host/url-login", |term, _| Some(format!("sftp://deploy:x@{}/srv", host(term)?)));
    classes.text("host/sub-domain", |term, rng| {
        Some(format!("{}.{}", rng.text(&["www", "cdn", "vpn", "_dmarc", "*"]), host(term)?))
    });
    classes.text("host/mail", |term, _| Some(format!("root@{}", host(term)?)));
    classes.text("host/unc", |term, _| Some(format!("\\\\{}\\c$\\windows", host(term)?)));
    classes.text("host/first-label", |term, rng| {
        Some(format!("{}{}", rng.text(&["host ", "ssh ", "server ", ""]), first_label(term)?))
    });
    classes.text("host/first-label-upper", |term, _| Some(first_label(term)?.to_uppercase()));
    classes.text("host/netbios", |term, _| Some(format!("CORP\\{}$", first_label(term)?.to_uppercase())));
    classes.text("host/reversed", |term, _| Some(host(term)?.split('.').rev().collect::<Vec<_>>().join(".")));
    classes.text("host/distinguished", |term, _| {
        let labels: Vec<String> = host(term)?
            .split('.')
            .enumerate()
            .map(|(at, label)| format!("{}={label}", if at == 0 { "CN" } else { "DC" }))
            .collect();
        Some(labels.join(","))
    });
    classes.text("host/wire", |term, _| {
        let labels =
            host(term).filter(|text| text.is_ascii())?.split('.').map(|label| format!("({}){label}", label.len()));
        Some(format!("{}(0)", labels.collect::<String>()))
    });
    classes.text("host/punycode", |term, _| idna::domain_to_ascii(host(term)?).ok().filter(|text| text != term.text()));
    classes.text("host/punycode-upper", |term, _| {
        idna::domain_to_ascii(host(term)?).ok().map(|text| text.to_uppercase()).filter(|text| text.contains("XN--"))
    });
    classes.text("host/ideographic-stops", |term, _| Some(host(term)?.replace('.', "。")));
    classes.text("host/underscores", |term, _| Some(host(term)?.replace(['.', '-'], "_")));
    classes.text("host/certificate", |term, _| Some(format!("DNS:{}, DNS:localhost", host(term)?)));
    classes.text("host/zone-file", |term, _| Some(format!("{}.\t300\tIN\tA\t192.0.2.250", host(term)?)));
    classes.add("host/pattern-or", |term, _| {
        Some(Written::Pattern(format!("[domain-name:value = 'x.example' OR domain-name:value = '{}']", host(term)?)))
    });
}

fn mail(term: &Term) -> Option<(&str, &str)> {
    term.text().split_once('@').filter(|_| term.kind() == "email")
}

fn add_mails(classes: &mut Classes) {
    classes.text("mail/upper", |term, _| mail(term).map(|_| term.text().to_uppercase()));
    classes.text("mail/tag", |term, rng| {
        mail(term).map(|(local, domain)| format!("{local}+{}@{domain}", rng.text(&["news", "2024", "bank", "x"])))
    });
    classes.text("mail/link", |term, _| mail(term).map(|_| format!("mailto:{}?subject=hi", term.text())));
    classes.text("mail/brackets", |term, _| mail(term).map(|_| format!("\"Desk\" <{}>", term.text())));
    classes.text("mail/sub-domain", |term, _| mail(term).map(|(local, domain)| format!("{local}@mx.{domain}")));
    classes.text("mail/other-domain", |term, rng| {
        mail(term).map(|(local, _)| format!("{local}@{}", rng.text(&["webmail.test", "post.example", "inbox.invalid"])))
    });
    classes.text("mail/at-words", |term, rng| {
        mail(term).map(|(local, domain)| {
            format!(
                "{local}{}{}",
                rng.text(&[" (at) ", "(at)", " AT ", " [at] ", "_at_", " ät "]),
                domain.replace('.', rng.text(&[".", " dot ", " (dot) ", " punkt "]))
            )
        })
    });
    classes.text("mail/spaced", |term, _| mail(term).map(|(local, domain)| format!("{local} @ {domain}")));
    classes.text("mail/wide-at", |term, _| mail(term).map(|(local, domain)| format!("{local}＠{domain}")));
    classes.text("mail/percent-at", |term, _| mail(term).map(|(local, domain)| format!("user={local}%40{domain}")));
    classes.text("mail/local-alone", |term, _| {
        mail(term).filter(|(local, _)| local.len() >= 9).map(|(local, _)| format!("account {local}"))
    });
    classes.text("mail/bounce", |term, _| {
        mail(term).map(|(local, domain)| format!("bounce+{local}={domain}@list.example"))
    });
    classes.text("mail/external", |term, _| {
        mail(term).map(|(local, domain)| format!("{local}_{domain}#EXT#@tenant.example"))
    });
    classes.text("mail/no-dots", |term, _| {
        mail(term)
            .filter(|(local, _)| local.contains('.'))
            .map(|(local, domain)| format!("{}@{domain}", local.replace('.', "")))
    });
    classes.text("mail/zone-file", |term, _| {
        mail(term)
            .filter(|(local, _)| !local.contains('.'))
            .map(|(local, domain)| format!("SOA ns.example. {local}.{domain}. 7"))
    });
}

pub(super) fn add(classes: &mut Classes) {
    for (name, write) in FOUR {
        classes.text(format!("ip/{name}"), move |term, rng| Some(write(four(term)?, rng)));
    }
    for (name, write) in SIX {
        classes.text(format!("ipv6/{name}"), move |term, _| Some(write(six(term)?)).filter(|text| text != term.text()));
    }
    classes.add("ip/number", |term, _| Some(Written::Number(u32::from(four(term)?).to_string())));
    classes
        .add("ip/octets-list", |term, _| Some(Written::List(four(term)?.octets().iter().map(u8::to_string).collect())));
    classes.add("ip/pattern-cidr", |term, _| {
        Some(Written::Pattern(format!("[ipv4-addr:value ISSUBSET '{}/32']", four(term)?)))
    });
    classes.add("ip/pattern-regex", |term, _| {
        let text = four(term)?.to_string().replace('.', "\\\\.");
        Some(Written::Pattern(format!("[url:value MATCHES '^http://{text}/']")))
    });
    classes.add("ip/observable-cidr", |term, _| {
        let ip: IpAddr = term.text().parse().ok()?;
        Some(match ip {
            IpAddr::V4(ip) => Written::Observable("ipv4-addr", format!("{ip}/32")),
            IpAddr::V6(ip) => Written::Observable("ipv6-addr", format!("{ip}/128")),
        })
    });
    add_hosts(classes);
    add_mails(classes);
}
