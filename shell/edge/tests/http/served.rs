//! A service that tells what reached it, and reading its answers byte by byte.

use bytes::Bytes;
use comity_edge::{BodyError, BoundedBody, Peer};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, StatusCode};

/// Answers with what it saw.
pub async fn service(request: Request<BoundedBody>) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    match path.as_str() {
        "/never" => std::future::pending().await,
        "/big" => Response::new(Full::from(vec![b'x'; 8 * 1024 * 1024])),
        "/early" => Response::new(Full::from("early")),
        _ => {
            let mut seen = format!("{} {}\n", request.method(), request.uri());
            let mut headers: Vec<_> = request.headers().iter().collect();
            headers.sort_by_key(|(name, _)| name.as_str());
            for (name, value) in headers {
                seen.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
            }
            if let Some(peer) = request.extensions().get::<Peer>() {
                seen.push_str(&format!("peer {} {}\n", peer.address.ip(), peer.certificate.is_some()));
            }
            match request.into_body().collect().await {
                Ok(body) => seen.push_str(&format!("body {}\n", body.to_bytes().len())),
                Err(error) => {
                    let mut response = Response::new(Full::from(error.to_string()));
                    *response.status_mut() = match error {
                        BodyError::TooSlow => StatusCode::IM_A_TEAPOT,
                        BodyError::Broken(_) => StatusCode::BAD_REQUEST,
                    };
                    return response;
                }
            }
            Response::new(Full::from(seen))
        }
    }
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Splits what came over a connection into answers.
pub fn answers(mut bytes: &[u8]) -> Vec<Answer> {
    let mut answers = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head") + 4;
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        bytes = &bytes[end..];
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
            .map_or(0, |length| length.parse::<usize>().unwrap());
        let (body, rest) = bytes.split_at(length.min(bytes.len()));
        bytes = rest;
        answers.push(Answer { status, head, body: String::from_utf8_lossy(body).into_owned() });
    }
    answers
}
