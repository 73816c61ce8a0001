//! Handing an open file over the desk's socket (unix(7), `SCM_RIGHTS`).
//!
//! Guarantees: at most one file comes with a frame; it is closed on execution of another program, and what comes besides is closed at once.
//! Does not know: what the file is for.

use super::{FRAME_BYTES_MAX, read_body};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use std::fs::File;
use std::io::{ErrorKind, IoSlice, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// Writes one frame, and hands the file over with its first bytes.
pub fn write_frame_with(stream: &mut UnixStream, bytes: &[u8], file: &File) -> std::io::Result<()> {
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length as usize <= FRAME_BYTES_MAX);
    let head = length.ok_or(std::io::Error::from(ErrorKind::InvalidInput))?.to_be_bytes();
    let files = [file.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    if !beside.push(SendAncillaryMessage::ScmRights(&files)) {
        return Err(ErrorKind::InvalidInput.into());
    }
    let sent = sendmsg(&*stream, &[IoSlice::new(&head)], &mut beside, SendFlags::NOSIGNAL)?;
    stream.write_all(head.get(sent..).unwrap_or_default())?;
    stream.write_all(bytes)?;
    stream.flush()
}

/// Reads one frame and the file that came with it; none at a clean end.
pub fn read_frame_with(stream: &mut UnixStream) -> std::io::Result<Option<(Vec<u8>, Option<File>)>> {
    let mut head = [0u8; 4];
    let (mut read, mut file) = (0, None);
    while read < head.len() {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut beside = RecvAncillaryBuffer::new(&mut space);
        let rest = head.get_mut(read..).unwrap_or_default();
        let got = match recvmsg(&*stream, &mut [IoSliceMut::new(rest)], &mut beside, RecvFlags::CMSG_CLOEXEC) {
            Ok(got) => got.bytes,
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        for message in beside.drain() {
            if let RecvAncillaryMessage::ScmRights(files) = message {
                let files: Vec<OwnedFd> = files.collect();
                file = files.into_iter().next().map(File::from).or(file);
            }
        }
        match got {
            0 if read == 0 => return Ok(None),
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            got => read += got,
        }
    }
    let bytes = read_body(stream, head)?;
    Ok(Some((bytes, file)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_file_without_a_name_arrives_open() {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"held").unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        write_frame_with(&mut here, b"a call", &file).unwrap();
        super::super::write_frame(&mut here, b"another").unwrap();
        drop((here, file));
        let (bytes, given) = read_frame_with(&mut there).unwrap().unwrap();
        let mut text = String::new();
        given.unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((bytes.as_slice(), text.as_str()), (&b"a call"[..], "held"));
        let (bytes, given) = read_frame_with(&mut there).unwrap().unwrap();
        assert_eq!((bytes.as_slice(), given.is_none()), (&b"another"[..], true));
        assert!(read_frame_with(&mut there).unwrap().is_none());
    }
}
