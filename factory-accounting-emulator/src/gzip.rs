//! gzip without compression: what a client has to unpack, in the simplest form that RFC 1952 allows.

use bytes::Bytes;

/// The longest stored block of RFC 1951.
const BLOCK: usize = 0xffff;

/// Magic number, deflate, no flags, no time, unknown system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// The body as a gzip member of stored blocks.
pub(crate) fn packed(body: &[u8]) -> Bytes {
    let mut packed = Vec::with_capacity(body.len() + body.len() / BLOCK * 5 + 32);
    packed.extend_from_slice(&HEAD);
    let mut blocks = body.chunks(BLOCK).peekable();
    if blocks.peek().is_none() {
        stored(&mut packed, &[], true);
    }
    while let Some(block) = blocks.next() {
        stored(&mut packed, block, blocks.peek().is_none());
    }
    packed.extend_from_slice(&checksum(body).to_le_bytes());
    let size = u32::try_from(body.len() % (1 << 32)).unwrap_or(0);
    packed.extend_from_slice(&size.to_le_bytes());
    packed.into()
}

fn stored(packed: &mut Vec<u8>, block: &[u8], last: bool) {
    let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
    packed.push(u8::from(last));
    packed.extend_from_slice(&length.to_le_bytes());
    packed.extend_from_slice(&(!length).to_le_bytes());
    packed.extend_from_slice(block);
}

/// CRC-32 as gzip has it.
fn checksum(body: &[u8]) -> u32 {
    !body.iter().fold(u32::MAX, |sum, byte| TABLE[usize::from(sum as u8 ^ byte)] ^ (sum >> 8))
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut sum = at as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        table[at] = sum;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_standard_one() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
        assert_eq!(checksum(b""), 0);
    }

    #[test]
    fn long_bodies_are_cut_into_blocks_of_which_only_the_last_says_so() {
        let body = vec![b'x'; BLOCK + 2];
        let packed = packed(&body);
        assert_eq!(&packed[10..15], [0, 0xff, 0xff, 0, 0]);
        let second = 15 + BLOCK;
        assert_eq!(&packed[second..second + 7], [1, 2, 0, 0xfd, 0xff, b'x', b'x']);
        assert_eq!(packed.len(), second + 7 + 8);
        assert_eq!(super::packed(b"").len(), 10 + 5 + 8);
    }
}
