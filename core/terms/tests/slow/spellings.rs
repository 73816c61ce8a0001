//! The spellings of a term that can be written out, each with the name of its class.

use crate::world::Sample;

type Spellings = Vec<(String, &'static str)>;

/// Every spelling of a term.
pub fn of(term: &Sample) -> Spellings {
    let mut all = match term {
        Sample::Person { given, surname } => person(given, surname),
        Sample::Cryptonym(name) => cryptonym(name),
        Sample::Phone { country, national } => phone(country, national),
        Sample::Ip(bytes) => ip(*bytes),
        Sample::Date { year, month, day } => date(*year, *month, *day),
        Sample::Email { local, domain } => email(local, domain),
        Sample::Case { letters, year, number } => case(letters, *year, *number),
    };
    all.push((term.text(), "as registered"));
    all
}

fn person(given: &str, surname: &str) -> Spellings {
    let initial = given.chars().next().unwrap_or(' ');
    let (small_given, small_surname) = (given.to_lowercase(), surname.to_lowercase());
    let capitals = surname.to_uppercase();
    let mut all = vec![
        (format!("{surname} {given}"), "surname first"),
        (format!("{surname}, {given}"), "comma"),
        (format!("{capitals} {given}"), "capitals"),
        (format!("{given} {capitals}"), "capitals"),
        (format!("{capitals}, {given}"), "capitals"),
        (format!("{small_given} {small_surname}"), "small"),
        (format!("{} {capitals}", given.to_uppercase()), "capitals"),
        (format!("{initial}. {surname}"), "initial"),
        (format!("{initial} {surname}"), "initial"),
        (format!("{surname} {initial}."), "initial"),
        (format!("{surname}, {initial}."), "initial"),
        (format!("{initial}. {capitals}"), "initial"),
        (format!("{given} M. {surname}"), "middle initial"),
        (format!("{given} von {surname}"), "word between"),
        (format!("{given}{surname}"), "joined"),
        (format!("{small_given}{small_surname}"), "joined"),
        (format!("{small_surname}{small_given}"), "joined"),
    ];
    for sign in [".", "_", "-"] {
        all.push((format!("{small_given}{sign}{small_surname}"), "handle"));
        all.push((format!("{small_surname}{sign}{small_given}"), "handle"));
        all.push((format!("{}{sign}{small_surname}", initial.to_ascii_lowercase()), "handle of an initial"));
    }
    if small_surname.len() >= 5 {
        all.push((format!("{}{small_surname}", initial.to_ascii_lowercase()), "initial joined"));
        all.push((format!("{small_surname}{}", initial.to_ascii_lowercase()), "initial joined"));
    }
    all
}

fn cryptonym(name: &str) -> Spellings {
    let letters: Vec<String> = name.chars().map(String::from).collect();
    let mut all =
        vec![(name.to_uppercase(), "capitals"), (name.to_lowercase(), "small"), (format!("{name}'s"), "genitive")];
    for sign in [" ", "-", ".", "_"] {
        all.push((letters.join(sign), "letters apart"));
    }
    all
}

fn phone(country: &str, national: &str) -> Spellings {
    let mut all = Vec::new();
    for size in [2, 3, 4] {
        for sign in [" ", "-", "."] {
            let groups: Vec<String> =
                national.as_bytes().chunks(size).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
            let grouped = groups.join(sign);
            all.push((format!("+{country}{sign}{grouped}"), "international"));
            all.push((format!("00{country}{sign}{grouped}"), "international"));
            all.push((format!("+{country} (0) {grouped}"), "trunk prefix in brackets"));
            all.push((grouped, "national"));
        }
    }
    all.push((format!("+{country}{national}"), "international"));
    all.push((format!("00{country}{national}"), "international"));
    all.push((national.to_owned(), "national"));
    all
}

fn ip([a, b, c, d]: [u8; 4]) -> Spellings {
    let number = u32::from_be_bytes([a, b, c, d]);
    vec![
        (format!("{a:03}.{b:03}.{c:03}.{d:03}"), "padded"),
        (format!("{a}[.]{b}[.]{c}[.]{d}"), "defanged"),
        (format!("{a}.{b}.{c}[.]{d}"), "defanged"),
        (format!("{a} . {b} . {c} . {d}"), "blanks"),
        (format!("0x{a:02x}.0x{b:02x}.0x{c:02x}.0x{d:02x}"), "hexadecimal"),
        (format!("0x{number:08x}"), "hexadecimal"),
        (format!("0x{number:08X}"), "hexadecimal"),
        (format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"), "octal"),
        (format!("{d}.{c}.{b}.{a}.in-addr.arpa"), "arpa"),
        (format!("::ffff:{a}.{b}.{c}.{d}"), "mapped"),
        (format!("{a}.{b}.{c}.{d}:8080"), "port"),
        (format!("{a}.{b}.{c}.{d}/32"), "range"),
        (format!("http://{a}.{b}.{c}.{d}/x"), "link"),
        (format!("{a}-{b}-{c}-{d}"), "hyphens"),
    ]
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn date(year: u16, month: u8, day: u8) -> Spellings {
    let name = MONTHS.get(usize::from(month) - 1).copied().unwrap_or_default();
    let short = name.get(..3).unwrap_or_default();
    vec![
        (format!("{day:02}.{month:02}.{year}"), "day first"),
        (format!("{day}.{month}.{year}"), "day first"),
        (format!("{day:02}/{month:02}/{year}"), "day first"),
        (format!("{month:02}/{day:02}/{year}"), "month first"),
        (format!("{year}/{month:02}/{day:02}"), "year first"),
        (format!("{year}.{month:02}.{day:02}"), "year first"),
        (format!("{year}{month:02}{day:02}"), "no signs"),
        (format!("{day} {name} {year}"), "words"),
        (format!("{name} {day}, {year}"), "words"),
        (format!("{day} {short} {year}"), "words"),
        (format!("{day} {} {year}", short.to_uppercase()), "words"),
        (format!("{year}-{month:02}-{day:02}T09:30:00Z"), "time"),
    ]
}

fn email(local: &str, domain: &str) -> Spellings {
    let defanged = domain.replace('.', "[.]");
    let spelled = domain.replace('.', " dot ");
    vec![
        (format!("{}@{}", local.to_uppercase(), domain.to_uppercase()), "capitals"),
        (format!("{local}+list@{domain}"), "tag"),
        (format!("{local}[at]{domain}"), "at"),
        (format!("{local} (at) {domain}"), "at"),
        (format!("{local}@{defanged}"), "defanged"),
        (format!("{local} at {spelled}"), "spoken"),
        (format!("mailto:{local}@{domain}"), "link"),
        (format!("<{local}@{domain}>"), "brackets"),
        (format!("{local}%40{domain}"), "percent"),
        (format!("{local}@post.example"), "another domain"),
    ]
}

fn case(letters: &str, year: u16, number: u16) -> Spellings {
    let mut all = Vec::new();
    for first in ["-", " ", "/", ""] {
        for second in ["/", "-", " ", "_"] {
            all.push((format!("{letters}{first}{year}{second}{number:04}"), "other signs"));
            all.push((format!("{letters}{first}{year}{second}{number}"), "no zeros"));
        }
    }
    all.push((format!("{}-{year}/{number:04}", letters.to_lowercase()), "small"));
    all.push((format!("No. {letters}-{year}/{number:04}"), "words before"));
    all
}
