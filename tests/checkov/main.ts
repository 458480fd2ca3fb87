/** Prints the programs as HCL and has Checkov look at them: `npm run test:checkov`. Arguments: Checkov's command, and a cloud to look at that one only. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { toHcl } from "./hcl";
import { drawn, profiles, programs } from "./programs";
import { aws } from "./aws";
import { gcp } from "./gcp";
import type { Scanned } from "./scanned";

interface Finding {
    readonly check_id: string;
    readonly check_name: string;
    /** `aws_s3_bucket.uploads` */
    readonly resource: string;
    /** `/dev/guestbook/main.tf` */
    readonly file_path: string;
}

interface Report {
    readonly results: { readonly failed_checks: readonly Finding[] };
    readonly summary: { readonly passed: number; readonly parsing_errors: number; readonly resource_count: number };
}

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

async function main(command: string, only?: string): Promise<boolean> {
    const keep = process.env.MVI_CHECKOV_KEEP;
    const root = keep ?? fs.mkdtempSync(path.join(os.tmpdir(), "mvi-checkov-"));
    try {
        let good = true;
        for (const scanned of [aws, gcp].filter(({ cloud }) => !only || cloud === only)) {
            const folder = path.join(root, scanned.cloud);
            await print(scanned, folder);
            good = judge(scanned, scan(command, folder)) && good;
        }
        return good;
    } finally {
        if (!keep) fs.rmSync(root, { recursive: true });
    }
}

async function print(scanned: Scanned, folder: string): Promise<void> {
    for (const profile of profiles) {
        for (const [name, body] of programs(scanned, profile)) {
            const at = path.join(folder, profile, name);
            fs.mkdirSync(at, { recursive: true });
            try {
                fs.writeFileSync(path.join(at, "main.tf"), toHcl(scanned, await drawn(scanned, profile, body)));
            } catch (error) {
                console.error(
                    `${scanned.cloud} ${profile}/${name}: is not made: ${(error as Error).message.split("\n")[0]}`,
                );
                process.exitCode = 1;
            }
        }
    }
}

function scan(command: string, folder: string): Report {
    const options = ["--directory", folder, "--framework", "terraform", "--output", "json", "--quiet", "--compact"];
    // By itself it gives a file up after ten seconds, which a busy machine takes for a large one.
    const env = { ...process.env, HCL_PARSE_TIMEOUT_SEC: "300" };
    const ran = spawnSync(command, [...options, "--skip-download"], { encoding: "utf8", maxBuffer: 2 ** 29, env });
    if (ran.error) throw ran.error;
    const text = ran.stdout.slice(ran.stdout.indexOf("{"));
    if (!text.startsWith("{")) throw new Error(`Checkov said nothing that can be read: ${ran.stderr}`);
    return JSON.parse(text) as Report;
}

/** Says what fails, and which lines of the skip list nothing needs. */
function judge({ cloud, skips }: Scanned, { results, summary }: Report): boolean {
    const used = new Set<object>();
    const failures = new Map<string, string[]>();
    for (const { check_id: check, check_name: what, resource, file_path: file } of results.failed_checks) {
        const skip = skips.find(
            (one) =>
                one.check === check &&
                (one.on?.test(resource) ?? true) &&
                (one.profiles?.some((profile) => file.startsWith(`/${profile}/`)) ?? true) &&
                (one.program?.test(file) ?? true),
        );
        if (skip) used.add(skip);
        else
            failures.set(`${check} ${what}: ${resource}`, [
                ...(failures.get(`${check} ${what}: ${resource}`) ?? []),
                file,
            ]);
    }
    for (const [failure, files] of failures)
        console.error(`${failure} (${files.map((file) => path.dirname(file)).join(", ")})`);
    const idle = skips.filter((skip) => !used.has(skip));
    for (const { check, on } of idle)
        console.error(`${cloud}-skips.ts: ${check}${on ? ` on ${on.source}` : ""} is needed by nothing: remove it`);
    if (summary.parsing_errors) console.error(`${summary.parsing_errors} files could not be read`);
    const counts = `${summary.passed} checks passed, ${failures.size} failed, ${results.failed_checks.length} with those skipped`;
    console.log(`Checkov on ${cloud}: ${summary.resource_count} resources, ${counts}`);
    return !failures.size && !idle.length && !summary.parsing_errors;
}

// What a program that failed has left open, fails after it.
process.on("unhandledRejection", (error) => {
    console.error(String(error).split("\n")[0]);
    process.exitCode = 1;
});

void main(process.argv[2], process.argv[3]).then((good) => {
    if (!good) process.exitCode = 1;
});
