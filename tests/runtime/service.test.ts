import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { openService, RuntimeError } from "../../runtime";

interface Seen {
    readonly url: string;
    readonly headers: http.IncomingHttpHeaders;
}

/** A server on this machine, which remembers what it was asked. */
async function serve(answer: (url: string, response: http.ServerResponse) => void) {
    const seen: Seen[] = [];
    const server = http.createServer((request, response) => {
        seen.push({ url: request.url!, headers: request.headers });
        answer(request.url!, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { seen, host, close: () => new Promise<void>((resolve) => void server.close(() => resolve())) };
}

const token = (name: string, seconds: number) => {
    const claims = { exp: Math.floor(Date.now() / 1000) + seconds };
    return `${name}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
};

const failure = (promise: Promise<unknown>): Promise<RuntimeError> =>
    promise.then(
        () => expect.fail("it did not fail"),
        (error: RuntimeError) => error,
    );

describe("openService", () => {
    const { fetch } = globalThis;
    const saved = process.env.GCE_METADATA_HOST;
    const asked: { url: string; headers: Headers }[] = [];
    const run = "https://api-0a1b2c3d-123456789012.europe-west1.run.app";

    beforeEach(() => {
        asked.length = 0;
        // There is no run.app here: what would be sent to it is looked at. All else is sent.
        globalThis.fetch = (input, init) => {
            const url = String(input);
            if (!url.startsWith(run)) return fetch(input, init);
            asked.push({ url, headers: new Headers(init?.headers) });
            return Promise.resolve(new Response("answer"));
        };
    });

    afterEach(() => {
        globalThis.fetch = fetch;
        if (saved === undefined) delete process.env.GCE_METADATA_HOST;
        else process.env.GCE_METADATA_HOST = saved;
    });

    it("says to Cloud Run who asks, by a token for that service only, and gets another before it ends", async () => {
        let lasts = 3600;
        const metadata = await serve((_, response) => response.end(token(`t${metadata.seen.length}`, lasts)));
        process.env.GCE_METADATA_HOST = metadata.host;
        try {
            const api = openService(`${run}/`);
            const init = { method: "POST", headers: { Authorization: "Basic own" }, body: "x" };
            expect(await (await api("/orders?open=true", init)).text()).to.equal("answer");
            await api("/orders");
            expect(asked.map(({ url }) => url)).to.deep.equal([`${run}/orders?open=true`, `${run}/orders`]);
            expect(asked[0].headers.get("x-serverless-authorization")).to.match(/^Bearer t1\./);
            // What the app says by itself is the other app's affair.
            expect(asked[0].headers.get("authorization")).to.equal("Basic own");
            expect(metadata.seen).to.have.length(1);
            expect(metadata.seen[0].url).to.equal(
                `/computeMetadata/v1/instance/service-accounts/default/identity?audience=${encodeURIComponent(run)}`,
            );
            expect(metadata.seen[0].headers["metadata-flavor"]).to.equal("Google");
            lasts = 60;
            const short = openService(run);
            await short("/");
            await short("/");
            expect(metadata.seen).to.have.length(3);
        } finally {
            await metadata.close();
        }
    });

    it("is fetch and nothing more elsewhere", async () => {
        const server = await serve((url, response) => response.end(url));
        try {
            const api = openService(`http://${server.host}`);
            expect(await (await api("/a?b=c")).text()).to.equal("/a?b=c");
            expect(server.seen[0].headers).to.not.have.any.keys("authorization", "x-serverless-authorization");
        } finally {
            await server.close();
        }
    });

    it("sends nothing to whom a path names, and takes no URL that is none", async () => {
        const api = openService(run);
        for (const path of ["https://evil.example/", "//evil.example/", "http://"]) {
            expect(await failure(api(path)), path).to.include({ name: "RuntimeError", code: "Invalid" });
        }
        expect(asked).to.deep.equal([]);
        for (const url of [undefined, "", "api", "tcp://10.0.0.1:9000"])
            expect(() => openService(url), String(url))
                .to.throw(RuntimeError, /a container's URL must begin with http/)
                .with.property("code", "Invalid");
    });

    it("says what is missing when nobody gives a token, and tries again at the next request", async () => {
        let status = 404;
        const metadata = await serve((_, response) => {
            response.statusCode = status;
            response.end(token("late", 3600));
        });
        process.env.GCE_METADATA_HOST = metadata.host;
        const api = openService(run);
        const error = await failure(api("/"));
        expect(error).to.include({ code: "Unavailable" });
        expect(error.message).to.match(
            /no token for https:\/\/api-.*metadata server answers 404: run it on Google Cloud/,
        );
        status = 200;
        await api("/");
        expect(asked[0].headers.get("x-serverless-authorization")).to.match(/^Bearer late\./);
        await metadata.close();
        const gone = await failure(openService(run)("/"));
        expect(gone.message).to.include("does not answer");
        expect(gone.cause).to.be.instanceOf(Error);
    });
});
