//! The members of a backup one after the other, in the pieces of `comity_crypto`'s container.
//!
//! Guarantees: closed names in a fixed order; memory depends on the length of a piece only; what is cut off, changed or longer
//! than it says is refused before anything of it is used. Does not know: what the members mean.

use crate::failure::Failure;
use comity_crypto::{
    BACKUP_HEAD_BYTES, BACKUP_PIECE_BYTES_MAX, BACKUP_SIGNATURE_BYTES, BackupError, BackupOpener, BackupSealer,
    EntropyStream, SealingKey, SealingPublicKey, Sha256Stream, VerifyingKey, Zeroizing, check_backup_signature,
};
use comity_vocab::Digest;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

/// The members, in order, with the longest length of those that are read into memory.
pub(crate) const MEMBERS: [(&str, u64); 6] = [
    ("comity.toml", 1 << 20),
    ("certificates.json", 1 << 20),
    ("secrets", 1 << 16),
    ("vault.db", u64::MAX),
    ("holdings.db", u64::MAX),
    ("manifest.json", 64 << 20),
];

fn changed(error: BackupError) -> Failure {
    Failure::refusal(&error).hint("use another backup; this file is damaged, cut off or for another backup key")
}

fn disk(error: std::io::Error) -> Failure {
    Failure::operational(format!("cannot read or write the backup: {error}"))
}

/// The keys that a backup holds.
pub(crate) struct Secrets {
    pub sealing: Zeroizing<[u8; 32]>,
    pub vault: Zeroizing<[u8; 32]>,
}

impl Secrets {
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&self.sealing[..], &self.vault[..]].concat())
    }

    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (sealing, vault) = bytes.split_first_chunk::<32>()?;
        let vault: &[u8; 32] = vault.try_into().ok()?;
        Some(Self { sealing: Zeroizing::new(*sealing), vault: Zeroizing::new(*vault) })
    }
}

/// Writes members.
pub(super) struct Writer {
    file: BufWriter<File>,
    sealer: BackupSealer,
    plain: Zeroizing<Vec<u8>>,
    hash: Sha256Stream,
    bytes: u64,
}

impl Writer {
    pub fn new(file: File, key: &SealingPublicKey, stream: &mut EntropyStream) -> Result<Self, Failure> {
        let (sealer, head) = BackupSealer::new(key, stream).map_err(changed)?;
        let plain = Zeroizing::new(Vec::with_capacity(BACKUP_PIECE_BYTES_MAX));
        let mut writer = Self { file: BufWriter::new(file), sealer, plain, hash: Sha256Stream::default(), bytes: 0 };
        writer.out(&head)?;
        Ok(writer)
    }

    fn out(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(disk)
    }

    fn push(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            let room = BACKUP_PIECE_BYTES_MAX - self.plain.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
            if self.plain.len() == BACKUP_PIECE_BYTES_MAX {
                self.flush(false)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, last: bool) -> Result<(), Failure> {
        let sealed = self.sealer.piece(&self.plain, last).map_err(changed)?;
        self.plain.clear();
        self.out(&sealed)
    }

    fn begin(&mut self, name: &str, length: u64) -> Result<(), Failure> {
        // INVARIANT: names are ours and shorter than 256 bytes.
        self.push(&[name.len() as u8])?;
        self.push(name.as_bytes())?;
        self.push(&length.to_be_bytes())
    }

    pub fn member(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.begin(name, bytes.len() as u64)?;
        self.push(bytes)
    }

    pub fn file(&mut self, name: &str, path: &Path, watch: &mut dyn FnMut(u64)) -> Result<(), Failure> {
        let mut file = File::open(path).map_err(disk)?;
        let length = file.metadata().map_err(disk)?.len();
        self.begin(name, length)?;
        let mut buffer = Zeroizing::new(vec![0; BACKUP_PIECE_BYTES_MAX]);
        let mut done = 0;
        loop {
            let count = file.read(&mut buffer).map_err(disk)?;
            if count == 0 {
                break;
            }
            self.push(buffer.get(..count).unwrap_or_default())?;
            done += count as u64;
            watch(count as u64);
        }
        if done == length { Ok(()) } else { Err(Failure::operational("the copy changed while it was read")) }
    }

    /// Ends the pieces, has them signed, and returns the file with digest and length of all of it.
    pub fn finish(
        mut self,
        sign: &mut dyn FnMut(Digest, u64) -> Result<Vec<u8>, Failure>,
    ) -> Result<(File, Digest, u64), Failure> {
        self.flush(true)?;
        let signature = sign(self.hash.clone().finish(), self.bytes)?;
        self.out(&signature)?;
        let file = self.file.into_inner().map_err(|error| disk(error.into_error()))?;
        Ok((file, self.hash.finish(), self.bytes))
    }
}

/// Reads members in order.
pub(crate) struct Reader {
    file: BufReader<File>,
    opener: BackupOpener,
    plain: Zeroizing<Vec<u8>>,
    hash: Sha256Stream,
    at: usize,
    next: usize,
    /// Bytes of the file read so far, and its length.
    pub done: u64,
    pub total: u64,
}

impl Reader {
    pub fn open(path: &Path, key: &SealingKey) -> Result<Self, Failure> {
        let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
        let file = File::open(path).map_err(unreadable)?;
        let total = file.metadata().map_err(unreadable)?.len();
        let mut file = BufReader::new(file);
        let mut head = vec![0; BACKUP_HEAD_BYTES];
        file.read_exact(&mut head).map_err(|_| changed(BackupError::NotABackup))?;
        let opener = BackupOpener::new(&head, key).map_err(changed)?;
        let done = BACKUP_HEAD_BYTES as u64;
        let mut hash = Sha256Stream::default();
        hash.update(&head);
        Ok(Self { file, opener, plain: Zeroizing::new(Vec::new()), hash, at: 0, next: 0, done, total })
    }

