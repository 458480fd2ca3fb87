// Clients of the small app whose connections must outlive a release: a WebSocket, and an upload that takes its time.
import { once } from "node:events";
import * as http from "node:http";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";

/** Which version answers. */
export async function versionAt(url: string): Promise<string> {
    return ((await (await fetch(url)).json()) as { version: string }).version;
}

/** Which processes answer, by their number in the system: each request comes on a connection of its own. */
export async function serversAt(url: string): Promise<number[]> {
    const pids = new Set<number>();
    for (let number = 0; number < 60; number++) {
        // `fetch` gives up a connection after 10 s: under load on a busy machine that is too soon.
        const [response] = (await once(http.get(url, { agent: false }), "response")) as [http.IncomingMessage];
        pids.add((JSON.parse(await text(response)) as { pid: number }).pid);
    }
    return [...pids].sort((a, b) => a - b);
}

/** Opens a WebSocket to the app's echo. */
export async function openSocket(url: string) {
    const socket = new WebSocket(url.replace("http", "ws"));
    await once(socket, "open");
    return {
        /** What comes back. */
        async echo(words: string): Promise<string> {
            const answer = once(socket, "message", { signal: AbortSignal.timeout(10_000) });
            socket.send(words);
            return String(((await answer) as unknown[])[0]);
        },
        async close(): Promise<void> {
            socket.close();
            await once(socket, "close");
        },
    };
}

/** Sends a little every now and then, until its end. */
export function slowUpload(url: string) {
    const request = http.request(url, { method: "POST", agent: false });
    const answered = once(request, "response");
    answered.catch(() => undefined); // whoever calls `end` hears it
    let bytes = 0;
    const send = (): void => {
        bytes += 10_000;
        request.write(Buffer.alloc(10_000, "u"));
    };
    send();
    const timer = setInterval(send, 100);
    return {
        bytes: () => bytes,
        async end() {
            clearInterval(timer);
            request.end();
            const [response] = (await answered) as [http.IncomingMessage];
            const { version, bytes: got } = JSON.parse(await text(response)) as { version: string; bytes: number };
            return { version, bytes: got };
        },
    };
}
