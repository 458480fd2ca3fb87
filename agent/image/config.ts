import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** ImageConfig is what an image says about its own start. Paths are those of the image, as in its Dockerfile. */
export interface ImageConfig {
    readonly entrypoint: readonly string[];
    readonly cmd: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly workdir: string;
    /** As in the Dockerfile. It is used when the declaration says nothing of `health`. */
    readonly healthcheck?: Healthcheck;
    readonly stopSignal?: string;
    /** As in the Dockerfile. It is kept for the reader: a workload runs as an account of its own, or as who runs the agent. */
    readonly user?: string;
    readonly exposed: readonly number[];
}

export interface Healthcheck {
    readonly command: readonly string[];
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly failures: number;
    readonly initialDelaySeconds: number;
}

/** BuiltImage is an image on this machine's disk. */
export interface BuiltImage {
    readonly directory: string;
    readonly config: ImageConfig;
}

/** What a process of an image is started with, in this machine's paths. */
export interface Launch {
    readonly command: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
}

/** PATH of an image that sets none: Docker's. */
export const imagePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Where the files of an image are. */
export function rootOf(directory: string): string {
    return join(directory, "root");
}

/**
 * How to start an image: its own command, or what replaces that, with the paths that exist in the image made paths of
 * this machine. There is no chroot: other absolute paths are this machine's.
 */
export function launchOf(
    image: BuiltImage,
    replaced: { entrypoint?: readonly string[]; command?: readonly string[] } = {},
): Launch {
    const { config } = image;
    const root = rootOf(image.directory);
    const entrypoint = replaced.entrypoint ?? config.entrypoint;
    // As Docker: with another entrypoint the image's cmd has no meaning.
    const command = replaced.command ?? (replaced.entrypoint === undefined ? config.cmd : []);
    const { PATH, ...env } = config.env;
    return {
        command: [...entrypoint, ...command].map((word) => onHost(root, word)),
        cwd: join(root, config.workdir),
        env: {
            ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, onHost(root, value)])),
            PATH: searchPath(root, PATH).join(delimiter),
        },
    };
}

/** The text with each absolute path that the image holds as the path on this machine. */
export function onHost(root: string, text: string): string {
    return text.replace(/(?<![\w./\\~-])\/[\w@.+-]+(?:\/[\w@.+-]+)*/g, (path) =>
        existsSync(join(root, path)) ? join(root, path) : path,
    );
}

/** Where programs are looked for: in the folders of the image's PATH that it holds, then in this machine's PATH. */
export function searchPath(root: string, path = imagePath): string[] {
    const own = path.split(":").map((each) => join(root, each));
    const host = (process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter);
    return [...new Set([...own.filter((each) => existsSync(each)), ...host.filter((each) => each.startsWith("/"))])];
}
