//! Importing a file: read twice over one descriptor, first to check and hash the whole, then to write.
//!
//! A file may have any of the shapes that `comity_stix::FileSplitter` cuts; a bad object in it is refused by its place.
//!
//! Guarantees (design.md §7.12): nothing is stored of a file that cannot be cut, or that is something else than STIX; a file that changes between the two readings is refused and
//! nothing of it remains; memory is bounded by the largest object and the longest file that is kept, not by the file. Reading and
//! looking at objects of a long file runs on a second thread, writing on the caller's. Does not know: paths (the caller opened the file, without following links).

use crate::error::StoreError;
use crate::holdings::Holdings;
use crate::import::{FileFacts, Import, ImportOptions, ImportReport};
use crate::prepare::{self, Prepared, Unholdable};
use comity_crypto::Sha256Stream;
use comity_stix::kind_of_file::HEAD_BYTES;
use comity_stix::{Content, FileSplitter, JsonError, KindOfFile, Limits, Piece, Unusable, kind_of_file};
use comity_vocab::{Blame, Digest, Timestamp};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Bytes read at once.
const CHUNK_BYTES: usize = 256 << 10;
/// Bytes of objects handed over at once, and how many such parcels may wait.
const PARCEL_BYTES: usize = 512 << 10;
const PARCELS_WAITING: usize = 4;
/// A file whose objects take no more than this is cut once: they wait in memory until all of it was checked, and the second reading only
/// sees whether it is the same still.
const KEPT_BYTES: usize = 16 << 20;
/// What an entry of a parcel takes beside the object, or with the reason why it is refused, in bytes.
const ENTRY_BYTES: usize = size_of::<Result<Prepared, Unholdable>>() + 128;

/// Why a file was not imported. Nothing of it is stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not a plain file.
    #[error("not a plain file")]
    NotAFile,
    /// Reading failed.
    #[error("cannot read the file")]
    Read(#[source] std::io::Error),
    /// The file cannot be cut into objects.
    #[error(transparent)]
    Malformed(#[from] JsonError),
    /// The file is something else than STIX.
    #[error("this is {}, not STIX 2", .0.name)]
    NotStix(KindOfFile),
    /// Somebody wrote to the file while it was read.
    #[error("the file changed while it was read: nothing was imported")]
    Changed,
    /// The database failed.
    #[error("cannot write to the holdings")]
    Store(#[from] StoreError),
    /// The caller asked to stop.
    #[error("stopped: nothing was imported")]
    Stopped,
}

impl ImportError {
    /// Says whose fault the error is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::NotAFile | Self::Stopped | Self::Changed => Blame::Caller,
            Self::Malformed(_) | Self::NotStix(_) => Blame::Peer,
            Self::Read(_) => Blame::Operator,
            Self::Store(error) => error.blame(),
        }
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Bytes gone through, of `bytes_total`, in this reading.
    pub bytes: u64,
    /// The length of the file.
    pub bytes_total: u64,
    /// Whether this is the first reading (checking) or the second (writing).
    pub writing: bool,
}

type Parcel = Vec<Result<Prepared, Unholdable>>;

/// Imports one file that the caller opened as a plain file without following links.
///
/// `progress` is called about every 256 KiB; it returns `false` to stop the import.
///
/// # Errors
/// [`ImportError`]; nothing of the file is stored then.
pub fn import_file(
    holdings: &mut Holdings,
    mut file: File,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress) -> bool,
    now: Timestamp,
) -> Result<ImportReport, ImportError> {
    let metadata = file.metadata().map_err(ImportError::Read)?;
    if !metadata.is_file() {
        return Err(ImportError::NotAFile);
    }
    let bytes_total = metadata.len();
    // Those who handed the file over may have read in it.
    file.seek(SeekFrom::Start(0)).map_err(ImportError::Read)?;
    let (checked, kept) = check(&mut file, bytes_total, progress)?;
    file.seek(SeekFrom::Start(0)).map_err(ImportError::Read)?;
    let mut import = Import::begin(holdings, options, Some(checked), now)?;
    let read_again = match kept {
        Some(kept) => write_kept(&mut file, &mut import, kept, bytes_total, progress)?,
        None => write(&mut file, &mut import, bytes_total, progress)?,
    };
    if read_again.digest != checked.digest {
        return Err(ImportError::Changed);
    }
    Ok(import.finish()?)
}

/// The first reading: every byte against the grammar, and the digest of all. Returns the objects, too, where the file is short.
fn check(
    file: &mut File,
    bytes_total: u64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(FileFacts, Option<Parcel>), ImportError> {
    let mut kept: Option<Parcel> = (bytes_total <= KEPT_BYTES as u64).then(Vec::new);
    let mut kept_bytes = 0;
    let mut splitter = FileSplitter::new(Limits::default());
    let mut head = Vec::new();
    // Whether there was something, and nothing of it has a type, as all of STIX has.
    let (mut some, mut untyped) = (false, true);
    let mut look = |piece: Piece<'_>| {
        some = true;
        kept_bytes += taken_by(&piece);
        kept = kept.take().filter(|_| kept_bytes <= KEPT_BYTES);
        if let Some(kept) = &mut kept {
            kept.push(looked_at(&piece));
        }
        untyped = untyped
            && match piece.content {
                Content::Object(bytes) => matches!(comity_stix::inspect(bytes), Err(Unusable::NoType)),
                Content::Refused(_) => true,
            };
    };
    let read = read_all(
        file,
        bytes_total,
        |chunk| {
            let missing = HEAD_BYTES.saturating_sub(head.len());
            head.extend(chunk.iter().take(missing));
            Ok(splitter.push(chunk, &mut look)?)
        },
        |bytes| progress(Progress { bytes, bytes_total, writing: false }),
    );
    let cut = read.and_then(|facts| Ok(splitter.finish().map(|_| facts)?));
    match cut {
        Err(ImportError::Malformed(error)) => {
            Err(kind_of_file(&head).map_or(ImportError::Malformed(error), ImportError::NotStix))
        }
        Ok(facts) if some && untyped => {
            kind_of_file(&head).map_or(Ok((facts, kept)), |kind| Err(ImportError::NotStix(kind)))
        }
        other => other.map(|facts| (facts, kept)),
    }
}

