import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a program asks Google by itself, while no resource is made: scanning is offered, and each secret has its first version. */
export async function serveGoogle(): Promise<{ close(): void }> {
    const server = createServer((request, response) => {
        const [, secret] = /^\/(projects\/[^/]+\/secrets\/[^/]+)\/versions\?/.exec(request.url!) ?? [];
        const isOffered = /^\/projects\/[^/]+\/services\//.test(request.url!);
        const answer = secret ? { versions: [{ name: `${secret}/versions/1` }] } : isOffered ? {} : undefined;
        if (!answer) response.statusCode = 501;
        response.end(JSON.stringify(answer ?? { error: `${request.method} ${request.url} is not known here` }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    for (const name of asked) process.env[name] = `http://127.0.0.1:${port}/`;
    return {
        close() {
            for (const name of asked) delete process.env[name];
            server.close();
            server.closeAllConnections();
        },
    };
}

const asked = ["SECRET_MANAGER", "SERVICE_USAGE"].map((name) => `GOOGLE_${name}_CUSTOM_ENDPOINT`);
