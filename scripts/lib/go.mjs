/** Builds Pulumi's tools from their Go modules: where the module proxy can be reached, and Pulumi's download cannot. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure, capture, run, step } from "./io.mjs";
import { settle } from "./download.mjs";

/** The last one that is a package of Pulumi's SDK: later ones are a module that no proxy serves. */
const hostVersion = "3.68.0";

/** Builds both tools into `bin`: some minutes, and seconds when Go has them in its cache. */
export async function buildWithGo({ version, bin, env }) {
    const go = (await capture("go", ["env", "GOVERSION"], { env }))?.match(/go(\d+)\.(\d+)/);
    if (!go) throw new Failure("no `go` is on PATH, to build it with");
    // From 1.21 on, Go fetches the newer toolchain that a module asks for.
    if (Number(go[1]) === 1 && Number(go[2]) < 21)
        throw new Failure(`the \`go\` on PATH is ${go[0]}, and go1.21 is the oldest that can build it`);

    const release = dirname(bin);
    await mkdir(dirname(release), { recursive: true });
    const temp = await mkdtemp(`${release}.`);
    try {
        const cli = {
            name: "pulumi",
            module: "github.com/pulumi/pulumi/pkg/v3",
            path: "cmd/pulumi",
            version,
            shown: version,
        };
        const host = {
            name: "pulumi-language-nodejs",
            module: "github.com/pulumi/pulumi/sdk/v3",
            path: "nodejs/cmd/pulumi-language-nodejs",
            version: hostVersion,
            shown: hostVersion,
        };
        await build(cli, temp, env);
        await build(host, temp, env);
        await settle(temp, release);
    } finally {
        await rm(temp, { recursive: true, force: true });
    }
}

/**
 * Builds one tool in a module of its own: `go install` refuses a module that has replacements, as Pulumi's have.
 * Go checks each download against the checksum database, as it is configured.
 */
async function build(tool, temp, env) {
    const source = join(temp, `build-${tool.name}`);
    const what = `${tool.module}/${tool.path}`;
    await mkdir(source, { recursive: true });
    await writeFile(join(source, "go.mod"), `module build\n\ngo 1.21\n\nrequire ${tool.module} v${tool.version}\n`);
    await writeFile(join(source, "tools.go"), `//go:build tools\n\npackage build\n\nimport _ "${what}"\n`);

    const shown = step(
        "pulumi",
        `building ${tool.name} ${tool.version} with go (once for this user; some minutes in all)`,
    );
    const flag = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${tool.shown}`;
    const last = [];
    let fetched = 0;
    let compiled = 0;
    const code = await run(
        "go",
        [
            "build",
            "-v",
            "-mod=mod",
            "-buildvcs=false",
            "-trimpath",
            "-ldflags",
            flag,
            "-o",
            join(temp, "bin", tool.name),
            what,
        ],
        {
            cwd: source,
            env: { ...env, GOWORK: "off", GOFLAGS: "" },
            onLine: (line) => {
                if (line.startsWith("go: downloading")) fetched++;
                else compiled++;
                shown.note(`${fetched} modules fetched, ${compiled} packages compiled`);
                last.push(line);
                if (last.length > 5) last.shift();
            },
        },
    );
    if (code !== 0) {
        shown.failed();
        throw new Failure(`\`go build ${what}\` failed:\n      ${last.join("\n      ")}`);
    }
    shown.done();
    await rm(source, { recursive: true, force: true });
}
