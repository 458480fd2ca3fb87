/** The mailbox: where mail of a stack on one machine arrives, from its apps over SMTP and from its alarms. */

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { SMTPServer } from "smtp-server";
import { ifAny, listIfAny, makeFolder } from "../core/files";
import { type Host } from "../kind";
import { type Clock, realClock } from "../metric/clock";
import { fieldOf } from "./header";

export interface Mailbox {
    /** `smtp://127.0.0.1:<port>`: takes all mail, to whomever, and keeps it here. Any sender; credentials, if given, must be right. */
    readonly url: string;
    deliver(envelope: Envelope, raw: Buffer): void;
    /** Newest first. */
    list(): Letter[];
    /** The whole text as it was sent; undefined when it is gone. */
    read(id: string): string | undefined;
    remove(id: string): void;
    stop(): Promise<void>;
}

export interface Envelope {
    readonly from: string;
    readonly to: readonly string[];
}

export interface Letter {
    readonly id: string;
    /** When it arrived, in milliseconds since 1970. */
    readonly time: number;
    readonly from: string;
    readonly to: string;
    readonly subject: string;
    readonly bytes: number;
}

/** Opens the maildir in `folder`, and listens on `host.port("smtp")`. Of more than 1000 letters or 256 MiB the oldest go. */
export async function openMailbox(host: Host, folder: string, clock: Clock = realClock): Promise<Mailbox> {
    const [arriving, arrived] = ["tmp", "new"].map((name) => makeFolder(path.join(folder, name)));
    makeFolder(path.join(folder, "cur")); // programs that read a maildir move what was seen to it
    for (const half of listIfAny(arriving)) {
        fs.rmSync(path.join(arriving, half)); // its sender was not told that it arrived, and sends it again
    }

    function deliver(envelope: Envelope, raw: Buffer): void {
        const name = `${clock.now()}.${randomBytes(8).toString("hex")}.mvi`;
        const file = path.join(arriving, name);
        const head = `Return-Path: <${envelope.from}>\r\n${envelope.to.map((to) => `Delivered-To: ${to}\r\n`).join("")}`;
        fs.writeFileSync(file, Buffer.concat([Buffer.from(head), raw]), { mode: 0o600, flush: true });
        fs.renameSync(file, path.join(arrived, name));
        prune();
    }

    function names(): string[] {
        return ["new", "cur"]
            .flatMap((part) => listIfAny(path.join(folder, part)).map((name) => path.join(part, name)))
            .sort((a, b) => timeOf(b) - timeOf(a));
    }

    function prune(): void {
        let bytes = 0;
        names().forEach((name, index) => {
            bytes += fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
            if (index >= MOST_LETTERS || bytes > MOST_BYTES) {
                fs.rmSync(path.join(folder, name), { force: true });
            }
        });
    }

    const find = (id: string): string | undefined => names().find((name) => path.basename(name).split(":")[0] === id);

    const server = new SMTPServer({
        name: "localhost",
        logger: false,
        disabledCommands: ["STARTTLS"], // it listens on this machine only
        allowInsecureAuth: true,
        authOptional: true,
        authMethods: ["PLAIN", "LOGIN"],
        disableReverseLookup: true,
        size: MOST_MESSAGE,
        maxClients: 50,
        onAuth({ username = "", password }, _session, done) {
            const known = password !== undefined && host.identities.find(username)?.secretAccessKey === password;
            done(known ? null : new Error("not the credentials of a workload"), known ? { user: username } : undefined);
        },
        onData(stream, { envelope }, done) {
            const chunks: Buffer[] = [];
            stream.on("data", (chunk: Buffer) => (stream.sizeExceeded ? chunks.splice(0) : chunks.push(chunk)));
            stream.on("error", done);
            stream.on("end", () => {
                if (stream.sizeExceeded) {
                    done(
                        Object.assign(new Error(`a message has ${MOST_MESSAGE} bytes at most`), { responseCode: 552 }),
                    );
                    return;
                }
                try {
                    const from = envelope.mailFrom ? envelope.mailFrom.address : "";
                    deliver({ from, to: envelope.rcptTo.map(({ address }) => address) }, Buffer.concat(chunks));
                    done();
                } catch (error) {
                    host.report(`mail: a message cannot be kept: ${(error as Error).message}`);
                    done(Object.assign(new Error("cannot be kept now: try later"), { responseCode: 452 }));
                }
            });
        },
    });
    const port = await host.port("smtp");
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
    });
    server.removeAllListeners("error");
    server.on("error", () => undefined); // of one connection: its client was told

    return {
        url: `smtp://127.0.0.1:${port}`,
        deliver,
        list: () =>
            names().flatMap((name) => {
                const text = ifAny(() => fs.readFileSync(path.join(folder, name), "utf8"));
                const id = path.basename(name).split(":")[0];
                const field = (key: string): string => fieldOf(text ?? "", key);
                const letter = {
                    id,
                    time: timeOf(name),
                    from: field("from"),
                    to: field("to"),
                    subject: field("subject"),
                };
                return text === undefined ? [] : [{ ...letter, bytes: Buffer.byteLength(text) }];
            }),
        read(id) {
            const name = find(id);
            return name && ifAny(() => fs.readFileSync(path.join(folder, name), "utf8"));
        },
        remove(id) {
            const name = find(id);
            if (name !== undefined) {
                fs.rmSync(path.join(folder, name), { force: true });
            }
        },
        stop: () => new Promise((resolve) => server.close(resolve)),
    };
}

const MOST_MESSAGE = 25 * 1024 * 1024;
const MOST_LETTERS = 1000;
const MOST_BYTES = 256 * 1024 * 1024;

const timeOf = (name: string): number => parseInt(path.basename(name), 10) || 0;
