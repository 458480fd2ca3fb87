import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { nearest } from "../core/nearest";
import { type Call, type Host, type Kind, Refusal } from "../kind";
import { workloadAccount } from "../process/account";
import { type BuiltImage, type ImageConfig, launchOf } from "./config";
import { type ContextInputs, digestOfContext, dockerfileOf } from "./context";
import { copyInto } from "./copy";
import { parseDockerfile } from "./dockerfile";
import { buildPlain } from "./plain";
import { rehearse } from "./rehearse";
import { run } from "./run";
import { Builder, type Hands } from "./stage";
import { Store } from "./store";

export interface ImageInputs extends ContextInputs {
    readonly name: string;
    /** Computed by `check`, so that a changed file is a change of the image. */
    readonly contentDigest?: string;
}

export interface ImageOutputs {
    /** `sha256:…` */
    readonly digest: string;
    /** `<name>@sha256:…` */
    readonly reference: string;
    readonly directory: string;
    readonly config: ImageConfig;
}

/** Images: a copy of a build context by its content, with the last stage of its Dockerfile carried out on this machine. */
export function imageKind(host: Host): Kind<ImageInputs, ImageOutputs> {
    let opened: Store | undefined;
    // On first use: in the engine's provider only `check` is called, and the folder is the agent's.
    const store = () => {
        if (opened === undefined) {
            opened = new Store(host);
            opened.sweepUnfinished();
        }
        return opened;
    };
    const building = new Map<string, Promise<BuiltImage>>();

    const make = async (inputs: ImageInputs, digest: string, call: Call<ImageInputs>): Promise<BuiltImage> => {
        await unchanged(inputs, digest);
        return store().keep(digest, async (folder) => {
            const config = await carryOut(host, inputs, folder, call);
            // What was copied is what the digest names only if it is still so.
            await unchanged(inputs, digest);
            checkStart(inputs.name, { directory: folder, config });
            return config;
        });
    };

    return {
        name: "Image",
        replaceOn: ["name"],
        secrets: [],
        check: checkImage,
        async apply(_id, inputs, call) {
            const digest = inputs.contentDigest ?? (await digestOfContext(inputs));
            let image = store().find(digest);
            if (image === undefined) {
                const under = building.get(digest) ?? make(inputs, digest, call).finally(() => building.delete(digest));
                building.set(digest, under);
                image = await under;
            }
            store().use(inputs.name, digest);
            return { digest, reference: `${inputs.name}@${digest}`, ...image };
        },
        read: async (_id, recorded) => (store().find(recorded.outputs.digest) === undefined ? undefined : recorded),
        remove: async (id, inputs) => store().forget(inputs?.name ?? id),
        stop: async () => undefined,
    };
}

/** Resolves the paths against the working folder, and computes the digest. Needs no agent. */
export async function checkImage(
    inputs: ImageInputs,
): Promise<{ inputs: ImageInputs; faults: { input: string; reason: string }[] }> {
    const context = resolve(inputs.context);
    const fault = (input: string, reason: string) => ({ inputs, faults: [{ input, reason }] });
    if (!existsSync(context) || !statSync(context).isDirectory()) {
        return fault("context", existsSync(context) ? `${context} is not a folder` : notThere("folder", context));
    }
    // Relative to the context, as in Compose; one beside the program is found as well.
    const places =
        inputs.dockerfile === undefined ? [] : [resolve(context, inputs.dockerfile), resolve(inputs.dockerfile)];
    const dockerfile = places.find((path) => existsSync(path));
    if (places[0] !== undefined && dockerfile === undefined) {
        return fault("dockerfile", notThere("Dockerfile", places[0]));
    }
    try {
        const found: ImageInputs = {
            ...inputs,
            context,
            args: inputs.args ?? {},
            ...(dockerfile === undefined ? {} : { dockerfile }),
        };
        const faults = (await rehearse(found)).map((reason) => ({ input: "dockerfile", reason }));
        return { inputs: { ...found, contentDigest: await digestOfContext(found) }, faults };
    } catch (error) {
        if (error instanceof Refusal) {
            return fault("context", error.message);
        }
        throw error;
    }
}

async function unchanged(inputs: ImageInputs, digest: string): Promise<void> {
    if (!existsSync(inputs.context)) {
        throw new Refusal(`Image ${inputs.name}: ${notThere("folder", inputs.context)}`);
    }
    if ((await digestOfContext(inputs)) !== digest) {
        throw new Refusal(
            `Image ${inputs.name}: files in ${inputs.context} were changed since the preview: run pulumi up again`,
        );
    }
}

async function carryOut(
    host: Host,
    inputs: ImageInputs,
    folder: string,
    call: Call<ImageInputs>,
): Promise<ImageConfig> {
    const { name } = inputs;
    const root = join(folder, "root");
    mkdirSync(root);
    const dockerfile = dockerfileOf(inputs);
    if (dockerfile === undefined) {
        return buildPlain(name, inputs, root);
    }
    const note = (line: string) => {
        call.progress(`${name}: ${line}`);
        host.logs.append(`build/${name}`, { time: Date.now(), source: `build/${name}`, stream: "system", text: line });
    };
    const file = parseDockerfile(readFileSync(dockerfile, "utf8"), dockerfile);
    const shop = { host, image: name, scratch: folder, account: workloadAccount(), signal: call.signal, note };
    const hands: Hands = { copy: copyInto, run: (at, ...what) => run({ ...shop, root: at }, ...what) };
    return new Builder(file, inputs, shop, hands).build(root);
}

/** A start that cannot be is told when the image is made, not when its container fails. */
function checkStart(name: string, image: BuiltImage): void {
    const { command, cwd, env } = launchOf(image);
    const [program] = command;
    if (program === undefined) {
        return;
    }
    const places = program.includes("/")
        ? [resolve(cwd, program)]
        : (env["PATH"] ?? "").split(delimiter).map((each) => join(each, program));
    if (!places.some((path) => existsSync(path))) {
        throw new Refusal(
            `Image ${name}: its command begins with ${program}, which is neither in its own files nor on this machine: install it here, or deploy to another cloud`,
        );
    }
}

function notThere(what: string, path: string): string {
    const folder = dirname(path);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const near = nearest(basename(path), names);
    return `there is no ${what} ${path}${near === undefined ? "" : `: did you mean ${join(folder, near)}?`}`;
}
