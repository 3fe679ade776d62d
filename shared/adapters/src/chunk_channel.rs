//! A channel of chunks, read as a file by a thread that may block: a few chunks are in
//! memory at once, never all.

use std::io::{self, Read};

use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Chunks that wait to be read.
const CHUNKS_AHEAD: usize = 4;

/// The sending end.
#[derive(Debug)]
pub struct ChunkSender(Sender<Vec<u8>>);

/// The reading end. It must not be read by a thread that runs tasks.
#[derive(Debug)]
pub struct ChunkReader {
    chunks: Receiver<Vec<u8>>,
    chunk: Vec<u8>,
    position: usize,
}

/// A channel. The reader is at its end when the sender is dropped.
pub fn chunk_channel() -> (ChunkSender, ChunkReader) {
    let (sender, coming) = channel(CHUNKS_AHEAD);
    let pieces = ChunkReader {
        chunks: coming,
        chunk: Vec::new(),
        position: 0,
    };
    (ChunkSender(sender), pieces)
}

impl ChunkSender {
    /// Sends a chunk, as soon as there is room; whether there is still a reader.
    pub async fn send(&self, piece: Vec<u8>) -> bool {
        self.0.send(piece).await.is_ok()
    }
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.position >= self.chunk.len() {
            let Some(piece) = self.chunks.blocking_recv() else {
                return Ok(0);
            };
            (self.chunk, self.position) = (piece, 0);
        }
        let mut rest = self.chunk.get(self.position..).unwrap_or_default();
        let n = rest.read(buffer)?;
        self.position += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn chunks_are_read_in_order_until_the_reader_is_dropped() {
        let (feed, mut pieces) = chunk_channel();
        let reading = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            pieces.read_to_string(&mut text).map(|_| text)
        });
        for n in 0..50_u8 {
            assert!(feed.send(vec![b'a' + n % 26; usize::from(n)]).await);
        }
        drop(feed);
        let text = reading.await.unwrap().unwrap();
        assert_eq!(text.len(), (0..50).sum::<usize>());
        let (feed, pieces) = chunk_channel();
        drop(pieces);
        assert!(!feed.send(vec![1]).await);
    }
}
