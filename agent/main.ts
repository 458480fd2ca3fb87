/**
 * The agent: the cloud of one stack on this machine.
 *
 * Run as `node agent/main.js <project>/<stack> <home> <build>`, by the guardian.
 */

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { kindRegistry } from "./kinds";
import { type Host, type Identities, Refusal, type Vault } from "./kind";
import { claim, holds, unclaim } from "./core/claim";
import { serveControl } from "./core/control";
import { makeFolder, putAside, readIfAny, writeAtomic } from "./core/files";
import { bringToFormat } from "./core/format";
import { watchGuardians } from "./core/guardians";
import { handlersOf } from "./core/handlers";
import { sweepHalves } from "./core/halves";
import { openHost } from "./core/host";
import { openLifetime } from "./core/lifetime";
import { makeSocketFolder, type Place, placeOf } from "./core/place";
import { queriesOf } from "./core/queries";
import { openRecords } from "./core/records";
import { removeFolder, sweepRemoved } from "./core/removed";
import { openResources } from "./core/resources";
import { openVault } from "./core/vault";
import { installBoot, removeBoot } from "./guardian/boot";
import { ENDED, REFUSED, TAKEN } from "./guardian/exits";
import { openIdentities } from "./identity/identities";
import { openLogStore } from "./log/store";
import { type DataKeys } from "./log/types";
import { openMetricStore } from "./metric/store";
import { limitsSupported } from "./process/limits";
import { discard, sweepDiscarded } from "./process/discard";
import { reapLeftovers } from "./process/supervisor";

async function run(place: Place, build: string): Promise<void> {
    bringToFormat(place.folder);
    sweepHalves(place.folder);
    fs.rmSync(place.failure, { force: true });
    fs.rmSync(place.stopped, { force: true });
    makeSocketFolder(place);

    const data = (name: string): string => path.join(place.folder, name);
    const vault = openVault(data("vault.key"));
    const logs = openLogStore(data("logs"), { keys: () => kinds.kind("Key") as unknown as DataKeys, report });
    const metrics = openMetricStore(data("metrics"), { system: place.folder, report });
    const identities = identitiesAt(data("identities.json"), vault);
    const kinds = openHost({ ...place, vault, logs, metrics, identities, registry: kindRegistry(), report });
    const records = openRecords(place.folder, vault);
    records.broken.forEach((file) => report(`a record could not be read, and was put aside: ${file}`));
    const resources = openResources(records, kinds, report);
    const guardians = watchGuardians(place, build);
    const boot = installBoot(place, build);
    const limits = limitsSupported();
    report(limits.note);

    const leave = async (empty: boolean): Promise<void> => {
        const missing = empty ? records.missing() : [];
        const remove = empty && missing.length === 0;
        missing.forEach((file) => report(`its data stay, since its resource was not made anew or removed: ${file}`));
        report(remove ? "nothing is left: ending for good" : "ending; the data stays");
        setTimeout(() => process.exit(1), LONGEST_END).unref();
        guardians.release();
        await resources.stop();
        logs.stop();
        metrics.stop();
        if (remove) {
            await removeBoot(place);
            removeFolder(place);
        }
        control.close();
        if (holds(place.folder, "agent")) {
            fs.rmSync(place.socket, { force: true });
            unclaim(place.folder, "agent");
        }
        process.exit(ENDED);
    };
    const lifetime = openLifetime(resources.empty, (empty) => {
        // the answer to the call that brought the end has to go out first
        setImmediate(() => leave(empty).catch(fatal));
    });
    const queries = queriesOf({ logs, metrics, kind: kinds.kind });
    const handlers = handlersOf({ place, build, resources, records, guardians, lifetime, boot, limits, queries });
    const control = await serveControl({ place, token: tokenOf(place), handlers, report });
    setInterval(() => {
        if (!holds(place.folder, "agent")) {
            report(`${place.folder} was removed: ending`);
            lifetime.end(false);
        } else {
            makeSocketFolder(place);
            control.keep().catch(fatal);
        }
    }, WATCH).unref();
    endWhenTold = () => lifetime.end(false);

    try {
        sweepRemoved(place);
    } catch (error) {
        report(`what an earlier agent has left cannot be removed: ${(error as Error).message}`);
    }
    await reapLeftovers(kinds.host.folder("processes"));
    removeLeftovers(kinds.host, data("data"));
    await resources.bringUp();
    lifetime.settle();
}

/** How long the end may take before it is cut short, in milliseconds. */
const LONGEST_END = 60_000;

/** How often it looks whether its folder and its socket are there, in milliseconds. */
const WATCH = 2_000;

function tokenOf(place: Place): string {
    const known = readIfAny(place.token)?.trim();
    // One that was damaged is made anew. Else nothing is written: the disk may be full.
    if (known && /^[0-9a-f]{64}$/.test(known)) return known;
    const token = randomBytes(32).toString("hex");
    writeAtomic(place.token, token + "\n");
    return token;
}

/** Identities that cannot be read are put aside: who starts with the agent gets a new one. */
function identitiesAt(file: string, vault: Vault): Identities {
    try {
        return openIdentities(file, vault);
    } catch (error) {
        putAside(file, error, report);
        return openIdentities(file, vault);
    }
}

/** Removes what an agent that was killed has left: folders of programs that have ended, and half of what it removed. */
function removeLeftovers(host: Host, folder: string): void {
    void sweepDiscarded(host, folder);
    for (const entry of fs.readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory())) {
        void sweepDiscarded(host, path.join(folder, entry.name));
    }
    void discard(host, path.join(folder, "run"));
}

function report(line: string): void {
    process.stderr.write(`${new Date().toISOString()} agent: ${line}\n`);
}

function fatal(error: unknown): never {
    report(String(error instanceof Error ? error.stack : error));
    process.exit(1);
}

/** What a signal to end does. Before anything is begun there is nothing to end. */
let endWhenTold = (): void => process.exit(ENDED);

async function main(stack: string, root: string, build: string): Promise<void> {
    process.umask(0o077);
    const place = placeOf(stack, root);
    makeFolder(place.folder);
    if (!(await claim(place.folder, "agent"))) {
        process.exitCode = TAKEN;
        return; // another one is there
    }
    try {
        await run(place, build);
    } catch (error) {
        if (error instanceof Refusal) {
            report(error.message);
            writeAtomic(place.failure, error.message);
            process.exit(REFUSED);
        }
        throw error;
    }
}

if (require.main === module) {
    const [stack, root, build] = process.argv.slice(2);
    process.on("SIGTERM", () => endWhenTold());
    process.on("SIGINT", () => endWhenTold());
    process.on("uncaughtException", fatal);
    process.on("unhandledRejection", fatal);
    main(stack, root, build).catch(fatal);
}
