// What a visitor of the guestbook does and sees.
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { crc32, deflateSync } from "node:zlib";

export class Visitor {
    constructor(readonly url: string) {}

    async page(): Promise<string> {
        const answer = await fetch(this.url, { signal: AbortSignal.timeout(10_000) });
        const text = await answer.text();
        expect(answer.status, text).to.equal(200);
        return text;
    }

    /** How many visits the page counts, this one too. */
    async visits(): Promise<number> {
        return Number(/Visits: <strong>([\d,]+)</.exec(await this.page())?.[1]?.replaceAll(",", ""));
    }

    async sign(message: string): Promise<void> {
        const form = new FormData();
        form.set("name", "Ada");
        form.set("message", message);
        form.set("picture", new Blob([picture]), "picture.png");
        const answer = await fetch(this.url, { method: "POST", body: form, redirect: "manual" });
        expect(answer.status, await answer.text()).to.equal(303);
    }

    async shows(text: string, patience = 0): Promise<void> {
        for (const end = Date.now() + patience; !(await this.page()).includes(text); await sleep(100)) {
            if (Date.now() > end) expect(await this.page()).to.include(text);
        }
    }

    /** The picture is there that was given with the first entry. */
    async hasPicture(): Promise<void> {
        const [, address] = /<img src="([^"]+)"/.exec(await this.page()) ?? expect.fail("no picture");
        const answer = await fetch(new URL(address!, this.url));
        expect(answer.headers.get("content-type")).to.equal("image/png");
        expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).to.equal(true);
    }
}

const picture = pictureOf(160, 90);

/** A PNG of one colour running into another. */
function pictureOf(width: number, height: number): Buffer {
    const chunk = (type: string, body: Buffer) => {
        const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
        const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
        length.writeUInt32BE(body.length);
        sum.writeUInt32BE(crc32(named));
        return Buffer.concat([length, named, sum]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 2], 8);
    const line = Buffer.from([0, ...Array.from({ length: width }, (_, x) => [x, 120, 255 - x]).flat()]);
    const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
    const body = deflateSync(Buffer.concat(Array<Buffer>(height).fill(line)));
    return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", body), chunk("IEND", Buffer.alloc(0))]);
}