/// The second reading of a short file: its objects are written, and it is read to see that it is the same.
fn write_kept(
    file: &mut File,
    import: &mut Import<'_>,
    kept: Parcel,
    bytes_total: u64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<FileFacts, ImportError> {
    for object in &kept {
        import.add_prepared(object)?;
    }
    read_all(file, bytes_total, |_| Ok(()), |bytes| progress(Progress { bytes, bytes_total, writing: true }))
}

/// The second reading: objects are cut out and looked at on another thread and written on this one.
fn write(
    file: &mut File,
    import: &mut Import<'_>,
    bytes_total: u64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<FileFacts, ImportError> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(PARCELS_WAITING);
        let reader = scope.spawn(move || cut(file, bytes_total, sender));
        let written = write_parcels(&receiver, import, bytes_total, progress);
        // Dropping the receiver ends the reader, whatever it waits for.
        drop(receiver);
        let read = reader.join().map_err(|_| ImportError::Stopped)?;
        written?;
        read
    })
}

fn write_parcels(
    receiver: &Receiver<(u64, Parcel)>,
    import: &mut Import<'_>,
    bytes_total: u64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(), ImportError> {
    for (bytes, parcel) in receiver {
        for object in &parcel {
            import.add_prepared(object)?;
        }
        if !progress(Progress { bytes, bytes_total, writing: true }) {
            return Err(ImportError::Stopped);
        }
    }
    Ok(())
}

fn cut(file: &mut File, bytes_total: u64, sender: SyncSender<(u64, Parcel)>) -> Result<FileFacts, ImportError> {
    let mut splitter = FileSplitter::new(Limits::default());
    let mut parcel: Parcel = Vec::new();
    let mut parcel_bytes = 0;
    let mut gone = 0u64;
    let mut unsent = false;
    let facts = read_all(
        file,
        bytes_total,
        |chunk| {
            gone += chunk.len() as u64;
            let cut = splitter.push(chunk, &mut |piece| {
                parcel_bytes += taken_by(&piece);
                parcel.push(looked_at(&piece));
                // Here and not behind the chunk: a bundle that is looked through again may hold millions of pieces.
                if parcel_bytes >= PARCEL_BYTES {
                    parcel_bytes = 0;
                    unsent = unsent || sender.send((gone, std::mem::take(&mut parcel))).is_err();
                    parcel.clear();
                }
            });
            if unsent {
                return Err(ImportError::Stopped);
            }
            // The first reading found no fault, so a fault now means that the file is another one.
            cut.map_err(|_| ImportError::Changed)?;
            Ok(())
        },
        |_| true,
    )?;
    splitter.finish().map_err(|_| ImportError::Changed)?;
    sender.send((gone, parcel)).map_err(|_| ImportError::Stopped)?;
    Ok(facts)
}

/// What a piece takes in a parcel, in bytes.
fn taken_by(piece: &Piece<'_>) -> usize {
    ENTRY_BYTES
        + match piece.content {
            Content::Object(bytes) => bytes.len(),
            Content::Refused(_) => 0,
        }
}

/// Looks at one piece; why it is refused begins with its place.
fn looked_at(piece: &Piece<'_>) -> Result<Prepared, Unholdable> {
    match piece.content {
        Content::Object(bytes) => prepare::prepare(bytes).map_err(|bad| Unholdable {
            reason: format!("line {}, byte {}: {}", piece.line, piece.offset, bad.reason),
            ..bad
        }),
        Content::Refused(refused) => Err(Unholdable {
            digest: Digest(refused.digest),
            id: refused.id.filter(|id| prepare::bearable(id)).map(str::to_owned),
            reason: refused.error.to_string(),
        }),
    }
}

/// Reads exactly the length the file had at first; hands every chunk on and returns the digest of all.
fn read_all(
    file: &mut File,
    bytes_total: u64,
    mut each: impl FnMut(&[u8]) -> Result<(), ImportError>,
    mut go_on: impl FnMut(u64) -> bool,
) -> Result<FileFacts, ImportError> {
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut hasher = Sha256Stream::default();
    let mut bytes = 0u64;
    loop {
        let n = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ImportError::Read(error)),
        };
        let chunk = buffer.get(..n).unwrap_or_default();
        hasher.update(chunk);
        bytes += n as u64;
        if bytes > bytes_total {
            return Err(ImportError::Changed);
        }
        each(chunk)?;
        if !go_on(bytes) {
            return Err(ImportError::Stopped);
        }
    }
    if bytes < bytes_total {
        return Err(ImportError::Changed);
    }
    Ok(FileFacts { bytes, digest: hasher.finish() })
}
