import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { faultOf, type Fixture, fixture } from "./support";

const MiB = 1024 ** 2;

describe("Blobs on a full disk", () => {
    let disk: string;
    let mounted = false;
    let world: Fixture;

    before(async function () {
        disk = mkdtempSync(join(tmpdir(), "mvi-full-"));
        if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip(); // only root mounts a small disk
        try {
            execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], { stdio: "pipe" });
        } catch {
            this.skip(); // not even root may, as in most containers
        }
        mounted = true;
        world = await fixture(disk);
        await world.s3.send(new CreateBucketCommand({ Bucket: "full" }));
        await world.s3.send(new PutObjectCommand({ Bucket: "full", Key: "before", Body: "kept" }));
    });
    after(async () => {
        if (mounted) {
            await world.end();
            execFileSync("umount", [disk], { stdio: "pipe" });
        }
        rmdirSync(disk);
    });

    const bytes = randomBytes(64 * MiB);
    const bodies: Record<string, () => object> = {
        "as a whole": () => ({ Body: bytes }),
        "as a stream": () => ({ Body: Readable.from(pieces(bytes)), ContentLength: bytes.length }),
    };
    for (const [how, body] of Object.entries(bodies)) {
        it(`are refused by name, sent ${how}, again and again over the same connection, and what was there is read`, async () => {
            // One connection: the next request finds it as the one before has left it.
            const requestHandler = { connectionTimeout: 2000, requestTimeout: 10_000, httpAgent: { maxSockets: 1 } };
            const s3 = world.as({ full: ["write"] }, { requestHandler });
            for (let time = 0; time < 3; time++) {
                const put = s3.send(new PutObjectCommand({ Bucket: "full", Key: `big-${time}`, ...body() }));
                expect(await faultOf(put)).to.equal("507 InsufficientStorage");
                const { Body } = await s3.send(new GetObjectCommand({ Bucket: "full", Key: "before" }));
                expect(await Body!.transformToString()).to.equal("kept");
            }
            expect(world.reports.join()).to.include("disk is full");
        });
    }

    it("are refused by name to a client that sends all before it listens", async () => {
        const url = new URL(await getSignedUrl(world.s3, new PutObjectCommand({ Bucket: "full", Key: "x" })));
        const lines = [
            `PUT ${url.pathname}${url.search} HTTP/1.1`,
            `host: ${url.host}`,
            `content-length: ${bytes.length}`,
        ];
        const socket = connect(world.server.port, "127.0.0.1").pause();
        socket.write(`${lines.join("\r\n")}\r\n\r\n`);
        await new Promise<void>((resolve, reject) => {
            socket.once("error", reject).write(bytes, () => resolve());
        });
        const answer = await new Promise<string>((resolve) => {
            socket.setEncoding("utf8").once("data", resolve).resume();
        });
        socket.destroy();
        expect(answer)
            .to.match(/^HTTP\/1.1 507/)
            .and.include("<Code>InsufficientStorage</Code>");
    });

    it("are taken again when there is room", async () => {
        const filler = join(disk, "filler");
        writeFileSync(filler, bytes.subarray(0, 7 * MiB));
        const small = () =>
            world.s3.send(new PutObjectCommand({ Bucket: "full", Key: "small", Body: bytes.subarray(0, 2 * MiB) }));
        expect(await faultOf(small())).to.equal("507 InsufficientStorage");
        rmSync(filler);
        expect(await faultOf(small())).to.equal("none");
    });
});

function* pieces(all: Buffer): Generator<Buffer> {
    for (let at = 0; at < all.length; at += MiB) yield all.subarray(at, at + MiB);
}
