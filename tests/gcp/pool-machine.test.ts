import * as fs from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { Container, Image, Secret, VM } from "../../components";
import { region } from "./lens";
import { booted, Machine } from "./pool-machine";
import { onGcp } from "./program";

const image = `ghcr.io/acme/box@sha256:${"a".repeat(64)}`;
const base = "api-machine-0a1b2c3d";

/** A process that listens, as one in a container does. */
async function listening(status: number): Promise<{ server: Server; port: number }> {
    const server = createServer((request, response) =>
        response.writeHead(request.url === "/ready" ? status : 404).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { server, port: (server.address() as AddressInfo).port };
}

/** As Google's metadata and its secrets answer. */
const google = [
    `case "$*" in`,
    `*metadata*) echo '{"access_token":"ya29.a-b_c","expires_in":3599,"token_type":"Bearer"}';;`,
    `*"Bearer ya29.a-b_c"*:access*) printf '{\\n  "payload": {\\n    "data": "${Buffer.from("planted $value").toString("base64")}"\\n  }\\n}\\n';;`,
    "*) exit 22;;",
    "esac",
].join("\n");

describe("A machine that runs containers, on GCP", () => {
    it("starts one with what it was declared with, and lets Docker in to the stack's images", async () => {
        const { inputs } = await onGcp(() => {
            const token = new Secret("token", { generate: {} });
            new Container("api", {
                image: new Image("built", { context: "." }),
                on: new VM("pool"),
                ports: { http: { port: 80 }, raw: { port: 9000, protocol: "tcp" } },
                command: ["serve", "it's"],
                env: { QUOTE: `a 'b' "c" $d`, LINES: "one\ntwo" },
                uses: [token, token.asFile().as("CERTIFICATE")],
            });
        });
        const machine = new Machine(booted(inputs).files);
        try {
            machine.command("curl", google);
            machine.command(
                "docker",
                [
                    `if [ "$1" = login ]; then cat > "$HOME/given"; echo "$@" >> "$HOME/given"; exit 0; fi`,
                    `[ "$1" = run ] || exit 0`,
                    `printf '%s\\n' "$TOKEN" "$QUOTE" "$LINES" "$PORT" "$@"`,
                ].join("\n"),
            );
            const { stdout, status, stderr } = machine.run("/etc/mvi/api.main");
            expect(status, stderr).to.equal(0);
            const lines = stdout.trimEnd().split("\n");
            expect(lines.slice(0, 5)).to.deep.equal(["planted $value", `a 'b' "c" $d`, "one", "two", "80"]);
            const argv = lines.slice(5);
            expect(argv.slice(0, 7)).to.deep.equal([
                "run",
                "--name",
                `${base}-main`,
                "--rm",
                "--init",
                "--network",
                "bridge",
            ]);
            expect(
                argv.filter((_, index) => argv[index - 1] === "--publish").map((one) => one.split(":")[1]),
            ).to.deep.equal(["80", "9000"]);
            expect(argv.slice(-3)[0]).to.match(/@sha256:d+$/);
            expect(argv.slice(-2)).to.deep.equal(["serve", "it's"]);
            expect(argv.join(" ")).to.not.include("planted");
            const kept = machine.at("/run/mvi/api.main");
            expect(fs.readFileSync(`${kept}/CERTIFICATE_FILE`, "utf8")).to.equal("planted $value");
            expect(fs.readFileSync(`${kept}/given`, "utf8")).to.equal(
                `ya29.a-b_c\nlogin --username oauth2accesstoken --password-stdin https://${region}-docker.pkg.dev\n`,
            );
            machine.command("curl", "exit 22");
            expect(machine.run("/etc/mvi/api.main"))
                .to.include({ stdout: "" })
                .and.have.property("status")
                .that.is.not.equal(0);
        } finally {
            machine.end();
        }
    });

    it("starts a sidecar in the network of the one beside which it stands, and anew with each new one", async () => {
        const { inputs } = await onGcp(
            () =>
                void new Container("api", { image, on: new VM("pool"), sidecars: { proxy: { image } }, stopGrace: 7 }),
        );
        const machine = new Machine(booted(inputs).files);
        try {
            const docker = (main: string) =>
                machine.command(
                    "docker",
                    [
                        `echo "$@" >> ${machine.at("/calls")}`,
                        `case "$1" in`,
                        `inspect) ${main};;`,
                        // The one beside ends a moment later; its own client ends when it is stopped.
                        "wait) sleep 0.2;;",
                        `run) until grep -q "^stop" ${machine.at("/calls")}; do sleep 0.05; done;;`,
                        "esac",
                    ].join("\n"),
                );
            docker("echo 4fd2");
            expect(machine.run("/etc/mvi/api.beside-proxy").status).to.equal(0);
            const calls = fs.readFileSync(machine.at("/calls"), "utf8").trimEnd().split("\n");
            expect(calls[0]).to.equal(`rm --force ${base}-beside-proxy`);
            expect(calls[1]).to.equal(`inspect --format {{if .State.Running}}{{.Id}}{{end}} ${base}-main`);
            expect(calls).to.include.members(["wait 4fd2", `stop --time 7 ${base}-beside-proxy`]);
            expect(calls.find((call) => call.startsWith("run"))).to.include("--network container:4fd2 --read-only");
            // None that runs: it is tried again by systemd.
            for (const main of ["echo", "exit 1"]) {
                docker(main);
                expect(machine.run("/etc/mvi/api.beside-proxy").status, main).to.equal(1);
            }
        } finally {
            machine.end();
        }
    });

    it("answers for each and for all together: a path, a command, a listener, and its own", async () => {
        const { server, port } = await listening(302);
        const { inputs } = await onGcp(() => {
            const pool = new VM("pool", {
                start: "serve",
                ports: { http: { port: 7001 } },
                health: "/ready",
                memory: 8192,
            });
            new Container("api", { image, on: pool, port: 7002, health: "/ready" });
            new Container("asked", { image, on: pool, health: { command: ["check", "it's"] } });
            new Container("raw", { image, on: pool, ports: { raw: { port: 7003, protocol: "tcp" } } });
        });
        const { files } = booted(inputs);
        const hex = (number: number) => number.toString(16).toUpperCase().padStart(4, "0");
        const here = Object.entries(files).map(([file, text]) => [
            file,
            text.replace(/:700[12]/g, `:${port}`).replaceAll(`:${hex(7003)} `, `:${hex(port)} `),
        ]);
        const machine = new Machine(Object.fromEntries(here) as Record<string, string>);
        try {
            const docker = (passes: boolean) =>
                machine.command(
                    "docker",
                    [
                        `case "$*" in`,
                        `*IPAddress*) echo 127.0.0.1;;`,
                        `*State.Pid*) echo ${process.pid};;`,
                        `"exec asked-machine-0a1b2c3d-main check it's") exit ${passes ? 0 : 1};;`,
                        "*) exit 9;;",
                        "esac",
                    ].join("\n"),
                );
            const answer = (of: string) => machine.running(`/etc/mvi/${of}`, "GET / HTTP/1.1\r\n");
            const [well, ill] = ["200 OK", "503 Service Unavailable"].map(
                (status) => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
            );
            docker(true);
            // The listener is for the loopback alone, which nobody else reaches.
            expect(await answer("all")).to.equal(ill);
            fs.writeFileSync(
                machine.at("/etc/mvi/raw.check"),
                fs.readFileSync(machine.at("/etc/mvi/raw.check"), "utf8").replace("0100007F", "FFFFFFFF"),
            );
            expect(await answer("all")).to.equal(well);
            expect(await answer("asked.health")).to.equal(well);
            docker(false);
            expect(await answer("asked.health")).to.equal(ill);
            expect(await answer("all")).to.equal(ill);
            docker(true);
            await new Promise((resolve) => server.close(resolve));
            expect(await machine.running("/etc/mvi/raw.check")).to.equal("");
            expect(await answer("all")).to.equal(ill);
            expect(await answer("asked.health")).to.equal(well);
        } finally {
            server.close();
            machine.end();
        }
    });

    it("takes one that only works for well when it has run for a while", async () => {
        const { inputs } = await onGcp(() => void new Container("api", { image, on: new VM("pool") }));
        const machine = new Machine(booted(inputs).files);
        try {
            const ago = (seconds: number) =>
                new Date(Date.now() - seconds * 1000).toISOString().replace("Z", "123456Z");
            for (const [from, well] of [
                [ago(12), true],
                [ago(3600), true],
                [ago(5), false],
                ["", false],
            ] as const) {
                machine.command("docker", `echo "${from}"`);
                const { status, stderr } = machine.run("/etc/mvi/api.check");
                expect(status === 0, `${from} ${stderr}`).to.equal(well);
            }
        } finally {
            machine.end();
        }
    });
});
