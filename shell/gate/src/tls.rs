//! TLS between gates: version 1.3 only, both sides with pinned keys, the hybrid X25519MLKEM768 key exchange only.
//!
//! Guarantees: a connection exists only with a partner whose key was pinned and whose certificate has not ended; there
//! is no certificate authority, no fall-back, no resumption, no early data. Forward secrecy rests on the hybrid
//! exchange; the certificates' signatures are classical.
//!
//! Does not know: what goes over the connection.

use comity_link::gate_protocol::{Configuration, Peer};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

const ALPN: &[u8] = b"http/1.1";

/// The pins of some partners, and who each of them is.
#[derive(Debug)]
struct Pins {
    pins: Vec<([u8; 32], i64)>,
    provider: Arc<CryptoProvider>,
}

/// Returns SHA-256 of a certificate's subject public key info.
pub(crate) fn pin_of(certificate: &CertificateDer<'_>) -> Option<[u8; 32]> {
    let parsed = webpki::EndEntityCert::try_from(certificate).ok()?;
    Some(Sha256::digest(parsed.subject_public_key_info().as_ref()).into())
}

impl Pins {
    fn check(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let refused = rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);
        let pin = pin_of(certificate).ok_or_else(|| refused.clone())?;
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let known = self.pins.iter().any(|(known, not_after)| *known == pin && now < *not_after);
        if known && others.is_empty() { Ok(()) } else { Err(refused) }
    }

    fn verify(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// TLS 1.2 is never offered; the one who gets here does not keep to the protocol.
fn no_tls12() -> Result<HandshakeSignatureValid, rustls::Error> {
    Err(rustls::Error::General("only TLS 1.3 is spoken here".to_owned()))
}

impl ServerCertVerifier for Pins {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.check(certificate, others, now).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}

impl ClientCertVerifier for Pins {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.check(certificate, others, now).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}

fn provider() -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![aws_lc_rs::kx_group::X25519MLKEM768];
    Arc::new(provider)
}

fn own(c: &Configuration) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let certificate = CertificateDer::from(c.tls_certificate.clone());
    (vec![certificate], PrivatePkcs8KeyDer::from(c.tls_key.to_vec()).into())
}

fn pins<'a>(peers: impl IntoIterator<Item = &'a Peer>, provider: &Arc<CryptoProvider>) -> Arc<Pins> {
    let pins = peers.into_iter().map(|peer| (peer.spki_pin, peer.pin_not_after)).collect();
    Arc::new(Pins { pins, provider: provider.clone() })
}

/// HTTP/1.1 only, no resumption, no early data: what both listening sides have in common.
fn settled(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Arc::new(config)
}

/// Returns the listening side, for all partners.
pub(crate) fn server(configuration: &Configuration) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = provider();
    let verifier = pins(&configuration.peers, &provider);
    let (chain, key) = own(configuration);
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    Ok(settled(config))
}

/// Returns the listening side for partners' TAXII tools: version 1.3 only, but with the classical key exchanges that today's clients
/// know, and without a client's certificate; a token shows who asks (design.md §7.14).
pub(crate) fn taxii_server(configuration: &Configuration) -> Result<Arc<ServerConfig>, rustls::Error> {
    let (mut chain, mut key) = own(configuration);
    if let Some(taxii) = configuration.taxii.as_ref().filter(|taxii| !taxii.certificates.is_empty()) {
        chain = taxii.certificates.iter().cloned().map(CertificateDer::from).collect();
        key = PrivateKeyDer::try_from(taxii.key.to_vec())
            .map_err(|error| rustls::Error::General(format!("the key for TAXII cannot be used: {error}")))?;
    }
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(settled(config))
}

/// Returns the calling side, for one partner: its key and no other's is accepted there.
pub(crate) fn client(configuration: &Configuration, peer: &Peer) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = provider();
    let verifier = pins([peer], &provider);
    let (chain, key) = own(configuration);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(chain, key)?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    config.enable_early_data = false;
    // A name in the clear would tell the one who listens which partner is called.
    config.enable_sni = false;
    Ok(Arc::new(config))
}

/// Tells whether the two sides agreed on the only application protocol.
pub(crate) fn speaks_http(alpn: Option<&[u8]>) -> bool {
    alpn == Some(ALPN)
}
