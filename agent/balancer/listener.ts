import { createServer, type Server, type Socket } from "node:net";
import { Refusal } from "../kind";

/** Listener holds a port of this machine: on 127.0.0.1, and on ::1 where there is one, as `localhost` may mean either. */
export class Listener {
    readonly port: number;
    readonly #server: Server;
    readonly #sixth: Server | undefined;
    readonly #sockets: Set<Socket>;

    private constructor(port: number, server: Server, sixth: Server | undefined, sockets: Set<Socket>) {
        this.port = port;
        this.#server = server;
        this.#sixth = sixth;
        this.#sockets = sockets;
    }

    /** @param owner - For messages, such as `Balancer web`. @throws {@link Refusal} if the port is taken. */
    static async open(server: Server, port: number, owner: string, report: (line: string) => void): Promise<Listener> {
        const sockets = new Set<Socket>();
        server.on("connection", (socket: Socket) => {
            sockets.add(socket);
            socket.once("close", () => sockets.delete(socket));
        });
        try {
            await listen(server, port, "127.0.0.1");
        } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            if (code === "EADDRINUSE" || code === "EACCES") {
                throw new Refusal(
                    `${owner}: port ${port} is taken by another program: end that program, and run again`,
                );
            }
            throw error;
        }
        const bound = (server.address() as { port: number }).port;
        const sixth = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
            server.emit("connection", socket),
        );
        try {
            await listen(sixth, bound, "::1");
        } catch (error) {
            report(
                `${owner}: http://[::1]:${bound} is not served (${(error as NodeJS.ErrnoException).code}), http://127.0.0.1:${bound} is`,
            );
            return new Listener(bound, server, undefined, sockets);
        }
        return new Listener(bound, server, sixth, sockets);
    }

    get listening(): boolean {
        return this.#server.listening;
    }

    /** Accepts nothing more, waits up to `graceMs` for what is open, and ends the rest. */
    async close(graceMs: number): Promise<void> {
        const idle = setInterval(() => closeIdle(this.#server), 50);
        this.#sixth?.close();
        const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
        const timer = setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), graceMs);
        // The second server's connections are not counted by the first one.
        const ended = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
        await Promise.all([closed, ...ended]);
        clearTimeout(timer);
        clearInterval(idle);
    }
}

/** A connection that was busy when the server closed must not stay for its keep-alive. */
function closeIdle(server: Server): void {
    (server as Server & { closeIdleConnections?(): void }).closeIdleConnections?.();
}

function listen(server: Server, port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ port, host }, () => {
            server.off("error", reject);
            resolve();
        });
    });
}
