//! What the one who connects to a gate reaches (security.md §5 I, cases 173 to 184).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "test"
)]

mod common;

use comity_link::exchange::{EXCHANGE_PATH, EXCHANGE_TYPE, ExchangeRequest, ExchangeResponse};
use common::{Organisation, Tls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{SupportedKxGroup, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

/// A caller that trusts the one who answers.
#[derive(Debug)]
struct AnyServer;

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

struct Caller<'a> {
    port: u16,
    tls: Option<&'a Tls>,
    groups: Vec<&'static dyn SupportedKxGroup>,
    alpn: &'static [u8],
}

impl<'a> Caller<'a> {
    fn new(port: u16, tls: &'a Tls) -> Self {
        Self { port, tls: Some(tls), groups: vec![aws_lc_rs::kx_group::X25519MLKEM768], alpn: b"http/1.1" }
    }

    fn connect(&self) -> StreamOwned<ClientConnection, TcpStream> {
        let mut provider = aws_lc_rs::default_provider();
        provider.kx_groups = self.groups.clone();
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyServer));
        let mut config = match self.tls {
            Some(tls) => builder
                .with_client_auth_cert(
                    vec![CertificateDer::from(tls.certificate.clone())],
                    PrivatePkcs8KeyDer::from(tls.key.clone()).into(),
                )
                .unwrap(),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![self.alpn.to_vec()];
        let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("x.invalid").unwrap()).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        StreamOwned::new(connection, stream)
    }

    /// Sends a request and returns the whole answer; none where the connection ends without one.
    fn ask(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut stream = self.connect();
        stream.write_all(request).ok()?;
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => answer.extend_from_slice(&chunk[..count]),
                Err(_) => break,
            }
        }
        (!answer.is_empty()).then_some(answer)
    }
}

