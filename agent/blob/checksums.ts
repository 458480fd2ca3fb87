import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** The checksums that S3's clients can ask for, in its spelling. */
export const ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;

export type Algorithm = (typeof ALGORITHMS)[number];

/** Checksum is a checksum of an object: of all its bytes, or (`COMPOSITE`) of the checksums of its parts. */
export interface Checksum {
    readonly algorithm: Algorithm;
    /** Base64, with `-<parts>` behind if it is composite. */
    readonly value: string;
    readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** Digest takes bytes and gives their checksum. */
export interface Digest {
    update(piece: Uint8Array): void;
    /** To be called once. */
    digest(): Buffer;
}

/** A digest by `algorithm`. */
export function newDigest(algorithm: Algorithm | "MD5"): Digest {
    switch (algorithm) {
        case "CRC32": {
            let crc = 0;
            return { update: (piece) => void (crc = crc32(piece, crc)), digest: () => word(crc) };
        }
        case "CRC32C": {
            let crc = 0xffffffff;
            return {
                update(piece) {
                    for (const byte of piece) crc = CRC32C[(crc ^ byte) & 0xff] ^ (crc >>> 8);
                },
                digest: () => word(~crc >>> 0),
            };
        }
        case "CRC64NVME":
            return crc64();
        default: {
            const hash = createHash(algorithm.toLowerCase());
            return { update: (piece) => void hash.update(piece), digest: () => hash.digest() };
        }
    }
}

/** Whether `text` names one of {@link ALGORITHMS}. */
export function isAlgorithm(text: string): text is Algorithm {
    return (ALGORITHMS as readonly string[]).includes(text);
}

/** The Castagnoli polynomial, its bits reversed. */
const CRC32C = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    return crc;
});

/** The polynomial of NVM Express, its bits reversed, as two words: big integers would be slow. */
const [HIGH, LOW] = [new Uint32Array(256), new Uint32Array(256)];
for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
    [HIGH[byte], LOW[byte]] = [Number(crc >> 32n), Number(crc & 0xffffffffn)];
}

function crc64(): Digest {
    let [high, low] = [0xffffffff, 0xffffffff];
    return {
        update(piece) {
            for (const byte of piece) {
                const index = (low ^ byte) & 0xff;
                low = ((low >>> 8) | (high << 24)) ^ LOW[index];
                high = (high >>> 8) ^ HIGH[index];
            }
        },
        digest: () => Buffer.concat([word(~high >>> 0), word(~low >>> 0)]),
    };
}

function word(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
}
