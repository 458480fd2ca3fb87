import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** Asked is a call of AWS's API. */
export interface Asked {
    /** Such as `states`: what the call is signed for. */
    readonly service: string;
    /** Such as `CreateService`; for services of REST the method and path: `GET /2020-05-31/distribution`. */
    readonly action: string;
    readonly method: string;
    readonly path: string;
    readonly headers: http.IncomingHttpHeaders;
    readonly body: Buffer;
}

export interface Answered {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer | string;
}

/** Answers instead of the emulator, or changes what it is asked or answers; undefined for calls that are none of its own. */
export type Mend = (
    asked: Asked,
    forward: (changed?: Partial<Asked>) => Promise<Answered>,
) => Promise<Answered> | undefined;

/** Gateway stands before an emulator: it answers what that one does not, and hands on all else. */
export class Gateway {
    private constructor(
        readonly endpoint: string,
        private readonly server: http.Server,
    ) {}

    static async start(emulator: string, mends: readonly Mend[]): Promise<Gateway> {
        const server = http.createServer((request, response) => {
            void answer(request).then(
                ({ status, headers, body }) => response.writeHead(status, headers).end(body),
                (error: unknown) => response.writeHead(502).end(String(error)),
            );
        });
        // A busy process would else send over a connection that has just been closed.
        server.keepAliveTimeout = 600_000;
        const answer = async (request: http.IncomingMessage): Promise<Answered> => {
            const asked = await read(request);
            const forward = (changed?: Partial<Asked>) => call(emulator, { ...asked, ...changed });
            for (const mend of mends) {
                const own = mend(asked, forward);
                if (own) return own;
            }
            return forward();
        };
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return new Gateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    }

    async close(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}

async function read(request: http.IncomingMessage): Promise<Asked> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = "GET", url: path = "/", headers } = request;
    const [, service = ""] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
    const target = headers["x-amz-target"]?.toString().split(".").pop();
    const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
    const named = form ? new URLSearchParams(body.toString()).get("Action") : undefined;
    return { service, action: target ?? named ?? `${method} ${path.split("?")[0]}`, method, path, headers, body };
}

function call(emulator: string, { method, path, headers, body }: Asked): Promise<Answered> {
    return new Promise((resolve, reject) => {
        // The host stays the one that the caller has signed.
        const own = { ...headers, "content-length": String(body.length), connection: "close" };
        delete (own as http.IncomingHttpHeaders)["transfer-encoding"];
        const request = http.request(new URL(path, emulator), { method, headers: own }, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.once("error", reject);
            response.once("end", () => {
                const { connection, "transfer-encoding": encoding, ...rest } = response.headers;
                (void connection, encoding);
                resolve({
                    status: response.statusCode!,
                    headers: rest as Record<string, string>,
                    body: Buffer.concat(chunks),
                });
            });
        });
        request.once("error", reject);
        request.end(body);
    });
}