fn request(method: &str, path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {content_type}\r\n\
         content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn status(answer: &[u8]) -> u16 {
    std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap()
}

fn body(answer: &[u8]) -> &[u8] {
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    &answer[at + 4..]
}

fn idle(origin: &str) -> ExchangeRequest {
    ExchangeRequest { origin: origin.to_owned(), from_seq: 0, entries: Vec::new(), checkpoint: None, cosignature: None }
}

#[test]
fn strangers_do_not_get_past_the_handshake() {
    let (vsis, kps) = (Organisation::new("vsis", 1), Organisation::new("kps", 2));
    let mut expired = vsis.peer(&kps);
    let old = Organisation::new("old", 3);
    expired.code = old.code.clone();
    expired.spki_pin = old.tls.pin;
    expired.pin_not_after = 1_700_000_000;
    expired.endpoints = Vec::new();
    let mut gate = vsis.start(vec![vsis.peer(&kps), expired]);
    gate.ready();
    let post = request("POST", EXCHANGE_PATH, EXCHANGE_TYPE, &idle(&kps.origin_to(&vsis)).encode().unwrap());

    let unknown = Tls::new();
    let classical: Vec<&'static dyn SupportedKxGroup> =
        vec![aws_lc_rs::kx_group::X25519, aws_lc_rs::kx_group::SECP256R1];
    let known = || Caller::new(vsis.port, &kps.tls);
    let callers = [
        ("no key", Caller { tls: None, ..known() }),
        ("unknown key", Caller { tls: Some(&unknown), ..known() }),
        ("key past its end date", Caller { tls: Some(&old.tls), ..known() }),
        ("classical groups only", Caller { groups: classical, ..known() }),
        ("another application protocol", Caller { alpn: b"h2", ..known() }),
    ];
    for (who, caller) in callers {
        assert_eq!(caller.ask(&post), None, "{who}");
    }
    assert_eq!(status(&known().ask(&post).unwrap()), 200, "the partner gets through");
    gate.stop();
}

#[test]
fn tls_1_2_is_refused() {
    let (vsis, kps) = (Organisation::new("vsis", 1), Organisation::new("kps", 2));
    let mut gate = vsis.start(vec![vsis.peer(&kps)]);
    gate.ready();
    let mut hello = vec![0x03, 0x03];
    hello.extend_from_slice(&[7; 32]);
    hello.extend_from_slice(&[0, 0, 4, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0]);
    // Groups: x25519. Signatures: ecdsa_secp256r1_sha256, ed25519. No supported_versions: TLS 1.2 at most.
    let extensions = [0, 10, 0, 4, 0, 2, 0, 29, 0, 13, 0, 6, 0, 4, 4, 3, 8, 7];
    hello.extend_from_slice(&[0, extensions.len() as u8]);
    hello.extend_from_slice(&extensions);
    let mut record = vec![22, 3, 1, 0, hello.len() as u8 + 4, 1, 0, 0, hello.len() as u8];
    record.extend_from_slice(&hello);
    let mut stream = TcpStream::connect(("127.0.0.1", vsis.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(&record).unwrap();
    let mut alert = [0; 7];
    stream.read_exact(&mut alert).unwrap();
    assert_eq!((alert[0], alert[5], alert[6]), (21, 2, 70), "a fatal alert: protocol version");
    gate.stop();
}

#[test]
fn a_partner_reaches_the_exchange_and_nothing_else() {
    let (mut kps, vsis) = (Organisation::new("kps", 2), Organisation::new("vsis", 1));
    kps.seal(&vsis);
    let mut gate = vsis.start(vec![vsis.peer(&kps)]);
    gate.ready();
    let caller = Caller::new(vsis.port, &kps.tls);
    let good = idle(&kps.origin_to(&vsis));
    let bytes = good.encode().unwrap();
    let check = |what: &str, request: Vec<u8>, wanted: u16| {
        let answer = caller.ask(&request).unwrap_or_else(|| panic!("{what}: no answer"));
        assert_eq!(status(&answer), wanted, "{what}");
        if wanted != 200 && wanted != 409 {
            assert_eq!(body(&answer), b"", "{what}");
        }
        answer
    };
    for (what, method, path, content_type) in [
        ("a method", "GET", EXCHANGE_PATH, EXCHANGE_TYPE),
        ("a path", "POST", "/", EXCHANGE_TYPE),
        ("a longer path", "POST", "/link/v1/exchange/", EXCHANGE_TYPE),
        ("a query", "POST", "/link/v1/exchange?a=b", EXCHANGE_TYPE),
        ("an encoded path", "POST", "/link/v1/%65xchange", EXCHANGE_TYPE),
        ("a content type", "POST", EXCHANGE_PATH, "application/octet-stream"),
        ("a parameter", "POST", EXCHANGE_PATH, "application/vnd.comity.exchange; charset=utf-8"),
    ] {
        check(what, request(method, path, content_type, &bytes), 404);
    }
    // Heads with more than one reading do not reach the exchange, even from a partner (cases 141 to 148 and 151).
    let start = format!("POST {EXCHANGE_PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: {EXCHANGE_TYPE}\r\n");
    let many = "a: b\r\n".repeat(65);
    for (what, head) in [
        ("a bare line feed", start.replace("\r\n", "\n") + "content-length: 0\n\n"),
        ("a folded field", format!("{start}a: b\r\n c\r\ncontent-length: 0\r\n\r\n")),
        ("a space before a colon", format!("{start}a : b\r\ncontent-length: 0\r\n\r\n")),
        ("a NUL", format!("{start}a: \0\r\ncontent-length: 0\r\n\r\n")),
        ("two lengths", format!("{start}content-length: 0\r\ncontent-length: 0\r\n\r\n")),
        ("a length with a sign", format!("{start}content-length: +0\r\n\r\n")),
        ("length and coding", format!("{start}content-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")),
        ("a coding", format!("{start}transfer-encoding: chunked\r\n\r\n0\r\n\r\n")),
        ("two hosts", format!("{start}host: x\r\ncontent-length: 0\r\n\r\n")),
        ("too many fields", format!("{start}{many}content-length: 0\r\n\r\n")),
        ("another version", start.replace("HTTP/1.1", "HTTP/1.0") + "content-length: 0\r\n\r\n"),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
    ] {
        check(what, head.into_bytes(), 404);
    }
    let post = |body: &[u8]| request("POST", EXCHANGE_PATH, EXCHANGE_TYPE, body);
    let mut newer = bytes.clone();
    newer[0] = 2;
    for (what, body) in [
        ("nothing", &b""[..]),
        ("cut off", &bytes[..bytes.len() - 1]),
        ("trailing bytes", &[&bytes[..], b"x"].concat()),
        ("a newer version", &newer),
        ("not an exchange", &[0xff; 200]),
    ] {
        check(what, post(body), 400);
    }
    let too_long = b"POST /link/v1/exchange HTTP/1.1\r\nhost: x\r\ncontent-type: application/vnd.comity.exchange\r\n\
                     connection: close\r\ncontent-length: 99999999\r\n\r\n";
    check("20 MiB and more", too_long.to_vec(), 413);
    let other = idle(&vsis.origin_to(&kps));
    check("another log", post(&other.encode().unwrap()), 403);
    let envelope = kps.entries[0].outgoing.envelope().to_vec();
    let gap = ExchangeRequest { from_seq: 5, entries: vec![envelope.clone()], ..good.clone() };
    let answer = check("a gap", post(&gap.encode().unwrap()), 409);
    assert_eq!(ExchangeResponse::decode(body(&answer)).unwrap().next_seq, 0);
    let first = ExchangeRequest { entries: vec![envelope], ..good };
    for _ in 0..2 {
        // A repetition changes nothing.
        let answer = check("the first entry", post(&first.encode().unwrap()), 200);
        assert_eq!(ExchangeResponse::decode(body(&answer)).unwrap().next_seq, 1);
    }
    gate.stop();
}
