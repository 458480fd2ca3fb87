import { expect } from "chai";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { Authority } from "../../agent/balancer/authority";
import { balancerKind } from "../../agent/balancer/balancer";
import { balancers } from "../../agent/balancer/engine";
import { call, inputs, service, target, testHost } from "../balancer/support";
import { inFull } from "../support/proof";
import { atLeast, proveLoad } from "./figures";
import { offered, startLoad } from "./loads";

/** How many renewals, and requests a second: with MVI_FAULTS, and for the proof, as the long form has it. */
const [renewals, rate] = inFull([20, 500], process.env.MVI_FAULTS ? [20, 500] : [3, 50]);

describe("balancer: certificates that end soon", function () {
    this.timeout(120_000);

    it("are renewed under a load of HTTPS, and no request fails", async () => {
        const host = testHost();
        const kind = balancerKind(host);
        // Each lives for 60 s, and is renewed after one.
        const authority = await Authority.open(host, { leafMs: 60_000, renewMs: 59_000 });
        Object.assign(balancers(host), { authority: () => Promise.resolve(authority) });
        const web = await target(
            "web/1",
            createServer((request, response) => {
                const digest = createHash("sha256");
                request.on("data", (part: Buffer) => digest.update(part));
                request.on("end", () => response.end(JSON.stringify({ version: "1", digest: digest.digest("hex") })));
            }),
        );
        host.endpoints.publish(service, [web]);
        try {
            const { ports, certificateAuthority } = await kind.apply("edge", inputs({ https: true }), call);
            const port = ports["https"]!;
            const ca = certificateAuthority!;
            const load = await startLoad(`https://localhost:${port}`, offered(rate), { NODE_EXTRA_CA_CERTS: ca });
            const serials = new Set<string>();
            for (; serials.size <= renewals; await pause(200)) {
                serials.add(await serialAt(port, readFileSync(ca, "utf8")));
            }
            const report = await load.end();
            proveLoad(
                "renewals of the certificate under a load of HTTPS, by the load balancer alone, in a process with its target",
                serials.size - 1,
                rate,
                report,
                {
                    renewals: atLeast(20, serials.size - 1),
                },
            );
            expect(host.reports).to.deep.equal([]);
        } finally {
            await kind.remove("edge", inputs({ https: true }));
            await web.close();
            host.clean();
        }
    });
});

/** The number of the certificate that a new connection is shown. */
function serialAt(port: number, ca: string): Promise<string> {
    return new Promise((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port, ca, servername: "localhost" }, () => {
            resolve(socket.getPeerCertificate().serialNumber);
            socket.destroy();
        });
        socket.on("error", reject);
    });
}
