/** The caller's side of the control socket. */

import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import { createInterface } from "node:readline";
import { Refusal } from "../kind";
import { type Answer, CALL_HEADER } from "./control";
import { type Place } from "./place";

export interface CallOptions {
    onProgress?(line: string): void;
    readonly signal?: AbortSignal;
}

/** Unreachable: no agent answers there now, or it went away during the call. */
export class Unreachable extends Error {
    override readonly name = "Unreachable";
}

/** Calls the agent at `place`. @throws {@link Unreachable}, a {@link Refusal}, or an Error with the agent's defect. */
export async function call<Result>(
    place: Place,
    name: string,
    body: object = {},
    options: CallOptions = {},
): Promise<Result> {
    options.signal?.throwIfAborted();
    const id = randomUUID();
    const cutOff = new AbortController();
    let patience: NodeJS.Timeout | undefined;
    const giveUp = (): void => {
        // the agent is to undo what it has begun, and to say when it has
        post(place, "cancel", { call: id }, {}).then(
            (response) => response.resume(),
            () => cutOff.abort(),
        );
        patience = setTimeout(() => cutOff.abort(), PATIENCE);
    };
    options.signal?.addEventListener("abort", giveUp, { once: true });
    try {
        return await callNamed<Result>(place, name, body, { id, signal: cutOff.signal }, options);
    } catch (error) {
        throw options.signal?.aborted ? reasonOf(options.signal) : error;
    } finally {
        clearTimeout(patience);
        options.signal?.removeEventListener("abort", giveUp);
    }
}

/** How long a call that is given up may take to undo what it has begun, in milliseconds. */
const PATIENCE = 30_000;

interface Named {
    readonly id?: string;
    /** Ends the connection. */
    readonly signal?: AbortSignal;
}

async function callNamed<Result>(
    place: Place,
    name: string,
    body: object,
    named: Named,
    options: CallOptions,
): Promise<Result> {
    const response = await post(place, name, body, named);
    if (response.statusCode !== 200) {
        response.resume();
        throw new Error(`agent ${place.stack}: answered ${response.statusCode} to "${name}"`);
    }
    const last = await lastAnswer(response, place, options);
    if ("ending" in last) {
        throw new Unreachable(`agent ${place.stack} ends`);
    }
    if ("refusal" in last) {
        throw new Refusal(last.refusal);
    }
    if ("defect" in last) {
        throw new Error(`agent ${place.stack}: defect in "${name}" (its log is ${place.log}): ${last.defect}`);
    }
    return last.result as Result;
}

type LastAnswer = Exclude<Answer, { progress: string }>;

function post(place: Place, name: string, body: object, named: Named): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
        let token: string;
        try {
            token = fs.readFileSync(place.token, "utf8").trim();
            http.validateHeaderValue("authorization", token); // it may be damaged
        } catch (error) {
            reject(new Unreachable(`agent ${place.stack}: ${(error as Error).message}`));
            return;
        }
        const request = http.request({
            socketPath: place.socket,
            path: `/${name}`,
            method: "POST",
            headers: {
                authorization: `Bearer ${token}`,
                "content-type": "application/json",
                ...(named.id && { [CALL_HEADER]: named.id }),
            },
            agent: false, // no pool: a connection that waits would hold up the agent's end
            signal: named.signal,
        });
        request.on("error", (error) => reject(unreachable(place, error)));
        request.on("response", resolve);
        request.end(JSON.stringify(body));
    });
}

async function lastAnswer(response: http.IncomingMessage, place: Place, options: CallOptions): Promise<LastAnswer> {
    let last: LastAnswer | undefined;
    try {
        for await (const line of createInterface({ input: response })) {
            const answer = JSON.parse(line) as Answer;
            if ("progress" in answer) {
                options.onProgress?.(answer.progress);
            } else {
                last = answer;
            }
        }
    } catch (error) {
        throw unreachable(place, error);
    }
    if (!last) {
        throw unreachable(place, new Error("it ended during the call"));
    }
    return last;
}

const unreachable = (place: Place, error: unknown): Unreachable =>
    new Unreachable(`agent ${place.stack} does not answer at ${place.socket}: ${(error as Error).message}`);

const reasonOf = (signal: AbortSignal): Error =>
    signal.reason instanceof Error ? signal.reason : new Refusal("given up by the caller");
