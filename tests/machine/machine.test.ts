import { expect } from "chai";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MachineInputs, machineKind, rolloutOf } from "../../agent/machine/machine";
import { type TestHost, testHost, until } from "../process/host";

describe("machine", () => {
    let host: TestHost;
    let kind: ReturnType<typeof machineKind>;

    const newKind = () =>
        machineKind(
            host,
            { openInternal: async () => ({ port: 1, close: async () => undefined }) },
            { create: 0.2, soak: 0.2, update: 0.2 },
        );
    beforeEach(() => {
        host = testHost();
        kind = newKind();
    });
    afterEach(async () => {
        await kind.stop();
        host.clean();
    });

    const inputs = (more: Partial<MachineInputs> = {}): MachineInputs => ({
        name: "vm",
        replicas: { min: 1, max: 1 },
        cpu: 1,
        memory: 512,
        ports: [],
        health: {},
        env: {},
        secretEnv: {},
        secretFiles: {},
        permits: [],
        ...more,
    });
    const apply = (given: MachineInputs, restoring = false) =>
        kind.apply("vm", given, { restoring, progress: () => undefined, signal: new AbortController().signal });
    const said = () => host.lines.filter((line) => line.stream === "stdout").map((line) => line.text);
    /** But for what is on its way out. */
    const disks = () =>
        readdirSync(host.folder("machines")).filter((name) => !/\.json(\.broken)?$|^\.gone-/.test(name));

    it("runs its user data once, keeps its disk over restarts of it and of the agent, and serves", async () => {
        const given = inputs({
            userData: `#!/bin/sh\necho "first boot"\necho data > "$HOME/data"\n`,
            start: `echo "starts with $(cat data) in $(basename "$PWD")"; exec node -e 'require("http").createServer((_, r) => r.end("ok")).listen(process.env.PORT, "127.0.0.1")'`,
            ports: [{ name: "http", port: 80, protocol: "http" }],
        });
        const outputs = await apply(given);
        expect(outputs).to.deep.equal({
            id: "vm",
            internalUrls: { http: "http://127.0.0.1:1" },
            services: { http: "Machine/vm/http" },
            running: 1,
        });
        const [target] = host.endpoints.targets("Machine/vm/http");
        expect(await (await fetch(`http://127.0.0.1:${target?.port}`)).text()).to.equal("ok");
        await kind.stop();
        kind = newKind();
        await apply(given, true);
        await until(() => said().filter((line) => line === "starts with data in vm.1").length === 2);
        expect(said().filter((line) => line === "first boot")).to.have.length(1);
    });

    it("has the time to start that its check is given, and five minutes at the least", () => {
        const startup = { intervalSeconds: 1, timeoutSeconds: 1, failures: 600, initialDelaySeconds: 0 };
        expect(rolloutOf({ startup }).timeoutSeconds).to.equal(610);
        expect(rolloutOf({ startup: { ...startup, failures: 5 } }).timeoutSeconds).to.equal(300);
        expect(rolloutOf({}).timeoutSeconds).to.equal(300);
    });

    it("is replaced by a change, with a new disk, and comes back as it is", async () => {
        await apply(inputs({ start: `echo one > v; exec sleep 1000` }));
        const two = inputs({ start: `ls; exec sleep 1000` });
        await apply(two);
        await until(() => disks().join() === "vm.2");
        expect(said()).not.to.include("v");
        await kind.stop();
        expect(disks()).to.deep.equal(["vm.2"]);
        kind = newKind();
        await apply(two, true);
        expect(disks()).to.deep.equal(["vm.2"]);
        await kind.remove("vm", two);
        expect(readdirSync(host.folder("machines"))).to.deep.equal([]);
    });

    it("keeps its disk though the list of those that stay was damaged, and leaves nothing of that list", async () => {
        const given = inputs({ start: `echo again >> v; cat v; exec sleep 1000` });
        await apply(given);
        await until(() => said().length === 1);
        await kind.stop();
        const list = join(host.folder("machines"), "vm.json");
        writeFileSync(list, "[1");
        kind = newKind();
        await apply(given, true);
        await until(() => said().join() === "again,again,again");
        expect(disks()).to.deep.equal(["vm.1"]);
        expect(JSON.parse(readFileSync(list, "utf8"))).to.deep.equal([1]);
        await kind.remove("vm", given);
        expect(readdirSync(host.folder("machines"))).to.deep.equal([]);
    });

    it("refuses user data that fails or is no script, and keeps what was there", async () => {
        const good = inputs({ start: "exec sleep 1000" });
        await apply(good);
        const refusal = (more: Partial<MachineInputs>) =>
            apply(inputs(more)).then(
                () => expect.fail(),
                (error: Error) => error.message,
            );
        expect(await refusal({ userData: "#!/bin/sh\necho no disk; exit 3" })).to.match(
            /^Machine vm: vm\/2: .*ended with exit code 3 [^]*no disk/,
        );
        expect(await refusal({ userData: "#cloud-config\n" })).to.match(/must be a script that begins with #!/);
        const record = await kind.read("vm", { inputs: good, outputs: {} as never });
        expect(disks()).to.deep.equal(["vm.1"]);
        expect(record?.outputs.running).to.equal(1);
        expect(record?.inputs).to.deep.equal(good);
    });
});
