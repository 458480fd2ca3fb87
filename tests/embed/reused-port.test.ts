// An engine that listens where an earlier one did, which was killed while the program of this process called it.
import { expect } from "chai";
import * as net from "node:net";
import { runtime } from "@pulumi/pulumi";
import * as server from "@pulumi/pulumi/automation/server";
import { GetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Secret } from "../../components";
import { refusal } from "../agent/harness";
import { pulumiHome } from "../plugin/harness";

/** What runs a program in this process; not in the SDK's types. */
const { LanguageServer } = server as unknown as { LanguageServer: { prototype: { run: Run } } };

type Run = (call: { readonly request: RunRequest }, callback: unknown) => unknown;

interface RunRequest {
    getArgsList(): string[];
    setArgsList(args: string[]): void;
    getMonitorAddress(): string;
    setMonitorAddress(address: string): void;
}

describe("An engine that has the port of one that was killed", function () {
    this.timeout(120_000);
    const { run } = LanguageServer.prototype;
    let home: ReturnType<typeof pulumiHome>;
    let proxies: net.Server[];
    beforeEach(() => {
        home = pulumiHome({ MVI_KINDS: "" });
        proxies = [];
    });
    afterEach(async () => {
        LanguageServer.prototype.run = run;
        proxies.forEach((each) => each.close());
        await home.close();
    });

    /** The run is told that its engine is at a port where this process found nobody a moment ago. */
    const tell = (which: "engine" | "monitor") => {
        LanguageServer.prototype.run = async function (call, callback) {
            const { request } = call;
            const args = request.getArgsList();
            if (which === "engine") request.setArgsList([await moved(args[0], proxies), ...args.slice(1)]);
            else request.setMonitorAddress(await moved(request.getMonitorAddress(), proxies));
            return run.call(this, call, callback);
        };
    };

    // The one has the calls about the run, such as what its root is, the other those about resources.
    for (const which of ["engine", "monitor"] as const) {
        it(`is reached at its ${which}, and nothing of the stack is deleted: the SDK takes it for unreachable`, async () => {
            const stack = await home.stack(() =>
                Promise.resolve({ token: new Secret("token", { generate: { length: 20 } }).id }),
            );
            await stack.up();
            tell(which);
            const { summary } = await stack.up();
            expect(proxies).to.have.length(1);
            expect(Object.keys(summary.resourceChanges ?? {})).to.deep.equal(["same"]);
            LanguageServer.prototype.run = run;
            await stack.destroy();
        });
    }
});

/** A port where a client of the SDK's has found nobody, and which then leads to `address`. */
async function moved(address: string, proxies: net.Server[]): Promise<string> {
    const [host, port] = address.split(":");
    const proxy = net.createServer((client) => {
        const engine = net.connect(Number(port), host);
        client.on("error", () => engine.destroy());
        engine.on("error", () => client.destroy());
        client.pipe(engine).pipe(client);
    });
    const here = await listen(proxy, 0);
    await new Promise((resolve) => proxy.close(resolve));
    runtime.resetOptions("project", "dev", 1, here, "", false, "");
    const { message } = await refusal(
        new Promise((resolve, reject) =>
            runtime
                .getEngine()!
                .getRootResource(new GetRootResourceRequest(), (error, root) =>
                    error ? reject(error) : resolve(root),
                ),
        ),
    );
    expect(message).to.match(/UNAVAILABLE/);
    runtime.resetOptions("project", "dev", 1, "", "", false, ""); // other tests of this process have no engine
    await listen(proxy, Number(here.split(":")[1]));
    proxies.push(proxy);
    return here;
}

async function listen(server: net.Server, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
    });
    return `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}
