/** The official download of Pulumi's tools. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { arch, platform } from "node:process";
import { Failure, capture, step } from "./io.mjs";

/** Where a release lies. The checksums come from another host than the archive: one of them changed is noticed. */
const official = {
    archive: (version, name) => `https://get.pulumi.com/releases/sdk/${name}`,
    checksums: (version) =>
        `https://github.com/pulumi/pulumi/releases/download/v${version}/pulumi-${version}-checksums.txt`,
};

/** Downloads a release into `bin`. A host that does not answer within 5 seconds counts as unreachable. */
export async function download({ version, bin, env }, from = official) {
    const name = archiveName(version);
    const release = dirname(bin);
    await mkdir(dirname(release), { recursive: true });
    const temp = await mkdtemp(`${release}.`);
    const shown = step("pulumi", `downloading ${name}`);
    try {
        const archive = join(temp, name);
        const checksums = join(temp, "checksums.txt");
        await get(from.checksums(version), checksums, env);
        await get(from.archive(version, name), archive, env);
        const wanted = (await readFile(checksums, "utf8")).match(
            new RegExp(`^([0-9a-f]{64})\\s+\\*?${name}$`, "m"),
        )?.[1];
        const got = await sha256(archive);
        if (wanted !== got) {
            throw new Failure(
                `${from.archive(version, name)} has the SHA-256 ${got}, and ${wanted ?? "no checksum"} is published: it was not used`,
            );
        }
        await mkdir(join(temp, "bin"));
        if (
            (await capture("tar", ["-xzf", archive, "-C", join(temp, "bin"), "--strip-components=1"], {
                timeout: 120_000,
            })) === undefined
        ) {
            throw new Failure(`${name} could not be unpacked with \`tar\``);
        }
        await rm(archive);
        await settle(temp, release);
        shown.done();
    } catch (fault) {
        shown.failed("not possible");
        throw fault;
    } finally {
        await rm(temp, { recursive: true, force: true });
    }
}

/** Puts a finished folder in its place at once, so that a half-made one is never seen; another clone's, if it came first. */
export async function settle(temp, place) {
    await rm(place, { recursive: true, force: true });
    await rename(temp, place).catch((fault) => {
        if (fault.code !== "ENOTEMPTY" && fault.code !== "EEXIST") throw fault;
    });
}

function archiveName(version) {
    const os = { linux: "linux", darwin: "darwin" }[platform];
    const machine = { x64: "x64", arm64: "arm64" }[arch];
    if (!os || !machine)
        throw new Failure(`Pulumi publishes no archive that is unpacked here for ${platform} on ${arch}`);
    return `pulumi-v${version}-${os}-${machine}.tar.gz`;
}

/** By curl, which knows of proxies, and is what Pulumi's own installer uses. */
async function get(url, file, env) {
    const limits = ["--connect-timeout", "5", "--speed-limit", "1000", "--speed-time", "15"];
    const answer = await capture("curl", ["-fsSL", ...limits, "-o", file, url], { env, timeout: 900_000 });
    if (answer === undefined) throw new Failure(`the official download is out of reach (\`curl ${url}\` fails)`);
}

async function sha256(file) {
    const hash = createHash("sha256");
    for await (const part of createReadStream(file)) hash.update(part);
    return hash.digest("hex");
}
