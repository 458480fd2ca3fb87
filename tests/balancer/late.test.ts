import { expect } from "chai";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { request } from "node:http";
import { connect } from "node:net";
import { balancerKind } from "../../agent/balancer/balancer";
import { ask, call, echo, inputs, service, testHost, until } from "./support";

// On a machine with too much to do the balancer itself comes late: that is not the target's fault.
describe("balancer: a balancer that is held up while it connects", () => {
    const host = testHost();
    const kind = balancerKind(host);
    let web: Awaited<ReturnType<typeof echo>>;
    before(async () => {
        web = await echo("web/1");
        host.endpoints.publish(service, [web]);
    });
    after(async () => {
        await kind.remove("edge", inputs());
        await web.close();
        host.clean();
    });

    /** Right after the next connection of the balancer is begun, nothing runs for longer than a connection may take. */
    function holdUp(): void {
        const held = (): void => {
            unsubscribe("net.client.socket", held);
            setImmediate(() => {
                for (const end = performance.now() + 3200; performance.now() < end;);
            });
        };
        subscribe("net.client.socket", held);
    }

    it("answers all the same, a POST over HTTP and a connection over TCP", async function () {
        this.timeout(30_000);
        const tcp = [{ name: "raw", service }];
        const { ports } = await kind.apply("edge", inputs({ tcp }), call);
        const answered = new Promise<number>((resolve, reject) => {
            const made = request({ port: ports["http"], method: "POST", agent: false }, (response) =>
                resolve(response.resume().statusCode ?? 0),
            );
            made.on("error", reject).on("socket", (socket) =>
                socket.once("connect", () => {
                    holdUp();
                    made.end("x");
                }),
            );
        });
        expect(await answered).to.equal(200);

        const socket = connect(ports["raw"]!, "127.0.0.1");
        let text = "";
        socket.on("data", (data) => (text += data.toString())).on("error", (error) => (text = String(error)));
        holdUp();
        socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await until(() => text !== "", 10_000);
        expect(text).to.match(/^HTTP\/1\.1 200/);
        socket.destroy();
        expect((await ask(ports["http"]!, "/")).status).to.equal(200);
    });
});
