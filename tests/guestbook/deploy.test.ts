import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Clone, clone, kill } from "../scripts/clone";
import { Visitor } from "./visitor";

const isServer = ({ command }: { command: string }) => command.includes("server.js");

describe("The guestbook, deployed on this machine as a user does it", function () {
    this.timeout(300_000);
    let user: Clone;
    let url: string;
    let visitor: Visitor;

    before(() => (user = clone()));
    after(() => user.close());

    it("is brought up by `npm start`, which ends with its URL, and leaves the tree clean", async () => {
        const said = await user.npm("start");
        url = /^url +(http\S+)$/m.exec(said)?.[1] ?? expect.fail(said);
        visitor = new Visitor(url);
        expect(await visitor.page())
            .to.include("<h1>Guestbook</h1>")
            .and.include("Nobody has signed yet");
        expect(JSON.parse(await user.npm("run", "-s", "outputs"))).to.deep.equal({ url });
        expect(user.changes()).to.equal("");
    });

    it("counts visits, takes an entry with a picture, and its worker reads it", async () => {
        const before = await visitor.visits();
        expect(await visitor.visits()).to.equal(before + 1);
        await visitor.sign("A fine place");
        await visitor.shows("A fine place");
        await visitor.shows("3 words", 15_000);
        await visitor.hasPicture();
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
        await visitor.shows("<h1>Our book</h1>");
        await visitor.shows("A fine place");
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
            await visitor.page();
            if (Date.now() - started > 20_000) expect.fail(`the servers are ${pids().join()}`);
        }
        await user.npm("run", "-s", "pulumi", "--", "refresh", "--yes", "--expect-no-changes");
    });

    it("is as it was after kill -9 of everything, at the next `npm start`", async () => {
        const seen = await visitor.visits();
        await user.end();
        await user.npm("start");
        await visitor.shows("A fine place");
        await visitor.hasPicture();
        expect(await visitor.visits()).to.be.greaterThan(seen);
        await user.npm("run", "-s", "pulumi", "--", "preview", "--expect-no-changes");
    });

    it("reports a bucket that was removed by hand while nothing ran, and makes it anew", async () => {
        await user.end();
        fs.rmSync(path.join(user.home, "guestbook", "local", "data", "blob", "guestbook-uploads"), { recursive: true });
        const said = await user.npm("run", "-s", "pulumi", "--", "refresh", "--yes", "--skip-preview");
        expect(said).to.match(/Bucket guestbook-uploads delete/);
        expect(await user.npm("start")).to.match(/Bucket guestbook-uploads created/);
        await visitor.shows("A fine place");
    });

    it("goes by `npm run down`, and leaves no process, no port and no file", async () => {
        expect(user.processes()).to.not.have.length(0);
        await user.npm("run", "down");
        expect(await fetch(url).catch((error: Error) => error)).to.be.instanceOf(Error);
        expect(await user.leftovers()).to.deep.equal([]);
        expect(await user.npm("run", "-s", "down")).to.include("There is no stack local: nothing to do.");
    });

    function postmaster(): number {
        const found = user.processes().filter(({ command }) => /bin\/postgres -D/.test(command));
        expect(found).to.have.length(1);
        return found[0]!.pid;
    }
});
