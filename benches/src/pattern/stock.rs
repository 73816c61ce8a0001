//! Fictional patterns and observations, the same for the same seed.

/// A generator of numbers.
pub struct Numbers(u64);

impl Numbers {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Returns the value of the numbered indicator, and the path that it is looked for on.
fn value(number: u64) -> (&'static str, String) {
    let mixed = Numbers::new(number).next();
    let octet = |shift: u32| mixed >> shift & 0xff;
    match number % 10 {
        0..=3 => ("ipv4-addr:value", format!("{}.{}.{}.{}", 11 + octet(0) % 200, octet(8), octet(16), octet(24))),
        4..=6 => ("domain-name:value", format!("h{:x}.fictional-{}.example", mixed & 0xffff_ffff, octet(40))),
        7 => ("file:hashes.MD5", format!("{mixed:016x}{:016x}", mixed.rotate_left(17))),
        8 => ("file:hashes.'SHA-256'", format!("{mixed:016x}{mixed:016x}{:016x}{mixed:016x}", mixed.rotate_left(9))),
        _ => ("url:value", format!("https://h{:x}.example/a/{:x}", mixed & 0xff_ffff, mixed >> 24 & 0xffff_ffff)),
    }
}

/// Returns the numbered indicator's pattern: one value, as most indicators are; one in fifty joins two.
pub fn indicator(number: u64) -> String {
    let (path, one) = value(number);
    match number % 50 {
        49 => {
            let (other_path, other) = value(number + 7_000_000);
            format!("[{path} = '{one}' OR {other_path} = '{other}']")
        }
        _ => format!("[{path} = '{one}']"),
    }
}

/// Returns a pattern with LIKE or MATCHES of which every match contains nothing in particular.
pub fn textless(number: u64) -> String {
    let mixed = Numbers::new(number ^ 0x1e55).next();
    let letter = |shift: u32| char::from(b'g' + (mixed >> shift) as u8 % 20);
    let (one, two, three) = (letter(0), letter(8), letter(16));
    match number % 3 {
        0 => format!("[domain-name:value LIKE '{one}_{two}%{three}']"),
        1 => format!("[domain-name:value MATCHES '^[{one}{two}][0-9a-f]{{{}}}[{three}-z]']", 4 + number % 12),
        _ => format!("[domain-name:value MATCHES '{one}[0-9]{{{}}}[{two}{three}]']", 2 + number % 5),
    }
}

/// Returns a pattern with LIKE or MATCHES.
pub fn textual(number: u64) -> String {
    let mixed = Numbers::new(number ^ 0x7e47).next();
    let word = format!("{:x}", mixed & 0xfff_ffff);
    match number % 4 {
        0 => format!("[domain-name:value LIKE '%{word}.example']"),
        1 => format!("[url:value LIKE 'https://{word}%/admin/%']"),
        2 => format!("[domain-name:value MATCHES '^(www\\\\.)?{word}\\\\.(com|net|example)$']"),
        _ => format!("[url:value MATCHES '(?i)/{word}/[a-z0-9]{{4,8}}\\\\.php']"),
    }
}

/// Returns a pattern that needs several things: the kinds in turn.
pub fn compound(number: u64) -> String {
    let (one_path, one) = value(number);
    let (other_path, other) = value(number + 1);
    match number % 5 {
        0 => format!("[{one_path} = '{one}'] AND [{other_path} = '{other}']"),
        1 => format!("[{one_path} = '{one}'] FOLLOWEDBY [{other_path} = '{other}'] WITHIN 600 SECONDS"),
        2 => format!("[{one_path} = '{one}' OR {one_path} LIKE '%{}%']", other.replace(['%', '_'], "")),
        3 => format!("[{one_path} = '{one}'] REPEATS 2 TIMES WITHIN 60 SECONDS"),
        _ => format!("[ipv4-addr:value ISSUBSET '{}.{}.0.0/16']", 11 + number % 200, number % 256),
    }
}

/// Returns an observed-data as a JSON line: an address, a name, a file with two hashes. One in a thousand has an indicator's
/// value.
pub fn observation(number: u64, indicators: u64) -> String {
    let mut numbers = Numbers::new(number.wrapping_mul(0x1234_5678_9abc_def1) ^ 0x0b5e);
    let mixed = numbers.next();
    let octet = |shift: u32| mixed >> shift & 0xff;
    let known = number.is_multiple_of(1_000).then(|| value(mixed % indicators / 10 * 10).1);
    let address = known.unwrap_or_else(|| format!("{}.{}.{}.{}", 11 + octet(0) % 200, octet(8), octet(16), octet(24)));
    let (minute, second) = (octet(32) % 60, octet(40) % 60);
    format!(
        "{{\"type\":\"observed-data\",\"spec_version\":\"2.1\",\"id\":\"observed-data--{:08x}-0000-4000-8000-{:012x}\",\
         \"first_observed\":\"2026-03-01T10:{minute:02}:{second:02}Z\",\"last_observed\":\"2026-03-01T10:{minute:02}:{second:02}Z\",\
         \"number_observed\":1,\"objects\":{{\"0\":{{\"type\":\"ipv4-addr\",\"value\":\"{address}\"}},\
         \"1\":{{\"type\":\"domain-name\",\"value\":\"h{:x}.some-{}.example\"}},\
         \"2\":{{\"type\":\"file\",\"name\":\"a{:x}.exe\",\"hashes\":{{\"MD5\":\"{mixed:016x}{mixed:016x}\"}}}}}}}}",
        mixed & 0xffff_ffff,
        number,
        mixed >> 32,
        octet(48),
        mixed & 0xffff
    )
}
