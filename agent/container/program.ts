import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { type Host, type Kind, type Permit, Refusal } from "../kind";
import { type Launch, launchOf } from "../image/config";
import { type Account, workloadAccount, workloadFolder } from "../process/account";
import { discard } from "../process/discard";
import { logsEndpoint } from "../log/endpoint";
import { otlpOf } from "../metric/endpoint";
import { secretName, type SecretKind } from "../secret/secret";
import { type ImageRef } from "./inputs";

/** Program is one process of a workload, as it is started: secrets are resolved. */
export interface Program {
    /** Of a sidecar; "" for the main one. */
    readonly name: string;
    readonly launch: Launch;
    readonly env: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, string>>;
    readonly cpu?: number;
    readonly memory?: number;
    readonly stopSignal?: NodeJS.Signals;
    /** The home of each replica, by its number: kept, and its working folder. @default one that is emptied at each start */
    readonly home?: (number: number) => string;
}

/** What a workload says about one of its programs. */
export interface ProgramInputs {
    readonly name?: string;
    readonly image: ImageRef;
    readonly command?: readonly string[];
    readonly entrypoint?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly secretEnv?: Readonly<Record<string, string>>;
    readonly secretFiles?: Readonly<Record<string, string>>;
    readonly cpu?: number;
    readonly memory?: number;
}

/** @throws {@link Refusal} when there is no command, or a secret is not there. */
export async function programOf(host: Host, owner: string, inputs: ProgramInputs): Promise<Program> {
    const launch = launchOf(inputs.image, inputs);
    if (launch.command.length === 0) {
        throw new Refusal(
            `${owner}: there is nothing to start: give a command, a CMD in the Dockerfile, or scripts.start in package.json`,
        );
    }
    const { stopSignal } = inputs.image.config;
    return {
        name: inputs.name ?? "",
        launch,
        env: { ...inputs.env, ...resolved(host, inputs.secretEnv) },
        files: resolved(host, inputs.secretFiles),
        ...(inputs.cpu === undefined ? {} : { cpu: inputs.cpu }),
        ...(inputs.memory === undefined ? {} : { memory: inputs.memory }),
        ...(stopSignal === undefined ? {} : { stopSignal: stopSignal as NodeJS.Signals }),
    };
}

/**
 * The variables by which a workload is somebody: the servers of the agent let it do what its permits say. With a metric or
 * a log to write among them, they tell OpenTelemetry's SDKs where to send to; with a log to read, AWS's SDKs where to ask.
 *
 * @throws {@link Refusal} when another program has taken the receiver's port
 */
export async function identityOf(
    host: Host,
    owner: string,
    permits: readonly Permit[],
): Promise<Record<string, string>> {
    const identity = host.identities.issue(owner, permits);
    const { accessKeyId, secretAccessKey } = identity;
    const has = (verb: string, ...kinds: string[]): boolean =>
        permits.some(({ kind, access }) => kinds.includes(kind) && access.includes(verb));
    return {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_REGION: "local",
        ...(has("write", "Metric", "Log") ? (await otlpOf(host)).environment(identity) : {}),
        // A client made without arguments asks there, as it asks the cloud itself elsewhere.
        ...(has("read", "Log") ? { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: await logsEndpoint(host) } : {}),
    };
}

/** Private is what one running program has for itself on disk: a home, a folder for temporary files, its secret files. */
export class Private {
    readonly account: Account | undefined;
    readonly #folder: string;

    constructor(
        private readonly host: Host,
        id: string,
        private readonly program: Program,
        private readonly number = 0,
    ) {
        this.#folder = join(workloadFolder(host, "run"), encodeURIComponent(id));
        const owner = id.split("/").slice(0, 2).join("/"); // its replicas, sidecars and runs are one
        this.account = workloadAccount(`${host.folder("run")} ${owner}`);
    }

    get home(): string {
        return this.program.home?.(this.number) ?? join(this.#folder, "home");
    }

    get cwd(): string {
        return this.program.home === undefined ? this.program.launch.cwd : this.home;
    }

    /** Makes it anew, empty: the file system of a workload ends with it. */
    prepare(): void {
        void this.remove();
        for (const path of [this.#folder, this.home, join(this.#folder, "tmp"), join(this.#folder, "files")]) {
            mkdirSync(path, { recursive: true, mode: 0o700 });
            this.#give(path);
        }
        for (const [path, content] of Object.entries(this.program.files)) {
            const file = this.#file(path);
            mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
            for (let each = dirname(file); each !== join(this.#folder, "files"); each = dirname(each)) {
                this.#give(each);
            }
            writeFileSync(file, content, { mode: 0o400 });
            this.#give(file);
        }
    }

    /** It is gone at once; its files a little later. */
    remove(): Promise<void> {
        return discard(this.host, this.#folder);
    }

    /**
     * The whole environment: the image's, its identity, the declaration's, and on top what the machine gives.
     */
    env(identity: Readonly<Record<string, string>>, given: Readonly<Record<string, string>>): Record<string, string> {
        const { launch, env } = this.program;
        const own = Object.entries({ ...launch.env, ...identity, ...env }).map(([name, value]) => [
            name,
            this.#real(value),
        ]);
        const real = Object.fromEntries(own) as Record<string, string>;
        return { ...real, ...given, HOME: this.home, TMPDIR: join(this.#folder, "tmp") };
    }

    get command(): string[] {
        return this.program.launch.command.map((word) => this.#real(word));
    }

    #file(path: string): string {
        return join(this.#folder, "files", posix.resolve("/", path));
    }

    /** A secret file's path is where it is meant to be; what names it is told where it is. */
    #real(text: string): string {
        return Object.keys(this.program.files).reduce((now, path) => (now === path ? this.#file(path) : now), text);
    }

    #give(path: string): void {
        if (this.account !== undefined) {
            chownSync(path, this.account.uid, this.account.gid);
        }
    }
}

/**
 * Values with each `secret:<name>` replaced by the value of that Secret. What else begins with `secret:` is a value.
 *
 * @throws {@link Refusal} when there is no such secret
 */
export function resolved(host: Host, values: Readonly<Record<string, string>> = {}): Record<string, string> {
    return Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
            name,
            secretName(value) === undefined ? value : secrets(host).resolve(value),
        ]),
    );
}

/**
 * Calls back when a secret that `values` name was rotated, until the returned function is called. Not for a value that
 * was declared anew: then the engine applies its users as well, with all else that changes.
 */
export function onRotation(host: Host, values: readonly string[], rotated: () => void): () => void {
    const names = new Set(values.map(secretName).filter((name) => name !== undefined));
    const ends = [...names].map((name) => secrets(host).watch(name, (why) => why === "rotated" && rotated()));
    return () => ends.forEach((end) => end());
}

function secrets(host: Host): SecretKind & Kind {
    return host.kind<SecretKind & Kind>("Secret");
}
