//! Pieces that come one after the other, as something to read by a thread that
//! may wait for them: a few of them are in memory at once, never all.

use std::io::{self, Read};

use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that wait to be read.
const AHEAD: usize = 4;

/// Where pieces are put in.
#[derive(Debug)]
pub struct ChunkSender(Sender<Vec<u8>>);

/// Where they are read. It must not be read by a thread that runs tasks.
#[derive(Debug)]
pub struct ChunkReader {
    coming: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
}

/// The two ends. What is fed ends when the feed is dropped.
pub fn bridge() -> (ChunkSender, ChunkReader) {
    let (sender, coming) = channel(AHEAD);
    let pieces = ChunkReader {
        coming,
        piece: Vec::new(),
        at: 0,
    };
    (ChunkSender(sender), pieces)
}

impl ChunkSender {
    /// Puts a piece in, as soon as there is room; whether anybody still reads.
    pub async fn put(&self, piece: Vec<u8>) -> bool {
        self.0.send(piece).await.is_ok()
    }
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.piece.len() {
            let Some(piece) = self.coming.blocking_recv() else {
                return Ok(0);
            };
            (self.piece, self.at) = (piece, 0);
        }
        let mut rest = self.piece.get(self.at..).unwrap_or_default();
        let n = rest.read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_fed_is_read_in_order_and_a_reader_may_leave() {
        let (feed, mut pieces) = bridge();
        let reading = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            pieces.read_to_string(&mut text).map(|_| text)
        });
        for n in 0..50_u8 {
            assert!(feed.put(vec![b'a' + n % 26; usize::from(n)]).await);
        }
        drop(feed);
        let text = reading.await.unwrap().unwrap();
        assert_eq!(text.len(), (0..50).sum::<usize>());
        let (feed, pieces) = bridge();
        drop(pieces);
        assert!(!feed.put(vec![1]).await);
    }
}
