import { createServer } from "node:net";

const taken = new Set<number>();
/** Below what systems give to outgoing connections, so that none of these takes it in between. */
const [first, last] = [20_000, 29_999];

/** A port on 127.0.0.1 that nobody listens on, for one replica. */
export async function takePort(): Promise<number> {
    for (let attempt = 0; attempt < 1000; attempt++) {
        const port = first + Math.floor(Math.random() * (last - first + 1));
        if (!taken.has(port) && (await isFree(port))) {
            taken.add(port);
            return port;
        }
    }
    throw new Error(`no free port from ${first} to ${last}`);
}

export function givePort(port: number): void {
    taken.delete(port);
}

/** The variable in which a program finds the port of that name; the first one's is `PORT` too. */
export function portVariable(name: string): string {
    return `${name.toUpperCase().replace(/\W/g, "_")}_PORT`;
}

export function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(false));
        server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
    });
}
