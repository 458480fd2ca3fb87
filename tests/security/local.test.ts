import { expect } from "chai";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { contentOf, filesIn } from "../support/content";
import { type Attempt } from "../../agent/job/job";
import { refusal, until } from "../agent/harness";
import { ask as tell, type Live, live, patience, probeIn } from "../local/live/support";
import { type Evidence, proved } from "../support/proof";
import { type Answer, ask, elsewhereOf, found, listenersOf, openTo, say, watchCommandLines } from "./look";
import { messagesOf } from "./messages";
import { rightRequests } from "./rebound";
import { everythingIn, planted, settings } from "./stack";

const handIn = (what: string, times: number, figures: Evidence["figures"]) =>
    proved({ part: "security", what, times, figures });

/** There should be none of these. */
const none = (all: readonly unknown[]) => ({ got: all.length, wanted: 0, met: all.length === 0 });

describe("what a stack on this machine shows to others", function () {
    this.timeout(240_000);
    let stack: Live;
    let to: Record<string, never>;
    let env: Record<string, string>;
    let told = "";
    const mode: string[] = [];
    let begun: ReturnType<typeof watchCommandLines>;
    before(async function () {
        if (process.platform !== "linux") this.skip(); // it looks into /proc
        let folder = "";
        stack = await live(async () => everythingIn(folder, ...mode), settings);
        begun = watchCommandLines(); // not before: Automation API writes settings into a command line of Pulumi's
        folder = probeIn(stack.home.root);
        const { outputs, stdout } = await stack.stack.up({ onOutput: (text) => (told += text) });
        told += stdout;
        to = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as never]));
        env = await tell(to.web, "env");
    });
    after(() => (begun?.end(), stack?.close()));

    const portOf = (url: string) => Number(new URL(new URL(url).searchParams.get("endpoint") ?? url).port);
    const servers = () => ({
        S3: portOf(to.uploads),
        DynamoDB: portOf(to.visits),
        KMS: portOf(to.vault),
        OTLP: portOf(env.OTEL_EXPORTER_OTLP_ENDPOINT),
        "the container's own balancer": portOf(to.web),
        "the load balancer": portOf(to.front),
    });
    /** What a right request of that server looks like, but for who sends it. */
    const requests: Readonly<
        Record<string, [method: string, target: string, headers: Record<string, string>, body?: string]>
    > = {
        S3: ["GET", "/uploads/a", {}],
        DynamoDB: ["POST", "/", { "x-amz-target": "DynamoDB_20120810.Scan" }, '{"TableName":"visits"}'],
        KMS: ["POST", "/", { "x-amz-target": "TrentService.ListKeys" }, "{}"],
        OTLP: ["POST", "/v1/logs", { "content-type": "application/json" }, "{}"],
    };

    it("listens on loopback only", () => {
        const all = listenersOf(stack.home.agents, "tcp", "tcp6");
        const elsewhere = elsewhereOf(all);
        handIn("sockets that listen, in /proc/net/tcp and tcp6", all.length, { "not on loopback": none(elsewhere) });
        expect(all.length).to.be.greaterThan(8);
        expect(elsewhere).to.deep.equal([]);
        expect(all.map(({ port }) => port)).to.include.members(Object.values(servers()));
        const bound = listenersOf(stack.home.agents, "udp", "udp6");
        handIn("sockets bound for UDP, in /proc/net/udp and udp6", bound.length, {
            "not on loopback": none(elsewhereOf(bound)),
        });
        expect(elsewhereOf(bound)).to.deep.equal([]);
    });

    it("has files, folders and sockets which only their owner may open", () => {
        const root = process.getuid?.() === 0;
        const passed: string[] = [];
        const read: string[] = [];
        const { open, seen } = openTo(stack.home.agents, (file, mode) => {
            // Workloads of root are other accounts: they pass through folders, and read the image that they are given.
            const [passes, reads] = [mode === 0o711 && fs.lstatSync(file).isDirectory(), /\/data\/images\//.test(file)];
            if (reads) read.push(file);
            else if (passes)
                passed.push(
                    path
                        .relative(stack.home.agents, file)
                        .replace(/^[^/]+\/[^/]+/, "‹stack›")
                        .replace(/(run)\/[^/]+/, "$1/*"),
                );
            return root && (mode & 0o022) === 0 && (passes || reads);
        });
        handIn("files, folders and sockets of the agent", seen, {
            "open to others": none(open),
            ...(root && {
                "let through as root, whose workloads are other accounts: folders that one may pass, and not read (0711)":
                    [...new Set(passed)].join(", ") || "none",
                "let through as root, since workloads read their image": `${read.length} files and folders below data/images/`,
            }),
        });
        expect(seen).to.be.greaterThan(50);
        expect(open).to.deep.equal([]);
        expect(fs.statSync(stack.agent.place.socket).mode & 0o777).to.equal(0o600);
        expect(fs.statSync(stack.agent.place.token).mode & 0o777).to.equal(0o600);
    });

    it("refuses a page whose own name was pointed at loopback, on every server", async () => {
        const names = [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.0.0.1:80@evil.example",
            "[::ffff:7f00:1]x",
            "",
        ];
        let asked = 0;
        const answered: string[] = [];
        for (const [server, port] of Object.entries(servers()))
            for (const name of names) {
                const [method, target, headers, body] = requests[server] ?? ["GET", "/", {}];
                const answer = await ask(port, method, target, { ...headers, host: name && `${name}:${port}` }, body);
                if (![400, 403, 421].includes(answer.status) || answer.headers["access-control-allow-origin"])
                    answered.push(`${server} as "${name}": ${answer.status}`);
                asked++;
            }
        handIn("requests under a foreign Host (DNS rebinding)", asked, { answered: none(answered) });
        expect(answered).to.deep.equal([]);
    });

    it("refuses under such a name also who knows all keys, and shows a page nothing of what a right request is answered", async () => {
        const names = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"];
        const answered: string[] = [];
        const shown: string[] = [];
        const rights = Object.entries(rightRequests(env, new URL(to.vault).hostname));
        const evil = "https://evil.example";
        for (const [server, send] of rights) {
            const port = servers()[server as "S3"];
            expect((await send(port, "127.0.0.1")).status, `${server}, by its own name`).to.equal(200);
            for (const name of names) {
                const { status } = await send(port, name);
                if (![400, 403].includes(status)) answered.push(`${server} as "${name}": ${status}`);
            }
            const { status, headers } = await send(port, "127.0.0.1", evil);
            if (headers["access-control-allow-origin"]) shown.push(`${server}: ${status}`);
        }
        const friend = "https://friend.example";
        const { headers } = await rights[0][1](servers().S3, "127.0.0.1", friend);
        expect(headers["access-control-allow-origin"], "to whom the rules of the bucket name").to.equal(friend);
        handIn("requests that are rightly signed, under a foreign Host", rights.length * names.length, {
            answered: none(answered),
        });
        handIn("requests that are rightly signed, for a page of another origin", rights.length, {
            "shown to the page": none(shown),
        });
        expect([answered, shown]).to.deep.equal([[], []]);
    });

    it("lets no page of another origin do or see anything, signed by nobody", async () => {
        const origins = ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1"];
        let asked = 0;
        const answered: string[] = [];
        const note = (what: string, { status, headers }: Answer) => {
            asked++;
            if (status < 400 || status > 499 || headers["access-control-allow-origin"])
                answered.push(`${what}: ${status}`);
        };
        for (const server of Object.keys(requests))
            for (const origin of origins) {
                const port = servers()[server as "S3"];
                const host = `127.0.0.1:${port}`;
                const [method, target, headers, body] = requests[server];
                // As a page may send it without asking first, and as it asks first.
                for (const type of ["text/plain", "application/x-www-form-urlencoded", headers["content-type"]]) {
                    const plain = { ...headers, host, origin, ...(type && { "content-type": type }) };
                    note(`${server} for ${origin}`, await ask(port, method, target, plain, body));
                }
                const first = { host, origin, "access-control-request-method": method };
                note(`${server}'s preflight for ${origin}`, await ask(port, "OPTIONS", target, first));
                // Without leave for these a page cannot send a signature, even if it has one.
                const signed = {
                    ...first,
                    "access-control-request-headers": "authorization,content-type,x-amz-target",
                };
                note(`${server}'s preflight of a signed one for ${origin}`, await ask(port, "OPTIONS", target, signed));
            }
        handIn("requests of a page of another origin, and its questions beforehand (CSRF)", asked, {
            answered: none(answered),
        });
        expect(answered).to.deep.equal([]);
    });

    it("takes no page's request for its own protocol, where it speaks none of HTTP", async () => {
        const ports = [...new Set(listenersOf(stack.home.agents, "tcp", "tcp6").map(({ port }) => port))];
        const others = ports.filter((port) => !Object.values(servers()).includes(port));
        const database = Number(to.databasePort);
        expect(others).to.include(database);
        // What it takes, it answers with a success; the database, with anything but an error and its end.
        const takes = (port: number, { heard, closed }: Awaited<ReturnType<typeof say>>) =>
            port === database ? !closed || !/^(E|$)/.test(heard) : /^2(?!20|21)\d\d/m.test(heard);
        const own = await Promise.all(others.map((port) => say(port, "EHLO friend\r\n", true)));
        const mails = others.filter((port, index) => takes(port, own[index]) && port !== database);
        expect(mails, "mail's own protocol is taken, and seen to be").to.have.length(1);
        // The question whether it speaks TLS.
        const asked = await say(database, Buffer.from("0000000804d2162f", "hex"));
        expect(takes(database, asked), "the database's own protocol is taken, and seen to be").to.equal(true);

        const held = "select schemaname, tablename from pg_tables order by 1, 2";
        // On a busy machine the container may miss a check, and be back at the next.
        const tables = () => until("the container answers", () => tell(to.web, "sql", env.DB_URL, held), patience);
        const before = await tables();
        let spoken = 0;
        const taken: string[] = [];
        for (const port of others) {
            const page = `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: https://evil.example\r\nContent-Length: 60\r\n\r\n`;
            const letter = "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nx\r\n.\r\n";
            const said = await say(port, `${page}EHLO evil.example\r\n${letter}create table taken ();\r\n`);
            // The workloads' own ports are the probe's, which speaks HTTP, and one is HTTPS.
            if (said.heard.startsWith("HTTP/")) continue;
            spoken++;
            if (takes(port, said)) taken.push(`port ${port}: ${said.heard}`);
        }
        handIn("a page's request to ports that speak no HTTP: the database's, mail's", spoken, {
            "taken for its own": none(taken),
        });
        expect(taken).to.deep.equal([]);
        expect(spoken).to.be.greaterThan(1);
        expect(await stack.ask<object[]>("mailList")).to.deep.equal([]);
        expect(await tables()).to.deep.equal(before);
    });

    it("answers on its control socket to who has the token, and nobody else", async () => {
        const right = fs.readFileSync(stack.agent.place.token, "utf8").trim();
        const wrong = [
            "",
            "Bearer",
            "Bearer ",
            "Bearer null",
            `Bearer ${right}x`,
            `Bearer ${right.slice(1)}`,
            right,
            `Basic ${right}`,
        ];
        const call = (authorization: string, name = "status"): Promise<number> =>
            new Promise((resolve, reject) => {
                const request = http.request({
                    socketPath: stack.agent.place.socket,
                    method: "POST",
                    path: `/${name}`,
                    headers: { authorization },
                });
                request
                    .on("error", reject)
                    .on("response", (response) => (response.resume(), resolve(response.statusCode ?? 0)));
                request.end("{}");
            });
        const answered: string[] = [];
        const { message } = await refusal(stack.ask("nosuch"));
        const names = /there are (.*)$/.exec(message)![1].split(", ");
        expect(names).to.include.members(["hello", "apply", "remove", "status", "stop", "cancel", "logs", "run"]);
        for (const name of [...names, "nosuch", ""])
            for (const each of wrong)
                if ((await call(each, name)) !== 401) answered.push(`${name}: ${each.replace(right, "…")}`);
        expect(await call(`Bearer ${right}`)).to.equal(200);
        handIn(
            `calls on the control socket without the token, of each of its ${names.length} names`,
            (names.length + 2) * wrong.length,
            { answered: none(answered) },
        );
        expect(answered).to.deep.equal([]);
    });

    it("keeps what a key of an object says within its bucket", async () => {
        const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
        const s3 = new S3Client({
            region: "local",
            credentials,
            endpoint: `http://127.0.0.1:${servers().S3}`,
            forcePathStyle: true,
        });
        const victim = path.join(os.tmpdir(), `mvi-victim-${process.pid}`);
        const keys = [
            "../x",
            "../../../../../../../../../../../../etc/mvi-x",
            `..${victim}`,
            victim,
            "a/../../b",
            "..",
            ".",
            "/",
            "//",
            "a//b",
            "..%2f..%2fx",
            "%2e%2e/x",
            "..\\x",
            "con",
            ".hidden",
            "-rf",
            "\u202e/x",
            "💥",
            "a".repeat(1024),
        ];
        for (const Key of keys) {
            await s3.send(new PutObjectCommand({ Bucket: "uploads", Key, Body: `traversed: ${Key}` }));
            const { Body } = await s3.send(new GetObjectCommand({ Bucket: "uploads", Key }));
            expect(await Body!.transformToString(), Key).to.equal(`traversed: ${Key}`);
        }
        for (const Bucket of ["..", ".", "uploads/..", "../../data"])
            expect(
                (await refusal(s3.send(new PutObjectCommand({ Bucket, Key: "x", Body: "x" })))).message,
                Bucket,
            ).to.not.equal("");
        s3.destroy();
        // It is sought as it is written: where it should be, it is found.
        const own = filesIn(stack.home.root)
            .filter((file) => file.includes("/data/blob/uploads/"))
            .map((file) => contentOf(file));
        for (const key of keys)
            expect(
                own.some((content) => content.includes(`traversed: ${key}`)),
                key,
            ).to.equal(true);
        const made = [
            ...filesIn(stack.home.root).filter(
                // In the folder of another bucket it would be as wrong.
                (file) => !file.includes("/data/blob/uploads/") && contentOf(file).includes("traversed: "),
            ),
            ...[victim, "/etc/mvi-x"].filter((file) => fs.existsSync(file)),
        ];
        handIn("object keys that look like paths to elsewhere", keys.length, {
            "files outside of the bucket's folder": none(made),
        });
        expect(made).to.deep.equal([]);
    });

    it("has its secrets nowhere in plain text: not in files, the engine's state, logs, command lines, messages", async () => {
        const made = (await tell<{ text: string }>(to.web, "file", env.MADE_FILE)).text;
        const values = {
            "the Secret's value": planted.secret,
            "the generated Secret": made,
            "the relay's password": planted.relay,
            "the Key's material": planted.material,
            "the database's password": env.DB_PASSWORD,
            "the access key": env.AWS_SECRET_ACCESS_KEY,
            "the OTLP token": decodeURIComponent(env.OTEL_EXPORTER_OTLP_HEADERS).replace(/^authorization=Bearer /, ""),
        };
        for (const [name, value] of Object.entries(values)) expect(value, name).to.be.a("string").with.length.above(15);

        // Failures, whose messages have what they were about.
        const { run } = await stack.ask<{ run: string }>("run", { id: "fails" });
        await until(
            "the job has failed",
            async () =>
                (await stack.ask<{ runs: Attempt[] }>("runs", { id: "fails" })).runs.some(
                    (each) => each.run === run && each.outcome,
                ),
            patience,
        );
        const messages = await messagesOf({ stack, web: to.web, env, s3: servers().S3, fail: () => mode.push("fail") });
        messages.forEach((message) => expect(message).to.not.equal(""));

        // Where a workload's own files are, its secret files are; the image is what the probe's author wrote.
        const commands = begun.end();
        expect(commands.join("\n"), "what has begun and ended meanwhile").to.match(/initdb/);
        const files = filesIn(stack.home.root).filter((file) => !/\/run\/[^/]+\/files\//.test(file));
        const places = {
            files: files.flatMap((file) => found(contentOf(file), values).map((name) => `${name}: ${file}`)),
            "command lines": commands.flatMap((line) =>
                found(line, values).map((name) => `${name}: ${line.slice(0, 150)}`),
            ),
            "what the engine told": found(told, values),
            logs: found(JSON.stringify(await stack.ask("logs", { limit: 100_000 })), values),
            status: found(JSON.stringify(await stack.ask("status")), values),
            messages: messages.flatMap((message) => found(message, values)),
        };
        const shown = Object.values(places).flat();
        handIn(
            `places looked through for ${Object.keys(values).length} secrets, plain, in base64, hexadecimal and as in URLs`,
            files.length + 4 + messages.length,
            {
                "messages of what was made to fail": messages.length,
                "command lines of all that began, also for a moment, from the first up on": commands.length,
                "found in plain": none(shown),
            },
        );
        expect(places).to.deep.equal(Object.fromEntries(Object.keys(places).map((name) => [name, []])));
    });
});
