// The load itself: what it does not see fails no other test.
import { expect } from "chai";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as http from "node:http";
import { type AddressInfo, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { failuresOf, startLoad } from "./loads";
import { type Report, reportOf } from "./report";

type Answer = (response: http.ServerResponse, right: string, socket: Socket) => void;

/** What comes of a short load on a server that answers each tenth request so, and all others rightly. */
async function loaded(bad: Answer, patience = 10_000): Promise<Report> {
    let number = 0;
    const server = http.createServer((request, response) => {
        const digest = createHash("sha256");
        request.on("data", (part: Buffer) => digest.update(part));
        request.on("end", () => {
            const right = JSON.stringify({ version: "1", digest: digest.digest("hex") });
            if (++number % 10 === 0) bad(response, right, request.socket);
            else response.end(right);
        });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const load = await startLoad(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 100, {}, patience);
    await pause(1000);
    const report = await load.end();
    server.closeAllConnections();
    server.close();
    expect(number, "the server saw each").to.equal(report.requests);
    return report;
}

/** How each tenth failed, all in one way; all others were answered. */
function failureIn(report: Report): string {
    const kinds = Object.keys(failuresOf(report)).map((kind) => kind.replace(/^(GET|POST): /, ""));
    expect([...new Set(kinds)], JSON.stringify(kinds)).to.have.length(1);
    expect(report.failures.length).to.equal(Math.floor(report.requests / 10));
    expect(report.failures.length).to.be.greaterThan(0);
    expect(report.answered).to.equal(report.requests - report.failures.length);
    return kinds[0];
}

describe("a load", function () {
    this.timeout(60_000);

    it("counts what is answered rightly, however it is sent", async () => {
        const report = await loaded((response, right) => response.end(right));
        expect(report.failures).to.deep.equal([]);
        expect(report.answered).to.equal(report.requests);
        expect(report.versions).to.deep.equal({ "1": report.requests });
    });

    const cut = /its answer was cut off|socket hang up|ECONNRESET/;
    const failures: [what: string, bad: Answer, failure: RegExp, patience?: number][] = [
        [
            "is cut off in its body, with a length",
            (response, right) => {
                response.writeHead(200, { "content-length": right.length + 1 }).write(right);
                setTimeout(() => response.socket?.end(), 20);
            },
            cut,
        ],
        [
            "is cut off in its body, in chunks",
            (response, right) => {
                response.write(right);
                setTimeout(() => response.destroy(), 20);
            },
            cut,
        ],
        [
            "is reset in its body",
            (response, right, socket) => {
                response.write(right);
                setTimeout(() => socket.resetAndDestroy(), 20);
            },
            cut,
        ],
        ["is reset before it", (_response, _right, socket) => socket.resetAndDestroy(), cut],
        ["is closed before it", (_response, _right, socket) => socket.end(), cut],
        ["has a status that is not 200", (response) => response.writeHead(500).end("no"), /^status 500: no$/],
        ["is no JSON", (response) => response.end("<html>"), /^no JSON: <html>$/],
        ["never comes", () => undefined, /^no whole answer within 500 ms$/, 500],
        [
            "comes in drops, and is late as a whole",
            (response) => {
                const drops = setInterval(() => response.write(" "), 100);
                response.on("close", () => clearInterval(drops));
            },
            /^no whole answer within 500 ms$/,
            500,
        ],
    ];
    for (const [what, bad, failure, patience] of failures)
        it(`counts as failed what ${what}`, async () => {
            expect(failureIn(await loaded(bad, patience))).to.match(failure);
        });

    it("counts as failed a body that did not arrive whole", async () => {
        const wrong = JSON.stringify({ version: "1", digest: "of another" });
        const { failures } = await loaded((response) => response.end(wrong));
        expect(failures).to.not.deep.equal([]);
        failures.forEach((each) => expect(each).to.match(/POST.*the body did not arrive whole/));
    });

    it("says what is slow, and its worst second", async () => {
        const report = await loaded((response, right) => void setTimeout(() => response.end(right), 400));
        expect(report.failures).to.deep.equal([]);
        expect(report.p50).to.be.lessThan(400);
        expect(report.p99).to.be.at.least(399);
        const answers = [...Array.from({ length: 99 }, (_, n) => [n * 10, 5] as const), [1500, 700] as const];
        const { answered, p50, p99, most, worst, slowestAt } = reportOf(answers, 2.5);
        expect({ answered, p50, p99, most }).to.deep.equal({ answered: 100, p50: 5, p99: 5, most: 700 });
        expect({ worst, slowestAt }).to.deep.equal({ worst: { second: 1, answered: 1 }, slowestAt: 1 });
    });
});
