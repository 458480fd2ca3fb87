// A stack with a bit of each, by a real agent: what others may see of it, and what it leaves. Run by private.test.ts, as any user.
import * as fs from "node:fs";
import * as path from "node:path";
import { type BuiltImage } from "../../agent/image/config";
import { imageKind } from "../../agent/image/image";
import { call } from "../../agent/core/client";
import { callEnsured } from "../../agent/core/launch";
import { type Status } from "../../agent/core/handlers";
import { placeOf } from "../../agent/core/place";
import { type Host } from "../../agent/kind";
import { containerInputs } from "../container/inputs";
import { entriesIn } from "../support/content";

const [home, context] = process.argv.slice(2);
const place = placeOf("project/dev", home);

const apply = async <Outputs>(kind: string, id: string, inputs: object): Promise<Outputs> =>
    callEnsured(place, "apply", { kind, id, urn: `urn:${kind}:${id}`, inputs, secrets: [], create: true });

/** Files and folders below `folder` on which others have rights; but for images, for all to read who know their names. */
function open(folder: string): string[] {
    return entriesIn(folder)
        .filter(([file, { mode }]) => (mode & 0o077) !== 0 && !file.includes("/data/images/"))
        .map(([file, { mode }]) => `${path.relative(home, file)} ${(mode & 0o777).toString(8)}`);
}

async function main(): Promise<void> {
    const { inputs } = await imageKind({} as Host).check!({ name: "app", context, args: {} });
    const image = await apply<BuiltImage>("Image", "app", inputs);
    await apply("Secret", "token", { name: "token", value: "planted-secret", forceDestroy: true });
    await apply("Key", "main", { name: "main", purpose: "encrypt", forceDestroy: true });
    await apply("Bucket", "uploads", {
        name: "uploads",
        versioned: false,
        lifecycle: [],
        cors: [],
        forceDestroy: true,
    });
    const container = (name: string, env: Record<string, string>) =>
        containerInputs(name, image, {
            env,
            secretEnv: { TOKEN: "secret:token" },
            secretFiles: { "/mvi/token": "secret:token" },
            ports: [{ name: "http", port: 80, protocol: "http" }],
            rollout: { strategy: "rolling", timeoutSeconds: 20, maxSurge: 1 },
        });
    const urls = async (name: string, env = {}): Promise<string> =>
        (await apply<{ internalUrls: { http: string } }>("Container", name, container(name, env))).internalUrls.http;
    const victim = (await (await fetch(await urls("victim"))).json()) as { pid: number; home: string };
    const secrets = path.join(path.dirname(victim.home), "files", "mvi", "token");
    const data = (...names: string[]): string => path.join(place.folder, ...names);
    const looks = {
        vault: data("vault.key"),
        token: place.token,
        records: data("records"),
        record: data("records", "Secret", "token.json"),
        log: place.log,
        socket: place.socket,
        identities: data("identities.json"),
        secret: data("data", "secret", "token.secret"),
        data: data("data"),
        run: data("data", "run"),
        home: victim.home,
        file: secrets,
        environment: `/proc/${victim.pid}/environ`,
    };
    const url = await urls("spy", { LOOK: JSON.stringify(looks) });
    const seen = (await (await fetch(url)).json()) as { got: Record<string, string> };
    const { limits } = await call<Status>(place, "status");
    const before = { there: fs.existsSync(secrets), open: open(home), got: seen.got, limits };
    for (const [kind, ids] of Object.entries({
        Container: ["victim", "spy"],
        Bucket: ["uploads"],
        Key: ["main"],
        Secret: ["token"],
        Image: ["app"],
    })) {
        for (const id of ids) {
            await callEnsured(place, "remove", { kind, id });
        }
    }
    for (let waited = 0; fs.existsSync(place.folder) && waited < 10_000; waited += 50) {
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const left = fs.existsSync(home) ? fs.readdirSync(home, { recursive: true }) : [];
    process.stdout.write(JSON.stringify({ ...before, left }));
}

void main();
