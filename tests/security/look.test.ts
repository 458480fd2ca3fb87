// The eyes of these tests: what they do not see fails no other one.
import { expect } from "chai";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { elsewhereOf, found, listenersIn } from "./look";

describe("what looks for secrets", () => {
    it("sees them in each form, at each place within what is encoded", () => {
        const secret = { it: "planted-secret-7f1c9e" };
        for (const before of ["", "a", "ab", "abc"]) {
            const text = `${before}${secret.it} and more`;
            for (const form of ["utf8", "base64", "hex"] as const)
                expect(found(`… ${Buffer.from(text).toString(form)} …`, secret), `${form} of ${text}`).to.deep.equal([
                    "it",
                ]);
        }
        expect(found("planted-secret-7f1c9", secret)).to.deep.equal([]);
    });
});

describe("what looks for sockets", () => {
    it("sees those of UDP, and which are not on loopback", async function () {
        if (process.platform !== "linux") this.skip(); // it looks into /proc
        const sockets = ["127.0.0.1", "0.0.0.0"].map((address) => createSocket("udp4").bind(0, address));
        await Promise.all(sockets.map((socket) => once(socket, "listening")));
        const all = listenersIn([String(process.pid)], "udp", "udp6");
        const [own, open] = sockets.map((socket) => socket.address().port);
        expect(all.map(({ port }) => port)).to.include.members([own, open]);
        expect(elsewhereOf(all)).to.deep.include({ address: "0.0.0.0", port: open });
        expect(elsewhereOf(all).map(({ port }) => port)).to.not.include(own);
        sockets.forEach((socket) => socket.close());
    });
});
