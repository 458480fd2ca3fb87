import { expect } from "chai";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { countIn, openConnections, shared } from "../../agent/container/connections";
import { until } from "../agent/harness";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const rest = "00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 20 4 30 10 -1";
const line = (index: number, local: string, state: string) =>
    `${String(index).padStart(4)}: ${local} 0100007F:C350 ${state} ${rest}`.padEnd(149);

describe("connections to a replica", () => {
    let folder: string;
    beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"))));
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    const table = (lines: string[], name = "tcp"): string => {
        const file = path.join(folder, name);
        fs.writeFileSync(file, `${[header, ...lines].join("\n")}\n`);
        return file;
    };

    it("count while they are open, and as long as the other side may hear something", async () => {
        const states = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "0A", "0B"];
        const fourth = table(states.map((state, index) => line(index, "0100007F:4E21", state)));
        const sixth = table([line(12345, `${"0".repeat(24)}01000000:4E22`, "01")], "tcp6");
        const counts = await countIn([fourth, sixth, path.join(folder, "nosuch")]);
        expect([...counts]).to.deep.equal([
            [0x4e21, 3],
            [0x4e22, 1],
        ]);
    });

    it("are counted in parts: others have their turn in between, however long the table is", async () => {
        const lines = Array.from({ length: 20_000 }, (_, index) =>
            line(index, "0100007F:4E21", index % 2 ? "06" : "01"),
        );
        let turns = 0;
        const timer = setInterval(() => undefined, 1);
        const turn = (): void => void (turns++, (going = setImmediate(turn)));
        let going = setImmediate(turn);
        const counts = await countIn([table(lines)]);
        clearImmediate(going);
        clearInterval(timer);
        expect(counts.get(0x4e21)).to.equal(10_000);
        expect(turns).to.be.greaterThan(30);
    });

    it("are counted once for all who wait, and never before one has asked", async () => {
        let begun = 0;
        const ends: (() => void)[] = [];
        const count = shared(async () => {
            const number = ++begun;
            await new Promise<void>((resolve) => ends.push(resolve));
            return new Map([[1, number]]);
        });
        const numbers = (asked: ReturnType<typeof count>[]) =>
            Promise.all(asked).then((all) => all.map((counts) => counts.get(1)));
        const first = [count(), count(), count()];
        await until("the first runs", () => begun === 1);
        const second = [count(), count()];
        ends[0]();
        expect(await numbers(first)).to.deep.equal([1, 1, 1]);
        await until("the second runs", () => begun === 2);
        ends[1]();
        expect(await numbers(second)).to.deep.equal([2, 2]);
    });

    it("are those of the system", async function () {
        if (process.platform !== "linux") this.skip();
        const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.resume()).listen(0, "127.0.0.1");
        await once(server, "listening");
        const { port } = server.address() as net.AddressInfo;
        expect(await openConnections([port])).to.equal(0);
        const [accepted, client] = [once(server, "connection"), net.connect(port, "127.0.0.1")];
        const [socket] = (await accepted) as [net.Socket];
        expect(await openConnections([port, 1])).to.equal(1);
        client.end();
        await until("it is closed by the other side", () => socket.readableEnded);
        expect(await openConnections([port])).to.equal(1);
        socket.end();
        await until("none is open", async () => (await openConnections([port])) === 0);
        server.close();
    });
});
