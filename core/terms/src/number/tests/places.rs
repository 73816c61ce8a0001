//! Mail addresses, hosts, streets.
//!
//! Guarantees: invented names only. Does not know: numbers.

use super::{check, classes};
use crate::TermKind;

#[test]
fn mail_addresses() {
    check(
        TermKind::Email,
        "jana.kormoran@example.org",
        &[
            "jana.kormoran@example.org",
            "Jana.Kormoran@EXAMPLE.ORG",
            "janakormoran@example.org",
            "j.anakormoran+list@example.org",
            "jana.kormoran+a.b@example.org",
            "jana.kormoran(at)example.org",
            "jana.kormoran [at] example [dot] org",
            "jana.kormoran at example dot org",
            "jana.kormoran at mail dot example dot org",
            "jana[.]kormoran@example[.]org",
            "jana.kormoran%40example.org",
            "mailto:jana.kormoran@example.org",
            "<jana.kormoran@example.org>",
            "jana.kormoran@example.org.",
            "jana.kormoran@example.net",
            "jana.kormoran @ example.org",
            "ｊａｎａ.kormoran@example.org",
            "jana(dot)kormoran(at)example(dot)org",
            "\"Jana\" <jana.kormoran@mail.example.org>",
            "a@b.example, jana.kormoran@example.org",
        ],
        &[
            "jan.kormoran@example.org",
            "kormoran@example.org",
            "xjana.kormoran@example.org",
            "jana-kormoran@example.org",
            "jana.kormoran",
            "jana.kormoran at home",
            "@example.org",
        ],
    );
    check(
        TermKind::Email,
        "info@example.org",
        &["info@example.org", "INFO(at)example.org"],
        &["info@example.net", "info at example", "info@example.org-x.example"],
    );
    check(
        TermKind::Email,
        "lena+a@bücher.example",
        &["lena@bücher.example", "lena+b@xn--bcher-kva.example"],
        &["lena@buch.example"],
    );
    let other = classes(TermKind::Email, "jana.kormoran@example.org", "to jana.kormoran@mail.example");
    assert_eq!(other[0].1, "email/other-domain");
}

#[test]
fn hosts() {
    check(
        TermKind::Host,
        "srv-kormoran.example.com",
        &[
            "srv-kormoran.example.com",
            "SRV-Kormoran.Example.COM.",
            "srv-kormoran[.]example[.]com",
            "https://srv-kormoran.example.com:8443/x",
            "a.srv-kormoran.example.com",
            "user@srv-kormoran.example.com",
            "com.example.srv-kormoran",
            "srv-kormoran_example_com",
            "srv-kormoran-example-com",
            "srv-kormoran (dot) example (dot) com",
            "srv-kormoran",
            "srv_kormoran",
            "hxxps://srv-kormoran(.)example(.)com",
        ],
        &["srv-kormorans.example.com", "kormoran.example.com", "example.com", "srv kormoran", "xsrv-kormoran"],
    );
    check(
        TermKind::Host,
        "kormoran.example",
        &["kormoran.example", "a.b.kormoran.example/x", "kormoran", "example.kormoran"],
        &["kormorane", "my-kormoran"],
    );
    check(
        TermKind::Host,
        "www.example.org",
        &["www.example.org", "org.example.www"],
        &["www", "example.org", "www.example.organ"],
    );
    check(
        TermKind::Host,
        "bücher-lager.example",
        &["bücher-lager.example", "xn--bcher-lager-thb.example", "bucher-lager.example"],
        &["lager.example"],
    );
    check(TermKind::Host, "db7.lan", &["db7.lan", "DB7.LAN"], &["db7", "db77.lan", "db7.lan.example"]);
    assert_eq!(classes(TermKind::Host, "srv-kormoran.example.com", "the srv-kormoran is")[0].1, "host/label");
}

#[test]
fn streets() {
    check(
        TermKind::Address,
        "Kormoranstraße 14, 1010 Wien",
        &[
            "Kormoranstraße 14",
            "Kormoranstr. 14",
            "KORMORANSTRASSE 14",
            "Kormoran-Straße 14",
            "Kormoran Str. 14",
            "Kormoranstr 14a",
            "kormoranstrasse",
            "14 Kormoranstraße",
            "Kormoranstraße Nr. 14",
            "in der Kormoranstraße wohnt",
        ],
        &["Kormoran", "Kormoranstraßen", "Kormoranweg 14", "Strasse 14", "Amkormoranstraße 14"],
    );
    check(
        TermKind::Address,
        "Müllergasse 7",
        &["Muellergasse 7", "Mullergasse 7", "Müller G. 7"],
        &["Müller 7", "Mühlgasse 7"],
    );
    check(TermKind::Address, "Muehlwiesengasse 7", &["Mühlwiesengasse 7", "Muehlwiesengasse"], &["Wiesengasse 7"]);
    check(
        TermKind::Address,
        "14 Cormorant Street",
        &["14 Cormorant St.", "Cormorant Street", "cormorant st 14"],
        &["Cormorant Road", "14 Main Street", "cormorant stone"],
    );
    check(
        TermKind::Address,
        "Main Street 14",
        &["Main Street 14", "14 Main St", "Main St., 14"],
        &["Main Street", "Main Street 15", "114 Main Street", "Main Street 14.5", "Main Street 140"],
    );
    check(
        TermKind::Address,
        "14, rue du Cormoran",
        &["14, rue du Cormoran", "14 r. du Cormoran", "rue du cormoran"],
        &["du Cormoran", "14 rue"],
    );
    check(
        TermKind::Address,
        "ул. Бакланова, д. 14",
        &["улица Бакланова", "Бакланова ул.", "на улице Бакланова", "ul. Бакланова"],
        &["Бакланова"],
    );
    check(
        TermKind::Address,
        "Via Cormorano 14",
        &["via Cormorano, 14", "V. Cormorano 14"],
        &["via Roma 14", "Cormorano"],
    );
    check(TermKind::Address, "Kormorán utca 14", &["Kormoran u. 14", "Kormorán utca"], &["Kormorán tér"]);
    check(
        TermKind::Address,
        "Karabatak Caddesi No: 14",
        &["Karabatak Cad. 14", "karabatak caddesi no 14"],
        &["Karabatak Sokak"],
    );
    check(TermKind::Address, "náměstí Kormoránů 14", &["nám. Kormoránů 14"], &["Kormoránů"]);
    check(TermKind::Address, "Am Graben 7", &["Am Graben 7", "7 am graben"], &["am Graben", "Am Graben 70"]);
}