    fn piece(&mut self) -> Result<(), Failure> {
        let mut begin = [0; 5];
        let cut_off = |error: std::io::Error, opener: &BackupOpener| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => match opener.finish() {
                Err(error) => changed(error),
                Ok(()) => Failure::no("the backup ends before its members do"),
            },
            _ => disk(error),
        };
        self.file.read_exact(&mut begin).map_err(|error| cut_off(error, &self.opener))?;
        let head = self.opener.head(&begin).map_err(changed)?;
        // Bounded: a piece is at most a mebibyte and its seal.
        let mut sealed = vec![0; head.bytes];
        self.file.read_exact(&mut sealed).map_err(|error| cut_off(error, &self.opener))?;
        self.hash.update(&begin);
        self.hash.update(&sealed);
        self.done += 5 + head.bytes as u64;
        self.plain = self.opener.piece(head, &sealed).map_err(changed)?;
        self.at = 0;
        Ok(())
    }

    /// Hands on the next `length` bytes, in parts.
    fn take(&mut self, mut length: u64, sink: &mut dyn FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
        while length > 0 {
            if self.at == self.plain.len() {
                self.piece()?;
                continue;
            }
            let rest = self.plain.get(self.at..).unwrap_or_default();
            let count = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
            let (now, _) = rest.split_at(count);
            sink(now)?;
            self.at += count;
            length -= count as u64;
        }
        Ok(())
    }

    fn some(&mut self, length: u64) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut bytes = Zeroizing::new(Vec::new());
        self.take(length, &mut |part| {
            bytes.extend_from_slice(part);
            Ok(())
        })?;
        Ok(bytes)
    }

    /// Checks that the next member is this one, and returns its length.
    fn begin(&mut self, name: &str) -> Result<u64, Failure> {
        let other = || Failure::no(format!("the backup does not hold {name} where it should"));
        let &(expected, max) = MEMBERS.get(self.next).ok_or_else(other)?;
        self.next += 1;
        let length = self.some(1)?.first().copied().unwrap_or_default();
        let found = self.some(u64::from(length))?;
        if expected != name || found.as_slice() != name.as_bytes() {
            return Err(other());
        }
        let length = self.some(8)?;
        let length = u64::from_be_bytes(length.as_slice().try_into().map_err(|_| other())?);
        if length > max {
            return Err(Failure::no(format!("{name} of the backup has {length} bytes, at most {max} allowed")));
        }
        Ok(length)
    }

    /// Reads a member into memory.
    pub fn member(&mut self, name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let length = self.begin(name)?;
        self.some(length)
    }

    /// Hands a member on, in parts.
    pub fn stream(
        &mut self,
        name: &str,
        to: &mut dyn std::io::Write,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<(), Failure> {
        let mut left = self.begin(name)?;
        while left > 0 {
            let now = left.min(BACKUP_PIECE_BYTES_MAX as u64);
            self.take(now, &mut |part| to.write_all(part).map_err(disk))?;
            left -= now;
            watch(self.done, self.total);
        }
        Ok(())
    }

    /// Checks that only a signature can follow, and returns how the pieces are signed.
    pub fn finish(mut self) -> Result<Ending, Failure> {
        // A last piece without content follows where the members filled the one before.
        while !self.opener.ended() && self.at == self.plain.len() {
            self.piece()?;
        }
        let mut trailer = Vec::new();
        let most = BACKUP_SIGNATURE_BYTES as u64 + 1;
        self.file.take(most).read_to_end(&mut trailer).map_err(disk)?;
        let ended = self.opener.ended() && self.at == self.plain.len() && trailer.len() <= BACKUP_SIGNATURE_BYTES;
        if !ended {
            return Err(changed(BackupError::Trailing));
        }
        Ok(Ending { digest: self.hash.finish(), bytes: self.done, trailer })
    }
}

/// What stands after the last piece, and what it must be about.
pub(crate) struct Ending {
    digest: Digest,
    bytes: u64,
    trailer: Vec<u8>,
}

impl Ending {
    /// Checks that this node key signed the backup; tells whether it is signed at all. One without a signature is taken only where
    /// somebody said so.
    pub fn signed_by(&self, node: &VerifyingKey, unsigned_too: bool) -> Result<bool, Failure> {
        match check_backup_signature(&self.trailer, node, &self.digest, self.bytes) {
            Ok(()) => Ok(true),
            Err(BackupError::Unsigned) if unsigned_too => Ok(false),
            Err(error @ BackupError::Unsigned) => Err(Failure::refusal(&error)
                .hint("if an older version wrote it and you know who kept it since: --accept-unsigned")),
            Err(error) => Err(Failure::refusal(&error)
                .hint("somebody without the node's key made this file; anybody with the public backup key can. Keep it as evidence")),
        }
    }
}
