import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** Who has no owner's token may use these collections only. */
const RULES = `
    service cloud.firestore {
        match /databases/{database}/documents {
            match /{collection}/{document=**} { allow read, write: if collection != "denied"; }
        }
    }
`;

/** Google's own emulator of Firestore, of the Cloud SDK (`gcloud components install cloud-firestore-emulator`) or of firebase-tools. */
export function findFirestore(): { java: string; jar: string } | undefined {
    const java = onPath("java");
    const gcloud = onPath("gcloud");
    const folders = [
        ...(gcloud ? [resolve(realpathSync(gcloud), "../../platform/cloud-firestore-emulator")] : []),
        join(homedir(), ".cache/firebase/emulators"),
    ];
    const jars = folders.flatMap((folder) =>
        (existsSync(folder) ? readdirSync(folder) : [])
            .filter((name) => /^cloud-firestore-emulator.*\.jar$/.test(name))
            .map((name) => join(folder, name)),
    );
    return java && jars.length > 0 ? { java, jar: jars[0] } : undefined;
}

export class FirestoreEmulator {
    private constructor(
        readonly endpoint: string,
        private readonly process: ChildProcess,
        private readonly folder: string,
    ) {}

    static async start({ java, jar }: { java: string; jar: string }): Promise<FirestoreEmulator> {
        const folder = mkdtempSync(join(tmpdir(), "mvi-firestore-"));
        const rules = join(folder, "firestore.rules");
        writeFileSync(rules, RULES);
        const port = await freePort();
        const main = ["-Duser.language=en", "-cp", jar, "com.google.cloud.datastore.emulator.firestore.CloudFirestore"];
        const child = spawn(java, [...main, "start", "--host=127.0.0.1", `--port=${port}`, `--rules=${rules}`], {
            cwd: folder,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let said = "";
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (said += String(data)));
        const emulator = new FirestoreEmulator(`http://127.0.0.1:${port}`, child, folder);
        for (let left = 600; !said.includes("is now running"); left--) {
            if (left === 0 || child.exitCode !== null) {
                await emulator.end();
                throw new Error(`Firestore's emulator did not start: ${said}`);
            }
            await new Promise((next) => setTimeout(next, 100));
        }
        return emulator;
    }

    async end(): Promise<void> {
        if (this.process.exitCode === null && this.process.signalCode === null) {
            const gone = new Promise((next) => this.process.once("exit", next));
            this.process.kill("SIGKILL"); // It keeps nothing.
            await gone;
        }
        rmSync(this.folder, { recursive: true, force: true });
    }
}

function onPath(command: string): string | undefined {
    const folders = (process.env.PATH ?? "").split(delimiter);
    return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}

export function freePort(): Promise<number> {
    return new Promise((next, fail) => {
        const server = createServer();
        server.once("error", fail);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as AddressInfo;
            server.close(() => next(port));
        });
    });
}
