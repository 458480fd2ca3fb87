import { connect, type Socket } from "node:net";

export type Reply = string | number | null | Reply[];

/** Connection speaks Redis's protocol (RESP2), for the few commands that the agent gives. */
export class Connection {
    readonly #socket: Socket;
    readonly #waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
    #read = Buffer.alloc(0);
    #failed: Error | undefined;

    private constructor(socket: Socket) {
        this.#socket = socket;
        socket.on("data", (chunk: Buffer) => this.#take(chunk));
        socket.on("error", (error) => this.#fail(error));
        socket.on("close", () => this.#fail(new Error("the server closed the connection")));
    }

    /** Opens a connection, and closes it after `use`. */
    static async use<T>(
        port: number,
        user: string,
        password: string,
        use: (redis: Connection) => Promise<T>,
    ): Promise<T> {
        const connection = new Connection(connect(port, "127.0.0.1"));
        try {
            await connection.ask("AUTH", user, password);
            return await use(connection);
        } finally {
            connection.#socket.destroy();
        }
    }

    /** Sends one command. Rejects with the server's own words when it refuses. */
    async ask(...words: string[]): Promise<Reply> {
        const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
        return new Promise((resolve, reject) => {
            if (this.#failed !== undefined) {
                reject(this.#failed);
                return;
            }
            this.#waiting.push({ resolve, reject });
            this.#socket.write(`*${words.length}\r\n${parts.join("")}`);
        });
    }

    #take(chunk: Buffer): void {
        this.#read = Buffer.concat([this.#read, chunk]);
        for (let parsed = parse(this.#read, 0); parsed !== undefined; parsed = parse(this.#read, 0)) {
            this.#read = this.#read.subarray(parsed.end);
            const asked = this.#waiting.shift();
            if (parsed.reply instanceof Error) {
                asked?.reject(parsed.reply);
            } else {
                asked?.resolve(parsed.reply);
            }
        }
    }

    #fail(error: Error): void {
        this.#failed ??= error;
        this.#waiting.splice(0).forEach(({ reject }) => reject(error));
    }
}

/** One reply that begins at `from`; undefined while it is not whole. */
function parse(data: Buffer, from: number): { reply: Reply | Error; end: number } | undefined {
    const line = data.indexOf("\r\n", from);
    if (line < 0) {
        return undefined;
    }
    const text = data.toString("utf8", from + 1, line);
    const next = line + 2;
    switch (String.fromCharCode(data[from] ?? 0)) {
        case "+":
            return { reply: text, end: next };
        case "-":
            return { reply: new Error(text), end: next };
        case ":":
            return { reply: Number(text), end: next };
        case "$": {
            const end = next + Number(text) + 2;
            if (Number(text) < 0) {
                return { reply: null, end: next };
            }
            return data.length < end ? undefined : { reply: data.toString("utf8", next, end - 2), end };
        }
        case "*": {
            const replies: Reply[] = [];
            let at = next;
            for (let count = 0; count < Number(text); count++) {
                const parsed = parse(data, at);
                if (parsed === undefined || parsed.reply instanceof Error) {
                    return parsed;
                }
                replies.push(parsed.reply);
                at = parsed.end;
            }
            return { reply: replies, end: at };
        }
        default:
            return { reply: new Error(`not understood: ${text}`), end: next };
    }
}
