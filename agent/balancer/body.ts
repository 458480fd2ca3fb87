import type { ClientRequest, IncomingHttpHeaders } from "node:http";
import type { Request } from "./headers";

/** Bodies up to this many bytes are kept until the target answers, so that they can be sent again. */
const mostKept = 65_536;

/** Body streams what the client sends to a target, and again to the next one as long as it is small. */
export class Body {
    readonly #request: Request;
    readonly #drained = () => this.#request.resume();
    #kept: Buffer[] = [];
    #size = 0;
    #sink: ClientRequest | undefined;
    #listening = false;
    #ended = false;

    constructor(request: Request) {
        this.#request = request;
    }

    /** Bytes seen so far. */
    get size(): number {
        return this.#size;
    }

    /** Whether all that was sent is still here. */
    get replayable(): boolean {
        return this.#size <= mostKept;
    }

    /** From now on the body goes to `sink`, from its first byte. Call it when the connection stands, not before. */
    sendTo(sink: ClientRequest): void {
        this.#sink = sink;
        sink.on("drain", this.#drained);
        this.#kept.forEach((chunk) => sink.write(chunk));
        if (this.#ended) {
            this.#end(sink);
        } else if (this.#listening) {
            this.#request.resume();
        } else {
            this.#listening = true;
            this.#request.on("data", (chunk: Buffer) => this.#take(chunk));
            this.#request.on("end", () => {
                this.#ended = true;
                this.#end(this.#sink);
            });
        }
    }

    /** The target is lost: the client waits until there is another. */
    detach(): void {
        this.#sink?.off("drain", this.#drained);
        this.#sink = undefined;
        if (this.#listening && !this.#ended) {
            this.#request.pause();
        }
    }

    /** Nobody wants the rest: it is read and thrown away, so that the client comes to read its answer. */
    discard(): void {
        this.#sink?.off("drain", this.#drained);
        this.#sink = undefined;
        this.#kept = [];
        this.#request.resume();
    }

    #take(chunk: Buffer): void {
        this.#size += chunk.length;
        if (this.replayable) {
            this.#kept.push(chunk);
        } else {
            this.#kept = [];
        }
        if (this.#sink?.write(chunk) === false) {
            this.#request.pause();
        }
    }

    #end(sink: ClientRequest | undefined): void {
        const trailers = this.#request.trailers as IncomingHttpHeaders;
        if (sink !== undefined && Object.keys(trailers).length > 0) {
            sink.addTrailers(trailers as Record<string, string>);
        }
        sink?.end();
    }
}
