//! What a caller reaches, byte by byte, over loopback (security.md §5 G, cases 139 to 153).

use crate::served::{Answer, answers};
use comity_edge::{Edge, Hosts, Limits, Transport};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const HOST: &str = "Host: desk.example\r\n";

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

async fn start(limits: Limits, transport: Transport) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let edge = Edge::new(transport, limits, Hosts::new(["desk.example"]));
    let service =
        tower::service_fn(|request| async move { Ok::<_, Infallible>(crate::served::service(request).await) });
    let done = tokio::spawn(edge.serve(listener, service, stopped));
    Running { address, stop, done }
}

impl Running {
    async fn send(&self, bytes: impl AsRef<[u8]>) -> Vec<Answer> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_ref()).await.unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).await.unwrap();
        answers(&received)
    }
}

fn limits() -> Limits {
    Limits { body_bytes_max: 100_000, ..Limits::default() }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
}

#[tokio::test]
async fn what_is_refused_never_reaches_the_service() {
    let running = start(limits(), Transport::Plain).await;
    let long = "a".repeat(9 * 1024);
    let many = "A: b\r\n".repeat(65);
    let filler = format!("A: {}\r\n", "b".repeat(1000)).repeat(17);
    let cases: Vec<(String, u16)> = vec![
        // 139: methods.
        (format!("TRACE / HTTP/1.1\r\n{HOST}\r\n"), 405),
        (format!("FOO / HTTP/1.1\r\n{HOST}\r\n"), 405),
        ("CONNECT desk.example:443 HTTP/1.1\r\n\r\n".into(), 405),
        // 141 and 142: heads and targets that are too long.
        (format!("GET / HTTP/1.1\r\n{HOST}{filler}\r\n"), 431),
        (format!("GET / HTTP/1.1\r\n{HOST}{filler}"), 431),
        (format!("GET / HTTP/1.1\r\n{HOST}{many}\r\n"), 431),
        (format!("GET /{long} HTTP/1.1\r\n{HOST}\r\n"), 414),
        (format!("GET /{}", "a".repeat(20 * 1024)), 414),
        // 146: framing.
        (format!("POST / HTTP/1.1\r\n{HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400),
        (format!("POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 411),
        (format!("POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: xchunked\r\n\r\n"), 411),
        (format!("POST / HTTP/1.1\r\n{HOST}Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"), 400),
        (format!("POST / HTTP/1.1\r\n{HOST}Content-Length: +4\r\n\r\nabcd"), 400),
        (format!("GET / HTTP/1.1\r\n{HOST}A: b\r\n c\r\n\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{HOST}a : b\r\n\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{HOST}a: \0\r\n\r\n"), 400),
        ("GET / HTTP/1.1\nHost: desk.example\n\n".into(), 400),
        (format!("GET / HTTP/1.1\r\n{HOST}\n"), 400),
        (format!("\r\nGET / HTTP/1.1\r\n{HOST}\r\n"), 400),
        // 147: hosts.
        ("GET / HTTP/1.1\r\n\r\n".into(), 400),
        (format!("GET / HTTP/1.1\r\n{HOST}{HOST}\r\n"), 400),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(), 421),
        (format!("GET http://desk.example/ HTTP/1.1\r\n{HOST}\r\n"), 400),
        // 148: paths.
        (get("//"), 400),
        (get("/%2e%2e/x"), 400),
        (get("/%00"), 400),
        (get("/a;b"), 400),
        (get("/a\\b"), 400),
        (get("/%252e"), 400),
        (get("/a/../b"), 400),
        // 150 and 151: HTTP/2 by prior knowledge, and a TLS client hello where there is no TLS.
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), 505),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}".into(), 400),
        (format!("GET / HTTP/1.0\r\n{HOST}\r\n"), 505),
        // 153: no invitation to send what is too long.
        (format!("POST / HTTP/1.1\r\n{HOST}Content-Length: 100001\r\nExpect: 100-continue\r\n\r\n"), 413),
        (format!("POST / HTTP/1.1\r\n{HOST}Content-Length: 1\r\nExpect: 200-ok\r\n\r\n"), 417),
    ];
    for (request, status) in cases {
        let answers = running.send(&request).await;
        let shown = request.escape_debug().to_string();
        let shown = shown.get(..120).unwrap_or(&shown);
        assert_eq!(answers.len(), 1, "{shown}: {answers:?}");
        let answer = &answers[0];
        assert_eq!(answer.status, status, "{shown}: {answer:?}");
        let head = answer.head.to_ascii_lowercase();
        for line in ["connection: close", "cache-control: no-store", "content-type: application/problem+json"] {
            assert!(head.contains(line), "{shown}: {head}");
        }
        assert!(answer.body.contains("\"todo\":"), "{shown}: {answer:?}");
        assert!(answer.body.len() < 400, "{shown}");
    }
}

