import { StringDecoder } from "node:string_decoder";

/** The most characters of one line in a log: a longer one is kept as several. */
export const longestLine = 16_384;

/** Lines cuts a stream of bytes into lines. It never holds more than {@link longestLine} characters. */
export class Lines {
    readonly #decoder = new StringDecoder("utf8");
    readonly #take: (line: string) => void;
    #open = "";

    constructor(take: (line: string) => void) {
        this.#take = take;
    }

    write(chunk: Buffer): void {
        this.#add(this.#decoder.write(chunk));
    }

    /** The stream has ended: what has no line break at its end is a line as well. */
    end(): void {
        this.#add(this.#decoder.end());
        if (this.#open !== "") {
            this.#take(this.#open);
            this.#open = "";
        }
    }

    #add(text: string): void {
        const parts = (this.#open + text).split("\n");
        this.#open = parts.pop() ?? "";
        for (const part of parts) {
            this.#cut(part.endsWith("\r") ? part.slice(0, -1) : part);
        }
        while (this.#open.length >= longestLine) {
            this.#take(this.#open.slice(0, longestLine));
            this.#open = this.#open.slice(longestLine);
        }
    }

    #cut(line: string): void {
        for (let at = 0; at === 0 || at < line.length; at += longestLine) {
            this.#take(line.slice(at, at + longestLine));
        }
    }
}
