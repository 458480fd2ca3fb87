import { expect } from "chai";
import { Blob, Key, KV, Log, Metric, Network, Secret } from "../../components";
import type { Registered } from "../support/mocks";
import { onGcp } from "./program";

const host = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Google's rules, by the module of a type: the argument that names, what it may be, and how long. */
const rules: Readonly<Record<string, { argument: string; pattern: RegExp; most: number }>> = {
    compute: { argument: "name", pattern: host, most: 63 },
    "dns/managedZone": { argument: "name", pattern: host, most: 63 },
    "dns/policy": { argument: "name", pattern: host, most: 63 },
    firestore: { argument: "name", pattern: /^[a-z][a-z0-9-]*[a-z0-9]$/, most: 63 },
    kms: { argument: "name", pattern: /^[A-Za-z0-9_-]+$/, most: 63 },
    "kms/keyRingImportJob": { argument: "importJobId", pattern: /^[A-Za-z0-9_-]+$/, most: 63 },
    "logging/projectBucketConfig": { argument: "bucketId", pattern: /^[A-Za-z0-9_.-]+$/, most: 100 },
    logging: { argument: "name", pattern: /^[A-Za-z0-9_.-]+$/, most: 100 },
    networkconnectivity: { argument: "name", pattern: host, most: 63 },
    pubsub: { argument: "name", pattern: /^[A-Za-z][A-Za-z0-9._~+%-]{2,}$/, most: 255 },
    "secretmanager/secret": { argument: "secretId", pattern: /^[A-Za-z0-9_-]+$/, most: 255 },
    "storage/bucket": {
        argument: "name",
        pattern: /^(?!goog)(?!.*g[o0]{2,}gle)[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/,
        most: 63,
    },
};

function ruleOf({ type }: Registered) {
    const path = type.split(":")[1];
    // What belongs to something else is called as that is.
    if (/iammember|iamauditconfig|logview|\/field|recordset|secretversion/i.test(type)) return undefined;
    return rules[path] ?? rules[path.split("/")[0]];
}

describe("Names on GCP", () => {
    for (const name of ["a", "ab", "google-images", "a".repeat(40), `a${"-b".repeat(19)}`]) {
        it(`fit for what is called ${name}`, async () => {
            // One component a program: the types of two keep apart what they call alike, which the mocked engine does not see.
            const programs: (() => unknown)[] = [
                () => new Network(name, { egress: "none", flowLogs: true }),
                () => new Blob(name),
                () => new Key(name, { material: Buffer.alloc(32).toString("base64") }),
                () => new KV(name),
                () => new Secret(name, { generate: {} }),
                () =>
                    new Log(name, {
                        export: new Blob("copies"),
                        filters: { "a-filter": { contains: "x", into: new Metric("counted") } },
                        subscribers: ["https://logs.example.com/in"],
                    }),
            ];
            const all: Registered[] = [];
            for (const program of programs) all.push(...(await onGcp(program)).all);
            let checked = 0;
            for (const one of all) {
                const rule = ruleOf(one);
                if (!rule) continue;
                // What has no name of ours is called by Pulumi: the logical name, a hyphen and seven digits.
                const known = (one.inputs[rule.argument] as string | undefined) ?? `${one.name}-0a1b2c3`;
                expect(known, one.type).to.match(rule.pattern);
                expect(known.length, `${one.type} ${known}`).to.be.at.most(rule.most);
                checked++;
            }
            expect(checked).to.be.above(15);
        });
    }
});
