import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { crc32, deflateSync } from "node:zlib";
import { type Clone, clone, kill } from "../scripts/clone";

const isServer = ({ command }: { command: string }) => command.includes("server.js");

describe("The guestbook, deployed on this machine as a user does it", function () {
    this.timeout(300_000);
    let user: Clone;
    let url: string;
    const picture = pictureOf(160, 90);

    before(() => (user = clone()));
    after(() => user.close());

    it("is brought up by `npm start`, which ends with its URL, and leaves the tree clean", async () => {
        const said = await user.npm("start");
        url = /^url +(http\S+)$/m.exec(said)?.[1] ?? expect.fail(said);
        expect(await page())
            .to.include("<h1>Guestbook</h1>")
            .and.include("Nobody has signed yet");
        expect(JSON.parse(await user.npm("run", "-s", "outputs"))).to.deep.equal({ url });
        expect(user.changes()).to.equal("");
    });

    it("counts visits, takes an entry with a picture, and its worker reads it", async () => {
        const before = await visits();
        expect(await visits()).to.equal(before + 1);
        const form = new FormData();
        form.set("name", "Ada");
        form.set("message", "A fine place");
        form.set("picture", new Blob([picture]), "picture.png");
        const answer = await fetch(url, { method: "POST", body: form, redirect: "manual" });
        expect(answer.status, await answer.text()).to.equal(303);
        await shows("A fine place", 0);
        await shows("3 words", 15_000);
        await hasPicture();
    });

    it("tells when a job is due next, and how it ran", async () => {
        const { runs, next } = JSON.parse(await user.npm("run", "-s", "ask", "--", "runs", "id=guestbook-nightly")) as {
            runs: object[];
            next: number;
        };
        expect(runs).to.deep.equal([]);
        expect(new Date(next).toISOString()).to.match(/T03:00:00/);
        const fault = await user.npm("run", "-s", "ask", "--", "runs", "id=nonesuch").catch((error: Error) => error);
        expect(String(fault)).to.include("Job nonesuch: there is none; there are guestbook-nightly");
    });

    it("has nothing to change then, and a second `npm start` takes seconds", async () => {
        const started = Date.now();
        await user.npm("start");
        expect(Date.now() - started).to.be.below(60_000);
        await user.npm("run", "-s", "pulumi", "--", "preview", "--expect-no-changes");
        expect(user.changes()).to.equal("");
    });

    it("looks like a page in a browser", function () {
        const browser = ["chromium", "google-chrome", "chromium-browser"].find(
            (name) => spawnSync(name, ["--version"]).status === 0,
        );
        if (!browser) this.skip();
        const image = path.join(user.folder, "..", "page.png");
        const options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=800,1100"];
        const data = `--user-data-dir=${path.join(user.folder, "..", "browser")}`;
        execFileSync(browser, [...options, data, `--screenshot=${image}`, url], { stdio: "pipe", timeout: 60_000 });
        if (process.env.MVI_SCREENSHOT) fs.copyFileSync(image, process.env.MVI_SCREENSHOT);
        expect(fs.statSync(image).size, "an empty page is smaller").to.be.greaterThan(10_000);
    });

    it("changes its title in the web server alone", async () => {
        const database = postmaster();
        await user.npm("run", "-s", "pulumi", "--", "config", "set", "guestbook:title", "Our book");
        await user.npm("start");
        await shows("<h1>Our book</h1>", 0);
        await shows("A fine place", 0);
        expect(postmaster()).to.equal(database);
        expect(user.changes()).to.equal("M stacks/Pulumi.local.yaml");
    });

    it("heals a replica by itself, and is never away meanwhile", async () => {
        const [victim] = user.processes().filter(isServer);
        kill([victim!]);
        const started = Date.now();
        const pids = () =>
            user
                .processes()
                .filter(isServer)
                .map(({ pid }) => pid);
        while (pids().length < 2 || pids().includes(victim!.pid)) {
            await page();
            if (Date.now() - started > 20_000) expect.fail(`the servers are ${pids().join()}`);
        }
        await user.npm("run", "-s", "pulumi", "--", "refresh", "--yes", "--expect-no-changes");
    });

    it("is as it was after kill -9 of everything, at the next `npm start`", async () => {
        const seen = await visits();
        await user.end();
        await user.npm("start");
        await shows("A fine place", 0);
        await hasPicture();
        expect(await visits()).to.be.greaterThan(seen);
        await user.npm("run", "-s", "pulumi", "--", "preview", "--expect-no-changes");
    });

    it("reports a bucket that was removed by hand while nothing ran, and makes it anew", async () => {
        await user.end();
        fs.rmSync(path.join(user.home, "guestbook", "local", "data", "blob", "guestbook-uploads"), { recursive: true });
        const said = await user.npm("run", "-s", "pulumi", "--", "refresh", "--yes", "--skip-preview");
        expect(said).to.match(/Bucket guestbook-uploads delete/);
        expect(await user.npm("start")).to.match(/Bucket guestbook-uploads created/);
        await shows("A fine place", 0);
    });

    it("goes by `npm run down`, and leaves no process, no port and no file", async () => {
        expect(user.processes()).to.not.have.length(0);
        await user.npm("run", "down");
        expect(await fetch(url).catch((error: Error) => error)).to.be.instanceOf(Error);
        expect(await user.leftovers()).to.deep.equal([]);
        expect(await user.npm("run", "-s", "down")).to.include("There is no stack local: nothing to do.");
    });

    async function page(): Promise<string> {
        const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
        const text = await answer.text();
        expect(answer.status, text).to.equal(200);
        return text;
    }

    async function visits(): Promise<number> {
        return Number(/Visits: <strong>([\d,]+)</.exec(await page())?.[1]?.replaceAll(",", ""));
    }

    async function shows(text: string, patience: number): Promise<void> {
        for (const end = Date.now() + patience; !(await page()).includes(text); await sleep(100)) {
            if (Date.now() > end) expect(await page()).to.include(text);
        }
    }

    async function hasPicture(): Promise<void> {
        const [, address] = /<img src="([^"]+)"/.exec(await page()) ?? expect.fail("no picture");
        const answer = await fetch(new URL(address!, url));
        expect(answer.headers.get("content-type")).to.equal("image/png");
        expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).to.equal(true);
    }

    function postmaster(): number {
        const found = user.processes().filter(({ command }) => /bin\/postgres -D/.test(command));
        expect(found).to.have.length(1);
        return found[0]!.pid;
    }
});

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
