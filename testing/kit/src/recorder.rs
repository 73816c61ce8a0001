//! A TCP proxy between two gates that keeps every byte, so that a test can look at the wire.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A proxy that listens on loopback; it lives as long as the test.
pub struct Recorder {
    /// The address to put on a card.
    pub address: String,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Recorder {
    /// Forwards every connection to this address.
    pub fn before(target: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", crate::free_port())).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, target) = (seen.clone(), target.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&target) else { continue };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let kept = kept.clone();
                    std::thread::spawn(move || forward(from, to, &kept));
                }
            }
        });
        Self { address, seen }
    }

    /// Returns every byte of both directions so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen.lock().unwrap().clone()
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, kept: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        kept.lock().unwrap().extend_from_slice(&buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
