/** What the plugin does with a resource: it turns the engine's words into calls to the agent of the stack. */

import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Kind, Refusal } from "../agent/kind";
import { holder } from "../agent/core/claim";
import { call, Unreachable, type CallOptions } from "../agent/core/client";
import { callEnsured } from "../agent/core/launch";
import { home, type Place, placeOf } from "../agent/core/place";
import { runs } from "../agent/core/processes";
import { removing, sweepRemoved } from "../agent/core/removed";
import { type Removed } from "../agent/core/handlers";
import { failureIn, isRecorded } from "../agent/core/records";
import { type Reading } from "../agent/core/resources";
import { markSecrets, OWN, secretNames } from "./check";
import { plain, type Properties } from "./values";

/** One resource as the engine names it. */
export interface Subject {
    readonly kind: Kind;
    readonly urn: string;
    /** Inputs as the engine has them, or as it wants them. */
    readonly inputs: Properties;
    /** The home that its agent had, as the state has it. */
    readonly home?: string;
    readonly options: CallOptions;
}

/** Makes it, or brings it to new inputs. Returns all its properties. */
export async function apply(subject: Subject, create: boolean): Promise<Properties> {
    const { kind, urn, inputs, options } = subject;
    const { place, id, rest } = addressHere(subject);
    const body = { kind: kind.name, id, urn, inputs: plain(rest), secrets: secretNames(rest), create };
    const outputs = await callEnsured<Properties>(place, "apply", body, options);
    return { ...inputs, ...markSecrets(kind, outputs, inputs), ...whereOf(place) };
}

/** What is there, as inputs and as all properties; undefined when it has gone. */
export async function read(subject: Subject): Promise<{ inputs: Properties; properties: Properties } | undefined> {
    const { kind, inputs: before, options } = subject;
    const { place, id } = addressOf(subject);
    if (!fs.existsSync(place.folder)) {
        return undefined; // no agent, no resource: to start one would only make an empty one
    }
    const found = await callEnsured<Reading | null>(place, "read", { kind: kind.name, id }, options);
    if (!found) {
        return undefined;
    }
    const own = Object.fromEntries(OWN.map((name) => [name, before[name]]));
    const inputs = { ...own, ...markSecrets(kind, found.inputs as Properties, before, found.secrets) };
    return {
        inputs,
        properties: { ...inputs, ...markSecrets(kind, found.outputs as Properties, inputs), ...whereOf(place) },
    };
}

/**
 * Brings the agent back if it died together with its guardian: where nothing changes, nothing else would. One that runs is
 * left as it is, of whatever build, but waited for: until it has brought back what it keeps, nobody knows what does not come
 * back. One that was told to stop stays so: a preview comes by here as well.
 */
export async function wake(subject: Subject): Promise<void> {
    const { kind, options } = subject;
    const { place, id } = addressHere(subject);
    const body = { kind: kind.name, id };
    // To read it is answered when all is brought back.
    for (let waited = 0; waited < LONGEST_START && !stopped(place); waited += 30) {
        const agent = holder(place.folder, "agent");
        if (agent !== undefined && answered.get(place.folder) === agent) return;
        try {
            await (agent === undefined
                ? callEnsured(place, "read", body, options)
                : call(place, "read", body, options).catch(ifUnreachable));
            answered.set(place.folder, holder(place.folder, "agent"));
        } catch (error) {
            if (agent === undefined || !(error instanceof Unreachable)) throw error;
            await sleep(30, undefined, { signal: options.signal }); // it does not listen yet, or has just ended
        }
    }
    answered.set(place.folder, holder(place.folder, "agent")); // one that never does is waited for once
}

/** The agents that are not waited for again in this process: by their folder, their process. */
const answered = new Map<string, number | undefined>();

const stopped = ({ folder, stopped: mark }: Place): boolean => !fs.existsSync(folder) || fs.existsSync(mark);