#[tokio::test]
async fn a_request_reaches_the_service_whole_and_without_forged_headers() {
    let running = start(limits(), Transport::Plain).await;
    let request = format!(
        "POST /a?b=c HTTP/1.1\r\n{HOST}Content-Length: 5\r\nX-Forwarded-For: 10.0.0.1\r\nX-User: mira\r\nForwarded: for=x\r\n\
         Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nAuthorization: Bearer t\r\nConnection: close, upgrade\r\n\r\nhello"
    );
    let answers = running.send(request).await;
    let [answer] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        "POST /a?b=c\nauthorization: Bearer t\nconnection: close, upgrade\ncontent-length: 5\nhost: desk.example\n\
         peer 127.0.0.1 false\nbody 5\n"
    );
}

#[tokio::test]
async fn requests_in_a_row_are_answered_in_their_order_up_to_the_refused_one() {
    let running = start(limits(), Transport::Plain).await;
    let request = format!(
        "GET /1 HTTP/1.1\r\n{HOST}\r\nPOST /2 HTTP/1.1\r\n{HOST}Content-Length: 3\r\n\r\nGETGET /3 HTTP/1.1\r\n{HOST}\r\n\
         GET /4 HTTP/1.1\nHost: desk.example\r\n\r\nGET /5 HTTP/1.1\r\n{HOST}\r\n"
    );
    let answers = running.send(request).await;
    let first_lines: Vec<_> =
        answers.iter().map(|answer| (answer.status, answer.body.lines().next().unwrap_or_default())).collect();
    assert_eq!(first_lines[..3], [(200, "GET /1"), (200, "POST /2"), (200, "GET /3")]);
    assert_eq!((first_lines.len(), first_lines[3].0), (4, 400), "nothing after the refused head is read");
}

#[tokio::test]
async fn an_invitation_comes_only_for_a_body_that_is_wanted() {
    let running = start(limits(), Transport::Plain).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head =
        format!("POST / HTTP/1.1\r\n{HOST}Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut invitation = [0; 25];
    stream.read_exact(&mut invitation).await.unwrap();
    assert_eq!(&invitation, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hello").await.unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    assert!(answers(&received)[0].body.ends_with("body 5\n"));
}

#[tokio::test]
async fn an_answer_is_not_lost_where_the_body_was_not_read() {
    let running = start(limits(), Transport::Plain).await;
    let mut request = format!("POST /early HTTP/1.1\r\n{HOST}Content-Length: 90000\r\n\r\n").into_bytes();
    request.resize(request.len() + 90_000, b'x');
    let answers = running.send(request).await;
    assert_eq!((answers.len(), answers[0].status, answers[0].body.as_str()), (1, 200, "early"));
}

#[tokio::test]
async fn one_address_has_its_share_and_the_next_is_told_to_come_back() {
    let running = start(Limits { per_address_max: 2, ..limits() }, Transport::Plain).await;
    let mut resting = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(format!("GET / HTTP/1.1\r\n{HOST}\r\n").as_bytes()).await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        resting.push(stream);
    }
    let answers = running.send(get("/")).await;
    assert_eq!(answers[0].status, 503, "{answers:?}");
    assert!(answers[0].head.to_ascii_lowercase().contains("retry-after: 5"), "{answers:?}");
    // Those who are in keep being served.
    resting[0].write_all(get("/again").as_bytes()).await.unwrap();
    let mut received = Vec::new();
    resting[0].read_to_end(&mut received).await.unwrap();
    assert!(String::from_utf8_lossy(&received).contains("GET /again"));
}

#[tokio::test]
async fn stopping_lets_a_request_in_progress_end() {
    let running = start(limits(), Transport::Plain).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = format!("POST / HTTP/1.1\r\n{HOST}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut invitation = [0; 25];
    stream.read_exact(&mut invitation).await.unwrap();
    running.stop.send(()).unwrap();
    stream.write_all(b"hello").await.unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    assert!(answers(&received)[0].body.ends_with("body 5\n"));
    running.done.await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let running = start(Limits { stop_wait: Duration::from_millis(50), ..limits() }, Transport::Plain).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(get("/never").as_bytes()).await.unwrap();
    running.stop.send(()).unwrap();
    running.done.await.unwrap();
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    assert!(received.is_empty());
}

#[tokio::test]
async fn over_tls_the_same_and_no_other_protocol() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["desk.example".into()]).unwrap().self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let private = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let mut config = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private.into())
        .unwrap();
    // Even where somebody configured it, HTTP/2 is not spoken.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let running = start(limits(), Transport::Tls(Arc::new(config))).await;
    for (alpn, expected) in [(None, Some(200)), (Some(&b"http/1.1"[..]), Some(200)), (Some(&b"h2"[..]), None)] {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(certificate.der().clone()).unwrap();
        let mut client = rustls::ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.alpn_protocols = alpn.into_iter().map(<[u8]>::to_vec).collect();
        let stream = TcpStream::connect(running.address).await.unwrap();
        let name = rustls::pki_types::ServerName::try_from("desk.example").unwrap();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
        let mut stream = connector.connect(name, stream).await.unwrap();
        let _ = stream.write_all(get("/").as_bytes()).await;
        let mut received = Vec::new();
        let _ = stream.read_to_end(&mut received).await;
        assert_eq!(answers(&received).first().map(|answer| answer.status), expected, "{alpn:?}");
    }
}
