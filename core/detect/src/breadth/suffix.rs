//! Names under which everybody may register: top-level domains, and the general names that registries of countries keep below theirs.
//!
//! Guarantees: no name that one party holds is called a suffix: a general name counts below the countries that keep it, so that `web.de` is
//! a name like others. Does not know: special names that single registries keep, such as those of regions, nor hosts of many customers.

use crate::warning::top_level_domains;

/// General second-level names, each with the countries whose registries keep it (Public Suffix List, ICANN section).
const GENERAL: [(&str, &str); 24] = [
    (
        "ac",
        "ae at be ci cn cr cy fj gn id il im in ir jp ke kr lk ls ma me mu mw mz ni nz pa pr rs rw se sz th \
         tj tz ug uk vn za zm zw",
    ),
    (
        "co",
        "ae ag am ao at bb bi bj bw ci cl cm cr gg gl gy hu id il im in ir it je jp ke kr lc ls ma me mg mu \
         mw mz na ni nz om pn pw rs rw st sz th tj tm tt tz ug uk us uz ve vi za zm zw",
    ),
    (
        "com",
        "ac af ag ai al am ar au aw az ba bb bh bi bj bm bn bo br bs bt by bz ci cm cn co cu cv cw cy dm do \
         dz ec ee eg es et fj fm fr ge gh gi gl gn gp gr gt gu gy hk hn hr ht im in io iq is jo kg ki km kp \
         kw ky kz la lb lc lk lr lv ly mg mk ml mo ms mt mu mv mw mx my na nf ng ni nr om pa pe pf ph pk pl \
         pr ps pt py qa re ro sa sb sc sd sg sh sl sn so ss st sv sy tj tm tn to tr tt tw ua ug uy uz vc ve \
         vi vn vu ws ye zm",
    ),
    (
        "edu",
        "ac af al ar au az ba bb bh bi bj bm bn bo br bs bt bz ci cn co cu cv cw dm do dz ec ee eg es et fm \
         gd ge gh gi gl gn gp gr gt gu gy hk hn ht in iq is it jo kg ki km kn kp kw ky kz la lb lc lk lr ls \
         lv ly me mg mk ml mn mo ms mt mv mw mx my mz ng ni nr om pa pe pf ph pk pl pn pr ps pt py qa rs sa \
         sb sc sd sg sl sn so ss st sv sy tj tm to tr tt tw ua uy vc ve vn vu ws ye za zm",
    ),
    ("firm", "co ht in nf ro ve"),
    ("gen", "in nz tr"),
    ("go", "ci cr id it jp ke kr pw th tj tz ug"),
    ("gob", "ar bo cl do ec es gt hn mx ni pa pe pk sv ve"),
    ("gouv", "ci fr ht km ml sn"),
    (
        "gov",
        "ac ae af al ar as au az ba bb bf bh bm bn br bs bt by bz cd cl cm cn co cu cx cy dm do dz ec ee eg \
         et fj gd ge gh gi gn gr gu gy hk ie il in iq ir is it jo kg ki km kn kp kw kz la lb lc lk lr ls lt \
         lv ly ma me mg mk ml mn mo mr ms mu mv mw my mz ng nr om ph pk pl pn pr ps pt py qa rs rw sa sb sc \
         sd sg sh sl so ss sx sy tj tl tm tn to tr tt tw ua uk vc ve vn ws ye za zm zw",
    ),
    ("govt", "nz"),
    ("ind", "br gt in kw tn"),
    (
        "info",
        "au az bb bj bo co ec et fj gu ht hu in ke ki la ls mv na nf ni nr pk pl pr ro sd tn tr tt tz ve vn \
         zm",
    ),
    ("ltd", "cy gi lk uk"),
    ("me", "in it ke so ss tz uk us"),
    (
        "mil",
        "ac ae al ar az ba bo br by cl cn co cy do ec eg fj ge gh gt hn id in iq jo kg km kr kz lv mg mv my \
         mz ng ni no nz pe ph pl py qa rw sh st sy tj tm to tr tw tz uy vc ve ye za zm zw",
    ),
    ("ne", "jp ke kr pw tz ug us"),
    (
        "net",
        "ac ae af ag ai al am ar au az ba bb bh bj bm bn bo br bs bt bz ci cm cn co cu cw cy dm do dz ec eg \
         et fj fm ge gg gl gn gp gr gt gu gy hk hn ht id il im in iq ir is je jo kg ki kn kw ky kz la lb lc \
         lk lr ls lv ly ma me mk ml mo ms mt mu mv mw mx my mz nf ng ni nr nz om pa pe ph pk pl pn pr ps pt \
         py qa rw sa sb sc sd sg sh sl so ss st sy th tj tm tn to tr tt tw ua uk uy uz vc ve vi vn vu ws ye \
         za zm",
    ),
    ("nom", "ad ag co es fr km mg nc ni pa pe pl re ro tm ve za"),
    ("or", "at bi ci cr id it jp ke kr mu na pw th tz ug us"),
    (
        "org",
        "ac ae af ag ai al am ar au az ba bb bh bi bj bm bn bo br bs bt bw bz ci cn co cu cv cw cy dm do dz \
         ec ee eg es et fj fm ge gg gh gi gl gn gp gr gt gu gy hk hn ht hu il im in iq ir is je jo kg ki km \
         kn kp kw ky kz la lb lc lk lr ls lv ly ma me mg mk ml mn mo ms mt mu mv mw mx my mz na ng ni nr nz \
         om pa pe pf ph pk pl pn pr ps pt py qa ro rs rw sa sb sc sd se sg sh sl sn so ss st sv sy sz tj tm \
         tn to tr tt tw ua ug uk uy uz vc ve vi vn vu ws ye za zm zw",
    ),
    ("plc", "ly uk"),
    ("sch", "ae id ir jo lk ly ng qa sa ss zm"),
    ("web", "bo co do gu id lk nf ni pk tj tr ve za"),
];
/// Countries that keep every name directly below theirs (the same list: `*.bd` and its like).
const ALL: [&str; 9] = ["bd", "ck", "er", "fk", "jm", "kh", "mm", "np", "pg"];

/// Tells whether a name is a top-level domain, or a general name below that of a country.
pub(super) fn is_public_suffix(name: &str) -> bool {
    let name = name.trim().trim_matches('.').to_ascii_lowercase();
    let Some((general, country)) = name.rsplit_once('.') else { return top_level_domains().contains(name.as_str()) };
    if ALL.contains(&country) {
        return !general.contains('.');
    }
    let keeps = |countries: &str| countries.split(' ').any(|one| one == country);
    GENERAL.iter().any(|(known, countries)| *known == general && keeps(countries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_general_name_counts_where_it_is_kept() {
        for name in ["com", "co.uk", "Com.BR.", ".web.za", "gov.au", "org.pl", "com.bd", "web.id"] {
            assert!(is_public_suffix(name), "{name}");
        }
        for name in
            ["web.de", "com.de", "co.de", "info.fr", "me.com", "net.nl", "quay.co.uk", "a.com.bd", "quay.example"]
        {
            assert!(!is_public_suffix(name), "{name}");
        }
        for (general, countries) in GENERAL {
            assert!(countries.split(' ').all(|country| top_level_domains().contains(country)), "{general}");
        }
        assert!(ALL.iter().all(|country| top_level_domains().contains(*country)));
    }
}