/** That one cannot be read, or is of a kind which an older agent has not, is said when it is applied. */
function ifUnreachable(error: unknown): void {
    if (error instanceof Unreachable) throw error;
}

/**
 * Whether the agent has no such resource, though the engine has one: a `destroy` was killed after it had removed this, and
 * before it could note so. Without this, an `up` would find nothing to do.
 */
export function isGone(subject: Subject): boolean {
    const { place, id } = addressHere(subject);
    return !isRecorded(place.folder, subject.kind.name, id);
}

/** Whether it does not come back, as the agent found when it last tried: an `up` is to try it again, and to say why. */
export function isFailing(subject: Subject): boolean {
    const { place, id } = addressHere(subject);
    return failureIn(place.folder, subject.kind.name, id) !== undefined;
}

/**
 * Removes it. With the last one the agent goes, and this waits for that.
 *
 * @returns what is left although it was the last one, and why, for the person
 */
export async function remove(subject: Subject): Promise<string | undefined> {
    const { place, id } = addressOf(subject);
    if (!fs.existsSync(place.folder)) {
        return undefined;
    }
    const { last, missing, process } = await callEnsured<Removed>(
        place,
        "remove",
        { kind: subject.kind.name, id },
        subject.options,
    );
    // the folder has another name while it is removed: all is gone when its agent is
    for (let waited = 0; last && (fs.existsSync(place.folder) || runs(process));) {
        if (waited > LONGEST_END) {
            throw new Unreachable(`agent ${place.stack}: all is removed, but it does not end: see ${place.log}`);
        }
        await sleep(30, undefined, { signal: subject.options.signal });
        waited += removing(place, process) ? 0 : 30; // many files on a slow disk take their time
    }
    if (last) {
        sweepRemoved(place); // it may have been killed while it removed its folder
    }
    return missing.length > 0 ? leftOf(missing, place) : undefined;
}

/** Data whose record could not be read, so that neither the engine nor the agent knows whether it is wanted. */
function leftOf(missing: readonly string[], { folder }: Place): string {
    const names = missing.map((file) => path.basename(file).replace(/^(.+?)[.](.+)[.]json[.]\d+$/, "$1 $2"));
    return (
        `the data of ${names.join(", ")} stay in ${folder}, since their records could not be read (put aside: ` +
        `${missing.join(", ")}). \`pulumi up\` makes what the program declares anew over them; else remove the folder`
    );
}

const LONGEST_END = 60_000;
const LONGEST_START = 30_000;

interface Address {
    readonly place: Place;
    readonly id: string;
    readonly rest: Properties;
}

/**
 * Where it is kept: in the home that the state names, as long as the stack has its agent there; else in this one. So what
 * is made with one MVI_HOME is not taken for gone with another, and is found where its folder was moved to.
 */
function addressOf({ inputs, home: before }: Subject): Address {
    const { agent, resourceName, ...rest } = inputs;
    const stack = String(plain(agent));
    const there = before === undefined || !fs.existsSync(placeOf(stack, before).folder) ? undefined : before;
    return { place: placeOf(stack, there), id: String(plain(resourceName)), rest };
}

/** Where it is kept, for what would make or change something. @throws {@link Refusal} when that is in another home. */
function addressHere(subject: Subject): Address {
    const address = addressOf(subject);
    const { home: there } = whereOf(address.place);
    if (!same(there, home())) {
        throw new Refusal(
            `${subject.kind.name} ${address.id}: it is kept in ${there}, and MVI_HOME is ${home()} now: run this again with ` +
                `MVI_HOME=${there}. To move the stack, run \`pulumi destroy\` first`,
        );
    }
    return address;
}

function whereOf({ folder }: Place): { home: string } {
    return { home: path.dirname(path.dirname(folder)) };
}

/** By another name it may be the same folder. */
function same(one: string, other: string): boolean {
    const real = (folder: string): string => (fs.existsSync(folder) ? fs.realpathSync(folder) : folder);
    return real(one) === real(other);
}
