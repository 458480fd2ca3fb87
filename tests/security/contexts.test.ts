// What a build context, and the Dockerfile in it, could reach outside of itself and of the image.
import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type ImageInputs, imageKind } from "../../agent/image/image";
import { testHost } from "../process/host";
import { contentOf } from "../support/content";
import { proved } from "../support/proof";

const planted = "planted-outside-of-the-context";

/** Each tries to read what stands outside, or to write there: lines of a Dockerfile, or links of the context. */
const attempts: readonly ((victim: string) => { lines?: string[]; links?: Record<string, string> })[] = [
    (victim) => ({ links: { absolute: path.join(victim, "secret") }, lines: ["COPY absolute /app/"] }),
    (victim) => ({ links: { folder: victim }, lines: ["COPY folder/secret /app/"] }),
    (victim) => ({ links: { up: `../${path.basename(victim)}/secret` }, lines: ["COPY . /app/"] }),
    (victim) => ({ lines: [`COPY ../${path.basename(victim)}/secret /app/`] }),
    (victim) => ({ lines: [`COPY ${victim}/secret /app/`] }),
    (victim) => ({ lines: [`ADD ../${path.basename(victim)}/* /app/`] }),
    (victim) => ({ lines: [`ARG FROM=../${path.basename(victim)}/secret`, "COPY $FROM /app/"] }),
    (victim) => ({ lines: [`COPY a ${"../".repeat(20)}${victim.slice(1)}/made`] }),
    (victim) => ({ lines: [`WORKDIR ${"../".repeat(20)}${victim.slice(1)}`, "COPY a made"] }),
    (victim) => ({ lines: [`RUN cp ${"../".repeat(20)}${victim.slice(1)}/secret /app/taken`] }),
    (victim) => ({ lines: [`RUN rm -rf ${victim}/secret ${"../".repeat(20)}${victim.slice(1)}/secret`] }),
    (victim) => ({ lines: [`RUN ln -s ${victim} /app/way`, "COPY a /app/way/made"] }),
    (victim) => ({ lines: [`RUN mkdir -p ${"../".repeat(20)}${victim.slice(1)}/made`] }),
];

describe("what a build reaches", function () {
    this.timeout(60_000);

    it("is its context and its image: nothing else is read or changed", async () => {
        const found: string[] = [];
        let refused = 0;
        for (const attempt of attempts) {
            const host = testHost();
            const root = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"));
            try {
                const [context, victim] = ["context", "victim"].map((name) => path.join(root, name));
                [context, victim].forEach((folder) => fs.mkdirSync(folder));
                fs.writeFileSync(path.join(victim, "secret"), planted);
                // open to every account: nothing but the build itself may keep it from there
                fs.chmodSync(root, 0o755);
                fs.chmodSync(victim, 0o777);
                fs.writeFileSync(path.join(context, "a"), "a");
                const { lines = [], links = {} } = attempt(victim);
                for (const [name, to] of Object.entries(links)) fs.symlinkSync(to, path.join(context, name));
                const said = lines.join("\n");
                fs.writeFileSync(path.join(context, "Dockerfile"), `FROM node\nWORKDIR /app\n${said}\nCMD ["node"]\n`);
                if (!(await isBuilt(imageKind(host), { name: "web", context, args: {} }))) refused++;
                const what = `${said}${JSON.stringify(links)}`;
                if (filesBelow(host.folder("images")).some((file) => contentOf(file).includes(planted)))
                    found.push(`read: ${what}`);
                if (fs.readdirSync(victim).join() !== "secret") found.push(`changed: ${what}`);
            } finally {
                host.clean();
                fs.rmSync(root, { recursive: true, force: true });
            }
        }
        proved({
            part: "security",
            what: "build contexts and Dockerfiles that reach for what is outside",
            times: attempts.length,
            figures: {
                "files outside that were read or changed": { got: found.length, wanted: 0, met: found.length === 0 },
                "refused with a message": refused,
                "kept within the image": attempts.length - refused,
            },
        });
        expect(found).to.deep.equal([]);
        expect(refused).to.be.greaterThan(3);
    });
});

async function isBuilt(kind: ReturnType<typeof imageKind>, inputs: ImageInputs): Promise<boolean> {
    const checked = (await kind.check?.(inputs)) ?? expect.fail("an image is checked");
    if (checked.faults.length > 0) return false;
    const signal = new AbortController().signal;
    return kind.apply("web", checked.inputs, { restoring: false, progress: () => undefined, signal }).then(
        () => true,
        (error: Error) => (error.name === "Refusal" ? false : Promise.reject(error)),
    );
}

const filesBelow = (folder: string): string[] =>
    fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));
